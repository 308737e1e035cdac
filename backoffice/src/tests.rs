//! Every staff page in every state, from made-up values: checked here, and, with `SEATHOLD_GALLERY=DIR`, written out to
//! be looked at (`DIR/{language}-desk-{name}.html`).

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::language::Language;
use pagekit::words::{Words, keys, keys_used};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::case::{Case, CaseId, CaseKind, Subject};
use registration::desk::payments::Review;
use registration::desk::people::{PersonCase, Shows};
use registration::desk::queue::{Line, Note};
use registration::desk::staff::{Reach, Role, StaffMember};
use registration::model::actor::Actor;
use registration::model::document::{Document, DocumentKind};
use registration::model::facts::hint::Hint;
use registration::model::ids::{AccountId, StaffId};
use registration::model::order::{Order, OrderId, OrderSitting, OrderState};
use registration::model::person::PersonName;
use registration::model::text::Text;
use registration::people::identity::Person;
use registration::pictures::kept::PictureId;
use registration::rules::details::Answers;
use uuid::Uuid;

use crate::checkin::scan;
use crate::desk::claim::Work;
use crate::desk::frame::{Frame, page};
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::reason::{Refusal, texts};
use crate::desks::payments::view::{self as payments_view, Desk, desk, empty};
use crate::desks::people::{self, People};
use crate::pages::go_on::{Waited, go_on};
use crate::pages::{error, sign_in};
use crate::request::carried::Carried;
use crate::request::catalogue::{EN, ZH, words};
use crate::request::failure::Failure;

/// What administrators mend.
mod accounts;
/// The audit, and what the site says of itself.
mod audit;
/// Each page in a browser.
mod browsers;
/// Doors, and who has come.
mod checkin;
/// Exams, and drafts of them.
mod exams;
/// Pages about money in every state.
mod finance;
/// Files that administrators bring.
mod imports;
/// Papers for the staff of sites, asked for and made.
mod papers;
/// What the machine read on pictures.
mod pictured;
/// All queues together, and who has which case.
mod queues;
/// The reviews of forms and of earlier scores.
mod reviews;
/// Sites, rooms and who sits where.
mod rooms;
/// Lists that schools pay for, and invoices.
mod schools;
/// Who works, and how they sign in.
mod staff;
/// How openings stand.
pub(crate) mod wall;

fn now() -> Timestamp {
    "2026-11-20T06:32:10Z".parse().unwrap()
}

fn review(number: u64, name: &str, minutes: i64, state: OrderState) -> Review {
    let account = AccountId(Uuid::from_u128(u128::from(number)));
    let sitting = OrderSitting {
        sitting: "en-1".parse().unwrap(),
        hold: format!("{}.1.1", account.candidate_id()).parse().unwrap(),
        fee: "120.00".parse().unwrap(),
    };
    let submitted_at = now() - SignedDuration::from_mins(minutes);
    let order = Order {
        id: OrderId::from_bits(0xA5_F3C4_9D21 + number * 7_919_777),
        account,
        exam: "degree-english".parse().unwrap(),
        part: registration::model::exam_rules::PartId::main(),
        sittings: vec![sitting],
        amount: "120.00".parse().unwrap(),
        state,
        expires_at: now(),
        created_at: submitted_at - SignedDuration::from_mins(6),
        submitted_at: Some(submitted_at),
        decided_at: None,
        refusals: 0,
        reason: None,
        paid_at: None,
        by_school: None,
        late_picture_at: None,
    };
    let (document_masked, mobile_masked) = (Some("1101**********002X".to_owned()), Some("139****5678".to_owned()));
    let look = format!("{}.{}", Uuid::from_u128(1), submitted_at.as_microsecond()).parse().ok();
    Review { order, name: name.parse().ok(), document_masked, mobile_masked, look }
}

