//! `exam.toml`.

mod unknown;

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use reservation::ids::GroupId;
use reservation::sitting::Acknowledge;
use reservation::waiting_room::{ADMIT_PER_SECOND_MAX, WaitingRoomMode, WaitingRoomSettings};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use self::unknown::Unknown;
use super::{DefinitionError, EXAM_FILE, rules_check, text_fault};
use crate::model::exam::{Exam, Group};
use crate::model::exam_rules::{
    AccommodationRules, AccountRules, EligibilityRules, ExamRules, FaceRules, Form, GroupRule, IdentityRules, PartRule,
    PaymentRules, ReasonRules, RefundRate, RefundRules, ReminderRules, ReviewRules, StepRule, Subject, TicketRules,
    WaitingListRules,
};
use crate::model::fen::Fen;
use crate::model::text::{Paragraphs, Text};

/// Longest hold: CET gives a day, nobody more than a week.
const HOLD_SECONDS_MAX: i64 = 7 * 24 * 3600;
/// Longest time that the engine keeps a seat behind its shown deadline.
const GRACE_SECONDS_MAX: i64 = 3600;
/// Longest time that an exam promises for a decision, in working days.
const REVIEW_DAYS_MAX: i64 = 30;
/// Longest time to mend a refused picture, and how long it is unless the file says otherwise.
const RESUBMIT_HOURS_MAX: i64 = 30 * 24;
const RESUBMIT_HOURS: i64 = 24;
/// Most times that a refused picture may be handed in again, and how many unless the file says otherwise.
const RESUBMIT_TIMES_MAX: i64 = 10;
const RESUBMIT_TIMES: u16 = 2;
/// Most paragraphs of a notice, and most groups.
const LIST_MAX: usize = 100;
/// Longest paragraph, in characters.
const PARAGRAPH_CHARS_MAX: usize = 2_000;
/// Longest link, in bytes: a QR code of it must be easy to scan.
const URL_BYTES_MAX: usize = 500;

/// The exam without its sittings.
pub(super) struct ExamFile {
    pub(super) page: Exam,
    pub(super) acknowledge: Acknowledge,
    pub(super) waiting_room: WaitingRoomSettings,
}

#[derive(Deserialize)]
struct Raw {
    id: Spanned<String>,
    title: Spanned<Text>,
    organiser: Spanned<Text>,
    short_title: Option<Spanned<Text>>,
    contact: Option<Spanned<Text>>,
    review_days: Option<Spanned<i64>>,
    #[serde(default)]
    payment: PaymentRules,
    #[serde(default)]
    refund: RefundRules,
    #[serde(default)]
    ticket: TicketRules,
    #[serde(default)]
    accommodations: AccommodationRules,
    #[serde(default)]
    reminders: ReminderRules,
    #[serde(default)]
    reasons: ReasonRules,
    hold_seconds: Spanned<i64>,
    grace_seconds: Option<Spanned<i64>>,
    opens_at: Spanned<Datetime>,
    closes_at: Spanned<Datetime>,
    fee: Spanned<String>,
    payment_url: Spanned<String>,
    payment_deadline: Option<Spanned<Datetime>>,
    resubmit_hours: Option<Spanned<i64>>,
    resubmit_times: Option<Spanned<i64>>,
    seats_per_network: Option<u32>,
    #[serde(default)]
    acknowledge: Acknowledge,
    #[serde(default)]
    waiting_room: RawRoom,
    waiting_list: Option<WaitingListRules>,
    notice: Spanned<Paragraphs>,
    #[serde(default)]
    groups: Vec<RawGroup>,
    #[serde(default)]
    account: AccountRules,
    steps: Option<Vec<StepRule>>,
    #[serde(default)]
    identity: IdentityRules,
    #[serde(default)]
    face: FaceRules,
    #[serde(default)]
    form: Form,
    #[serde(default)]
    eligibility: EligibilityRules,
    #[serde(default)]
    review: ReviewRules,
    #[serde(default)]
    parts: Vec<PartRule>,
    #[serde(default)]
    subjects: Vec<Subject>,
}

