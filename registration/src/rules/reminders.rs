//! When candidates are reminded of what. Pure: from the exam and the time. Nobody is reminded at night; what would fall into
//! one is said in the morning, if that is early enough, else in the evening before.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::model::exam::Exam;
use crate::model::exam_rules::ReminderKind;

/// In China nobody is reminded from this hour of the evening on,
const NIGHT_FROM: i8 = 22;
/// to this hour of the morning.
const NIGHT_TO: i8 = 8;
/// So long a message may be on its way: none is sent so shortly before the night.
const SENDING: SignedDuration = SignedDuration::from_mins(2);
/// What must be said before a night is said within this time before it.
const EVENING: SignedDuration = SignedDuration::from_hours(1);
/// A morning is early enough if so much is left then.
const LEFT_MIN: SignedDuration = SignedDuration::from_mins(30);
/// Registration is said to open so long before it does, and so long after.
const OPENS_BEFORE: SignedDuration = SignedDuration::from_hours(1);
const OPENS_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// The deadlines are said so long before them.
const FIRST: SignedDuration = SignedDuration::from_hours(24);
const LAST: SignedDuration = SignedDuration::from_hours(1);
/// What is said a day before makes no sense when so little is left: the last word follows.
const FIRST_LEFT: SignedDuration = SignedDuration::from_hours(2);
/// Whoever took a seat so shortly before the word about its end knows of it.
const JUST_TAKEN: SignedDuration = SignedDuration::from_hours(2);
/// So long after tickets can be printed it is said to whoever has a seat by then.
const TICKETS_FOR: SignedDuration = SignedDuration::from_hours(48);
/// The exam is said to be near at this hour of the day before,
const DAY_BEFORE_AT: i8 = 10;
/// and no more when it begins so soon: who is to hear of it is on their way.
const ON_THE_WAY: SignedDuration = SignedDuration::from_hours(2);

/// An occasion to remind people of something, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Of what people are reminded.
    pub kind: ReminderKind,
    /// By which it is known: everybody hears of each once. A deadline that is moved is another one. Of seats, the order's
    /// number follows.
    pub occasion: String,
    /// When it makes no sense any more; of seats, each has its own.
    pub until: Timestamp,
    /// What it is about: begun before the first moment; seats that end, or sittings that begin, from the first moment to the
    /// second.
    pub range: (Timestamp, Timestamp),
    /// Of seats: only those that are held longer than that.
    pub held_min: SignedDuration,
    /// The day of the exam, in China.
    pub day: Option<Date>,
}

/// Whether a reminder may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timely {
    /// It may be sent now.
    Now,
    /// Not before this morning.
    At(Timestamp),
    /// It makes no sense any more, or will make none in the morning.
    Never,
}

/// What is due at `now`, each occasion once.
pub fn due(now: Timestamp, exam: &Exam) -> Vec<Due> {
    if is_night(now + SENDING) || is_night(now) {
        return Vec::new();
    }
    let mut all = deadlines(exam);
    all.extend(days(exam));
    all.retain(|(at, due)| send_from(*at, due.until) <= now && now < due.until);
    let mut all: Vec<Due> = all.into_iter().map(|(_, due)| due).collect();
    all.extend(seats(now, exam));
    all.retain(|due| !exam.rules.reminders.off.contains(&due.kind));
    all
}

/// May a reminder be sent at `now` that makes sense until then?
pub fn timely(now: Timestamp, until: Option<Timestamp>) -> Timely {
    let makes_sense = |at: Timestamp| until.is_none_or(|until| at < until);
    let morning = morning_after(now);
    match (is_night(now) || is_night(now + SENDING), makes_sense(now), makes_sense(morning)) {
        (_, false, _) | (true, _, false) => Timely::Never,
        (true, true, true) => Timely::At(morning),
        (false, true, _) => Timely::Now,
    }
}

/// Is it night in China?
pub fn is_night(at: Timestamp) -> bool {
    let hour = china().to_datetime(at).hour();
    !(NIGHT_TO..NIGHT_FROM).contains(&hour)
}

/// When it is said, of which `at` would be the right moment: then, or in the morning, or in the evening before.
fn send_from(at: Timestamp, until: Timestamp) -> Timestamp {
    let morning = morning_after(at);
    match (is_night(at), morning + LEFT_MIN <= until) {
        (false, _) => at,
        (true, true) => morning,
        (true, false) => night_before(morning) - EVENING,
    }
}