/// What was done with a case, by all who can do something.
fn history() -> [AuditEntry; 6] {
    let entry = |action, picture| AuditEntry {
        at: now() - SignedDuration::from_mins(2),
        actor: Actor::Staff(StaffId(Uuid::from_u128(9))),
        staff_name: Some("li.min".into()),
        action,
        seen: Some(Uuid::from_u128(picture).to_string()),
        detail: None,
    };
    let by = |actor, action| AuditEntry { actor, staff_name: None, ..entry(action, 2) };
    [
        entry(AuditAction::Refused, 1),
        entry(AuditAction::LookedAtPicture, 1),
        entry(AuditAction::Refused, 2),
        entry(AuditAction::Other("claimed".to_owned()), 2),
        by(Actor::System, AuditAction::Refused),
        by(Actor::Gateway("alipay".parse().unwrap()), AuditAction::Confirmed),
    ]
}

fn desks(language: Language) -> Vec<(String, Markup)> {
    let (w, assets) = (words(language), crate::app::assets());
    let names = ["张伟", "阿卜杜热西提·买买提依明·艾合买提江", "欧阳晓彤", "李娜", "Aleksandra Wiśniewska"];
    let waiting = |(number, name): (u64, &'static str)| {
        review(number, name, 4000 / i64::try_from(number.pow(3)).unwrap(), OrderState::WaitingReview)
    };
    let reviews: Vec<Review> = (1u64..).zip(names).map(waiting).collect();
    let until = now() + SignedDuration::from_hours(24);
    let decided = review(9, "张伟", 90, OrderState::Refused { reason: "看不清交易单号".into(), until });
    let queue = payments(&reviews);
    let history = history();
    let good = Message::new(Tone::Good, w.with("done-confirmed", &[("order", "S7K4-2M9Q".into())])).with_undo(Some(7));
    let care = Message::new(Tone::Care, w.t("refused-new-picture"));
    let reasonless = Message::of_refusal(w, Refusal { usual: String::new(), own: "请".to_owned() });
    let (work, taken) = (queues::theirs(), queues::others());
    let usual = texts(&payments_view::REASONS);
    let draw = |case: &Review, is_waiting, history: &[AuditEntry], message: Option<&Message>| {
        let (exam, answers, now) = (None, &Answers::default(), now());
        let (reading, doubles) = pictured::of(case, message.is_some());
        let view = Desk {
            queue: &queue,
            titles: &|exam| exam.to_string(),
            case,
            is_waiting,
            reasons: &usual,
            work: if is_waiting && history.is_empty() && message.is_none() { &taken } else { &work },
            exam,
            answers,
            history,
            reading: &reading,
            doubles: &doubles,
            beside: doubles.first().filter(|_| case.order.id == reviews[1].order.id),
            message,
            now,
        };
        desk(w, &view)
    };
    let member = member();
    let bodies = [
        ("forms", reviews::forms(w)),
        ("scores", reviews::scores(w)),
        ("accommodations", reviews::accommodations(w)),
        ("nothing", reviews::nothing(w)),
        ("case", draw(&reviews[0], true, &history[1..], Some(&good))),
        ("refusal", draw(&reviews[2], true, &[], Some(&reasonless))),
        ("taken", draw(&reviews[3], true, &[], None)),
        ("long", draw(&reviews[1], true, &[], Some(&care))),
        ("decided", draw(&decided, false, &history, None)),
        ("empty", empty(w, Some(&good), 0, true)),
        ("empty-taken", empty(w, None, 3, true)),
        ("empty-came", empty(w, None, 3, false)),
        ("error", error::body(w, Failure::NotFound)),
    ];
    let frame = |name: &str| Frame {
        words: w,
        assets: &assets,
        title: name.to_owned(),
        path: "/people?done=passed",
        staff: (!is_bare(name)).then_some(&member),
        counts: Some(&queue.counts),
        waiting: (!is_bare(name)).then_some(61),
        is_demo: true,
        reload_seconds: (name == "empty").then_some(20),
    };
    let bodies = bodies.into_iter().chain(of_other_desks(w, &reviews));
    bodies.map(|(name, body)| (format!("{}-desk-{name}", language.name()), page(&frame(name), &body))).collect()
}