#[derive(Default, Deserialize)]
struct RawRoom {
    #[serde(default)]
    mode: WaitingRoomMode,
    admit_per_second: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
struct RawGroup {
    id: Spanned<String>,
    title: Spanned<Text>,
    refusal: Option<Spanned<Text>>,
    hint: Option<Spanned<Text>>,
}

/// Reads the file. The exam is there when everything could be read, even if it is not right throughout.
pub(super) fn parse(text: &str) -> (Option<ExamFile>, Vec<DefinitionError>) {
    let mut faults = Faults { text, found: Vec::new() };
    let (raw, unknown) = unknown::read::<Raw>(text);
    for Unknown { path, span } in unknown {
        faults.add(span, format!("unknown field `{path}`: correct its name, or take it out"));
    }
    let raw = match raw {
        Ok(raw) => raw,
        Err(error) => {
            faults.add(error.span().unwrap_or(0..0), error.message());
            return (None, faults.found);
        }
    };
    let exam = check(raw, &mut faults);
    faults.found.sort_by_key(|fault| fault.line);
    (exam, faults.found)
}

fn check(raw: Raw, faults: &mut Faults<'_>) -> Option<ExamFile> {
    check_notice(&raw.notice, faults);
    let hold = faults.within(&raw.hold_seconds, 1..=HOLD_SECONDS_MAX, SignedDuration::from_secs);
    let grace = optional(raw.grace_seconds.as_ref(), SignedDuration::ZERO, |seconds| {
        faults.within(seconds, 0..=GRACE_SECONDS_MAX, SignedDuration::from_secs)
    });
    let resubmit = check_resubmit(raw.resubmit_hours.as_ref(), raw.resubmit_times.as_ref(), faults);
    let (opens_at, closes_at) = (faults.time(&raw.opens_at), faults.time(&raw.closes_at));
    let payment_deadline = match (&raw.payment_deadline, closes_at, hold) {
        (Some(deadline), ..) => faults.time(deadline),
        (None, Some(closes_at), Some(hold)) => Some(closes_at + hold),
        (None, ..) => None,
    };
    check_window(raw.closes_at.span(), (opens_at, closes_at), faults);
    check_deadline(raw.payment_deadline.as_ref(), (payment_deadline, closes_at, hold), faults);
    let id = faults.parsed(&raw.id);
    let (title, organiser) = (faults.text(raw.title), faults.text(raw.organiser));
    let (contact, short_title) = (faults.optional_text(raw.contact), faults.optional_text(raw.short_title));
    let review_days = optional(raw.review_days.as_ref(), None, |days| {
        faults.within(days, 1..=REVIEW_DAYS_MAX, |days| u8::try_from(days).ok())
    });
    let (fee, payment_url) = (faults.parsed::<Fen>(&raw.fee), faults.url(raw.payment_url));
    let waiting_room = check_waiting_room(&raw.waiting_room, faults);
    let (groups, group_rules) = check_groups(raw.groups, faults);
    let rules = ExamRules {
        account: raw.account,
        contact: contact?,
        steps: raw.steps.unwrap_or_else(|| ExamRules::default().steps),
        identity: raw.identity,
        face: raw.face,
        form: raw.form,
        eligibility: raw.eligibility,
        review: raw.review,
        parts: raw.parts,
        subjects: raw.subjects,
        group_rules,
        short_title: short_title?,
        review_days: review_days?,
        payment: raw.payment,
        refund: raw.refund,
        ticket: raw.ticket,
        accommodations: raw.accommodations,
        reminders: raw.reminders,
        reasons: raw.reasons,
        waiting_list: raw.waiting_list,
        seats_per_network: raw.seats_per_network,
    };
    check_rules(&rules, &groups, opens_at, faults);
    let page = Exam {
        id: id?,
        title: title?,
        organiser: organiser?,
        notice: raw.notice.into_inner(),
        opens_at: opens_at?,
        closes_at: closes_at?,
        payment_deadline: payment_deadline?,
        hold: hold?,
        grace: grace?,
        resubmit: resubmit?.0,
        resubmit_times: resubmit?.1,
        fee: fee?,
        payment_url: payment_url?,
        groups,
        sittings: Vec::new(),
        rules,
        organisations: Vec::new(),
    };
    Some(ExamFile { page, acknowledge: raw.acknowledge, waiting_room: waiting_room? })
}

fn check_waiting_room(raw: &RawRoom, faults: &mut Faults<'_>) -> Option<WaitingRoomSettings> {
    let admit_per_second = optional(raw.admit_per_second.as_ref(), None, |rate| {
        faults.within(rate, 1..=ADMIT_PER_SECOND_MAX.into(), |rate| u32::try_from(rate).ok())
    });
    Some(WaitingRoomSettings { mode: raw.mode, admit_per_second: admit_per_second? })
}

/// How long a refused picture may be mended, and how often.
fn check_resubmit(
    hours: Option<&Spanned<i64>>,
    times: Option<&Spanned<i64>>,
    faults: &mut Faults<'_>,
) -> Option<(SignedDuration, u16)> {
    let hours = optional(hours, SignedDuration::from_hours(RESUBMIT_HOURS), |hours| {
        faults.within(hours, 1..=RESUBMIT_HOURS_MAX, SignedDuration::from_hours)
    });
    let times = optional(times, Some(RESUBMIT_TIMES), |times| {
        faults.within(times, 0..=RESUBMIT_TIMES_MAX, |times| u16::try_from(times).ok())
    });
    Some((hours?, times??))
}

/// A registration ends after it has begun.
fn check_window(
    place: Range<usize>,
    (opens_at, closes_at): (Option<Timestamp>, Option<Timestamp>),
    faults: &mut Faults<'_>,
) {
    if let (Some(opens_at), Some(closes_at)) = (opens_at, closes_at)
        && closes_at <= opens_at
    {
        faults.add(place, "closes_at must be later than opens_at");
    }
}

/// Whoever takes a seat in the last moment must have time to pay.
fn check_deadline(
    given: Option<&Spanned<Datetime>>,
    (deadline, closes_at, hold): (Option<Timestamp>, Option<Timestamp>, Option<SignedDuration>),
    faults: &mut Faults<'_>,
) {
    if let (Some(given), Some(deadline), Some(closes_at), Some(hold)) = (given, deadline, closes_at, hold)
        && deadline < closes_at + hold
    {
        faults.add(given.span(), "payment_deadline must be at least hold_seconds later than closes_at");
    }
}

/// The rules between each other; and no rate of refunds ends before anybody can have paid.
fn check_rules(rules: &ExamRules, groups: &[Group], opens_at: Option<Timestamp>, faults: &mut Faults<'_>) {
    for fault in rules_check::check(rules, groups) {
        let span = span_of(faults.text, &fault.place);
        faults.add(span, fault.message);
    }
    let is_idle = |rate: &RefundRate| opens_at.is_some_and(|opens_at| rate.until <= opens_at);
    if let Some(index) = rules.refund.rates.iter().position(is_idle) {
        let place = [rules_check::Key::Name("refund"), rules_check::Key::Name("rates"), rules_check::Key::Index(index)];
        let span = span_of(faults.text, &place);
        faults.add(span, "until must be later than opens_at");
    }
}

fn optional<T, U>(value: Option<&T>, otherwise: U, check: impl FnOnce(&T) -> Option<U>) -> Option<U> {
    value.map_or(Some(otherwise), check)
}

fn check_notice(notice: &Spanned<Paragraphs>, faults: &mut Faults<'_>) {
    let Paragraphs { zh, en } = notice.get_ref();
    let fits = |text: &String| !text.trim().is_empty() && text.chars().count() <= PARAGRAPH_CHARS_MAX;
    let count = 1..=LIST_MAX;
    if !count.contains(&zh.len()) || !count.contains(&en.len()) || !zh.iter().chain(en).all(fits) {
        let message = format!(
            "a notice has 1 to {LIST_MAX} paragraphs of 1 to {PARAGRAPH_CHARS_MAX} characters in each language"
        );
        faults.add(notice.span(), message);
    }
}

/// Where a value stands in the file: the innermost of `place` that is there.
fn span_of(text: &str, place: &[rules_check::Key]) -> Range<usize> {
    use rules_check::Key;
    let Ok(table) = toml::de::DeTable::parse(text) else { return 0..0 };
    let mut span = 0..0;
    let mut value: Option<&toml::de::DeValue<'_>> = None;
    for key in place {
        let next = match (key, value) {
            (Key::Name(name), None) => table.get_ref().get(*name),
            (Key::Name(name), Some(value)) => value.as_table().and_then(|table| table.get(*name)),
            (Key::Index(index), value) => value.and_then(|value| value.as_array()?.get(*index)),
        };
        let Some(next) = next else { break };
        span = next.span();
        value = Some(next.get_ref());
    }
    span
}

fn check_groups(raw: Vec<RawGroup>, faults: &mut Faults<'_>) -> (Vec<Group>, Vec<GroupRule>) {
    let (mut groups, mut rules): (Vec<Group>, Vec<GroupRule>) = (Vec::new(), Vec::new());
    for group in raw {
        let span = group.id.span();
        let id: Option<GroupId> = faults.parsed(&group.id);
        let title = faults.text(group.title);
        let (Some(id), Some(title)) = (id, title) else { continue };
        if groups.iter().any(|known| known.id == id) {
            faults.add(span, format!("the group `{id}` is there twice"));
        } else if groups.len() == LIST_MAX {
            faults.add(span, format!("an exam has at most {LIST_MAX} groups"));
        } else {
            if let Some(refusal) = group.refusal.and_then(|refusal| faults.text(refusal)) {
                let hint = group.hint.and_then(|hint| faults.text(hint));
                rules.push(GroupRule { group: id.clone(), refusal, hint });
            } else if group.hint.is_some() {
                faults.add(span, format!("the group `{id}` has a hint and no refusal"));
            }
            groups.push(Group { id, title });
        }
    }
    (groups, rules)
}

/// The faults found so far, and where lines begin.
struct Faults<'a> {
    text: &'a str,
    found: Vec<DefinitionError>,
}