/// What an exam says once: registration opens and closes, tickets can be printed. Each with the right moment for it.
fn deadlines(exam: &Exam) -> Vec<(Timestamp, Due)> {
    let once = |kind: ReminderKind, name: &str, (said, at, until): (Timestamp, Timestamp, Timestamp)| {
        let due = Due {
            kind,
            occasion: format!("{name} {at}"),
            until,
            range: (said, at),
            held_min: SignedDuration::ZERO,
            day: None,
        };
        (said, due)
    };
    let (opens, closes) = (exam.opens_at, exam.closes_at);
    let opened = closes.min(opens + OPENS_AFTER);
    let mut all = vec![
        once(ReminderKind::Opens, "opens", (opens - OPENS_BEFORE, opens, opened)),
        once(ReminderKind::Closes, "closes_24h", (closes - FIRST, closes, closes - FIRST_LEFT)),
        once(ReminderKind::Closes, "closes_1h", (closes - LAST, closes, closes)),
    ];
    if let Some(from) = exam.tickets_from() {
        all.push(once(ReminderKind::Ticket, "ticket", (from, from, from + TICKETS_FOR)));
    }
    all
}

/// The days of the exam, each with the moment at which it is said to be near.
fn days(exam: &Exam) -> Vec<(Timestamp, Due)> {
    let mut firsts: BTreeMap<Date, Timestamp> = BTreeMap::new();
    for sitting in &exam.sittings {
        let first = firsts.entry(china().to_datetime(sitting.starts_at).date()).or_insert(sitting.starts_at);
        *first = (*first).min(sitting.starts_at);
    }
    let of_day = |(day, first): (Date, Timestamp)| {
        let midnight = at_hour(day, 0);
        let said = midnight - SignedDuration::from_hours(i64::from(24 - DAY_BEFORE_AT));
        let due = Due {
            kind: ReminderKind::ExamDay,
            occasion: format!("exam_day {day}"),
            until: first - ON_THE_WAY,
            range: (midnight, midnight + SignedDuration::from_hours(24)),
            held_min: SignedDuration::ZERO,
            day: Some(day),
        };
        (said, due)
    };
    firsts.into_iter().map(of_day).collect()
}

/// Seats whose time to pay ends; of an exam whose seats are held for minutes, nobody is told what they see.
fn seats(now: Timestamp, exam: &Exam) -> Vec<Due> {
    let of = |name: &str, lead: SignedDuration, range| Due {
        kind: ReminderKind::Pay,
        occasion: name.to_owned(),
        until: exam.payment_deadline,
        range,
        held_min: lead + JUST_TAKEN,
        day: None,
    };
    // A seat that was offered to somebody on a waiting list may be held for longer than one that was chosen.
    let offered = exam.rules.waiting_list.as_ref().map_or(SignedDuration::ZERO, |list| list.offer());
    let longest = exam.hold.max(offered);
    let all = [of("pay_24h", FIRST, (now + FIRST_LEFT, now + FIRST)), of("pay_1h", LAST, (now, last_of(now)))];
    all.into_iter().filter(|due| due.held_min < longest).collect()
}

/// Seats that end before this are told of for the last time now. In the hour before a night it is what ends in it, or too soon
/// in the morning.
fn last_of(now: Timestamp) -> Timestamp {
    let soon = now + LAST;
    if is_night(now + EVENING) { soon.max(morning_after(now + EVENING) + LEFT_MIN) } else { soon }
}

/// The end of the night that `at` is in; of the next one, where it is in none.
fn morning_after(at: Timestamp) -> Timestamp {
    let local = china().to_datetime(at);
    let morning = at_hour(local.date(), NIGHT_TO);
    if at < morning { morning } else { morning + SignedDuration::from_hours(24) }
}

/// The beginning of the night that ends with that morning.
fn night_before(morning: Timestamp) -> Timestamp {
    morning - SignedDuration::from_hours(i64::from(24 - NIGHT_FROM + NIGHT_TO))
}

fn at_hour(day: Date, hour: i8) -> Timestamp {
    let zone = TimeZone::fixed(china());
    day.at(hour, 0, 0, 0).to_zoned(zone).map_or(Timestamp::MAX, |at| at.timestamp())
}

/// China has one time zone without summer time.
fn china() -> Offset {
    Offset::constant(8)
}

const _: () = assert!(EVENING.as_secs() > SENDING.as_secs() && LEFT_MIN.as_secs() < LAST.as_secs());

#[cfg(test)]
mod tests;