/// What is not about payments by screenshot.
fn of_other_desks(w: Words, reviews: &[Review]) -> impl Iterator<Item = (&'static str, Markup)> {
    let bodies = signing_in(w).into_iter().chain(accounts::all(w, now())).chain(finance::all_pages(w, now()));
    let bodies = bodies.chain(schools::all_pages(w, now())).chain(rooms::all_pages(w)).chain(papers::all_pages(w));
    let bodies = bodies.chain(checkin::all_pages(w)).chain(audit::all_pages(w)).chain(wall::lists(w));
    let bodies = bodies.chain(audit::outward::all_pages(w, now())).chain(audit::outward::webhooks(w, now()));
    let bodies = bodies.chain(imports::all_pages(w)).chain(staff::all_pages(w, now())).chain(of_people(w));
    bodies.chain(queues::all_pages(w, reviews)).chain(exams::all_pages(w)).chain(accounts::candidates::all_pages(w))
}

/// Is it a page for whoever is not all the way in? They have no name there, and no desks.
fn is_bare(name: &str) -> bool {
    ["sign-in", "factor", "enrol", "join", "go-on", "codes"].iter().any(|head| name.starts_with(head))
}

/// Identities and faces that wait.
fn of_people(w: Words) -> [(&'static str, Markup); 4] {
    let (cases, history, reasons) = (cases(), history(), texts(&people::REASONS));
    let (queue, work, taken) = (people_queue(&cases), queues::theirs(), queues::others());
    [
        ("people", people::body(w, &person_case(&queue, &cases[0], (&work, &reasons), &history))),
        ("people-face", people::body(w, &person_case(&queue, &cases[1], (&taken, &reasons), &[]))),
        ("people-card", people::body(w, &person_case(&queue, &cases[2], (&work, &reasons), &[]))),
        ("people-empty", people::nothing(w, None, 0, true)),
    ]
}

/// All of them, and the page at the door, which has no frame of the desk's.
fn gallery(language: Language) -> Vec<(String, Markup)> {
    let home = "/check-in/degree-english/morning/11111111-1111-1111-1111-111111111111";
    let assets = crate::app::assets();
    let door = scan::page(words(language), &assets, home);
    let mut pages = desks(language);
    pages.push((format!("{}-desk-scan", language.name()), door));
    pages.extend(wall::all_pages(language, &assets));
    pages
}

/// Signing in, and what waited for it.
fn signing_in(w: Words) -> [(&'static str, Markup); 2] {
    let error = w.t("sign-in-wrong");
    let view = sign_in::View { next: "/", name: "li.min", error: Some(&error), is_open: true, ..Default::default() };
    let pairs = vec![("own".to_owned(), "看不清交易单号".to_owned())];
    let carried = Carried { sender: None, path: "/orders/S7K4-2M9Q/refuse".to_owned(), pairs };
    [("sign-in", sign_in::body(w, &view)), ("go-on", go_on(w, &carried, Waited::ForSignIn))]
}

/// An identity and a face that wait.
fn cases() -> [PersonCase; 3] {
    let account = AccountId(Uuid::from_u128(7));
    let document = Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap();
    let person = |name: &str| Person { name: name.parse().unwrap(), document: document.clone() };
    let picture = PictureId(Uuid::from_u128(1));
    let since = now() - SignedDuration::from_mins(90);
    let case = |subject, name, shows, (back, hints), portrait| PersonCase {
        subject,
        person: person(name),
        since,
        picture,
        shows,
        back,
        hints,
        portrait,
    };
    let face = Subject::Face(account, "degree-english".parse().unwrap());
    let noticed = (Some(PictureId(Uuid::from_u128(2))), vec![Hint::ReadEqual, Hint::Alike]);
    let long = "阿卜杜热西提·买买提依明·艾合买提江";
    [
        case(Subject::Identity(account), "张伟", Shows::Holding, (None, Vec::new()), None),
        case(face, long, Shows::Face, (None, Vec::new()), Some(picture)),
        case(Subject::Identity(AccountId(Uuid::from_u128(8))), "张伟", Shows::Card, noticed, None),
    ]
}

fn person_case<'a>(
    queue: &'a Queue,
    case: &'a PersonCase,
    (work, reasons): (&'a Work, &'a [Text]),
    history: &'a [AuditEntry],
) -> People<'a> {
    People { queue, titles: &|exam| exam.to_string(), case, work, reasons, history, message: None, now: now() }
}