impl Faults<'_> {
    fn add(&mut self, span: Range<usize>, message: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = 1 + before.bytes().filter(|b| *b == b'\n').count() as u64;
        self.found.push(DefinitionError::new(EXAM_FILE, line, message));
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, value: &Spanned<String>) -> Option<T> {
        value.get_ref().parse().map_err(|error: T::Err| self.add(value.span(), error.to_string())).ok()
    }

    fn within<T>(
        &mut self,
        value: &Spanned<i64>,
        range: std::ops::RangeInclusive<i64>,
        make: fn(i64) -> T,
    ) -> Option<T> {
        if range.contains(value.get_ref()) {
            return Some(make(*value.get_ref()));
        }
        self.add(value.span(), format!("must be from {} to {}", range.start(), range.end()));
        None
    }

    fn time(&mut self, value: &Spanned<Datetime>) -> Option<Timestamp> {
        let time = value.get_ref().to_string().parse().ok();
        if time.is_none() {
            self.add(value.span(), "must be a time with its offset, like 2027-03-01T09:00:00+08:00");
        }
        time
    }

    fn text(&mut self, value: Spanned<Text>) -> Option<Text> {
        if let Some(fault) = text_fault(value.get_ref()) {
            self.add(value.span(), fault);
            return None;
        }
        Some(value.into_inner())
    }

    /// What need not be there; nothing when it is, and is wrong.
    fn optional_text(&mut self, value: Option<Spanned<Text>>) -> Option<Option<Text>> {
        value.map_or(Some(None), |value| self.text(value).map(Some))
    }

    fn url(&mut self, value: Spanned<String>) -> Option<String> {
        let url = value.get_ref();
        let host = url.strip_prefix("https://").unwrap_or_default();
        let has_host = host.starts_with(|c: char| c.is_ascii_alphanumeric());
        if has_host && url.len() <= URL_BYTES_MAX && url.bytes().all(|b| b.is_ascii_graphic()) {
            return Some(value.into_inner());
        }
        self.add(
            value.span(),
            format!("must be a link that begins with https:// and has at most {URL_BYTES_MAX} bytes"),
        );
        None
    }
}