/// A queue of payments, and what waits elsewhere.
fn payments(reviews: &[Review]) -> Queue {
    let lines = reviews.iter().map(|review| Line {
        note: Some(Note::Amount(review.order.amount)),
        ..line(Subject::Payment(review.order.id), review.name.clone(), review.order.submitted_at.unwrap())
    });
    let lines = lines.enumerate().map(|(index, mut line)| {
        line.case.claim = (index == 3).then(queues::claim);
        line
    });
    queue(&[CaseKind::Payment], lines.collect())
}

fn people_queue(cases: &[PersonCase]) -> Queue {
    let one = |case: &PersonCase| line(case.subject.clone(), Some(case.person.name.clone()), case.since);
    queue(&[CaseKind::Identity, CaseKind::Face], cases.iter().map(one).collect())
}

/// What a desk would have read.
pub(super) fn queue(kinds: &'static [CaseKind], lines: Vec<Line>) -> Queue {
    let counts = [(kinds[0], 61), (CaseKind::Form, 7), (CaseKind::Score, 0)].into_iter().collect();
    Queue { kinds, lines, counts, staff: member().id, sees_candidates: true }
}

pub(super) fn line(subject: Subject, name: Option<PersonName>, since: Timestamp) -> Line {
    let case = Case {
        id: CaseId(1),
        exam: subject.exam().cloned(),
        account: AccountId(Uuid::from_u128(7)),
        subject,
        version: "1".to_owned(),
        waiting_since: since,
        due: since + SignedDuration::from_hours(28),
        opinions: Vec::new(),
        noted: None,
        claim: None,
        closed: None,
    };
    Line { case, name, document_masked: Some("1101**********002X".to_owned()), note: None }
}

fn member() -> StaffMember {
    StaffMember {
        id: StaffId(Uuid::from_u128(9)),
        name: "li.min".to_owned(),
        role: Role::Administrator,
        reach: Reach::default(),
        session_epoch: 0,
        disabled_at: None,
    }
}

/// Who did something that nobody of the staff did has a word in both languages.
#[test]
fn whoever_acted_has_a_name_in_the_record() {
    let page = both().into_iter().find(|(name, _)| name == "zh-desk-decided").unwrap().1;
    for who in ["<span>li.min</span>", "<span>系统</span>", "<span>支付渠道 alipay</span>"] {
        assert!(page.contains(who), "{who}: {page}");
    }
}

fn both() -> Vec<(String, String)> {
    let pages = [Language::Zh, Language::En].into_iter().flat_map(gallery);
    pages.map(|(name, markup)| (name, markup.into_string())).collect()
}

/// Writes the gallery where `SEATHOLD_GALLERY` says; does nothing otherwise.
#[test]
fn the_gallery_is_written_when_asked_for() {
    let Some(dir) = std::env::var_os("SEATHOLD_GALLERY").map(std::path::PathBuf::from) else { return };
    for (name, page) in both() {
        std::fs::write(dir.join(format!("{name}.html")), page).unwrap();
    }
}

#[test]
fn nothing_is_inline_and_every_page_has_one_title() {
    for (name, page) in both() {
        assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains("onclick="), "{name}");
        assert!(page.split("<script").skip(1).all(|script| script.contains("></script>")), "{name}");
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
    }
}

#[test]
fn both_catalogues_have_the_same_keys_and_all_are_used() {
    let (zh, en) = (keys(ZH), keys(EN));
    assert_eq!(zh, en);
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert_eq!(keys_used(&sources), zh.into_keys().collect());
}

/// The text of every file below, these tests apart.
fn sources(dir: &Path) -> String {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: std::path::PathBuf| match path.is_dir() {
        true => sources(&path),
        false => std::fs::read_to_string(path).unwrap(),
    };
    entries
        .filter(|path| !path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests")))
        .map(text)
        .collect()
}
