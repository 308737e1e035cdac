//! Every staff page in every state, from made-up values: checked here, and, with `SEATHOLD_GALLERY=DIR`, written out to
//! be looked at (`DIR/{language}-desk-{name}.html`).

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::language::Language;
use pagekit::words::{keys, keys_used};
use registration::desk::payments::{AuditAction, AuditEntry, Review};
use registration::desk::people::{Case, CaseId};
use registration::model::document::{Document, DocumentKind};
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderId, OrderSitting, OrderState};
use registration::people::identity::Person;
use registration::pictures::kept::PictureId;
use registration::rules::details::Answers;
use uuid::Uuid;

use crate::catalogue::{EN, ZH, words};
use crate::desk::frame::{Frame, page};
use crate::desk::message::Message;
use crate::desk::reason::Refusal;
use crate::desks::payments::view::{Desk, desk, empty};
use crate::desks::people::{self, People};
use crate::failure::Failure;
use crate::pages::{error, sign_in};

/// What administrators mend.
mod accounts;
/// The reviews of forms and of earlier scores.
mod reviews;

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
    };
    let (document_masked, mobile_masked) = (Some("1101**********002X".to_owned()), Some("139****5678".to_owned()));
    let look = format!("{}.{}", Uuid::from_u128(1), submitted_at.as_microsecond()).parse().ok();
    Review { order, name: name.parse().ok(), document_masked, mobile_masked, look }
}

fn gallery(language: Language) -> Vec<(String, Markup)> {
    let (w, assets) = (words(language), crate::app::assets());
    let names = ["张伟", "阿卜杜热西提·买买提依明·艾合买提江", "欧阳晓彤", "李娜", "Aleksandra Wiśniewska"];
    let queue: Vec<Review> = (1u64..)
        .zip(names)
        .map(|(number, name)| {
            review(number, name, 4000 / i64::try_from(number.pow(3)).unwrap(), OrderState::WaitingReview)
        })
        .collect();
    let until = now() + SignedDuration::from_hours(24);
    let decided = review(9, "张伟", 90, OrderState::Refused { reason: "看不清交易单号".into(), until });
    let entry = |action, picture| AuditEntry {
        at: now() - SignedDuration::from_mins(2),
        staff: "li.min".into(),
        action,
        seen: Some(Uuid::from_u128(picture).to_string()),
    };
    let history = [
        entry(AuditAction::Refused, 1),
        entry(AuditAction::LookedAtPicture, 1),
        entry(AuditAction::Refused, 2),
        entry(AuditAction::Other("claimed".to_owned()), 2),
    ];
    let good = Message::new(Tone::Good, w.with("done-confirmed", &[("order", "S7K4-2M9Q".into())]));
    let care = Message::new(Tone::Care, w.t("refused-new-picture"));
    let sent = Refusal { usual: String::new(), own: "请".to_owned() };
    let reasonless = Message::of_refusal(w, sent);
    let draw = |case: &Review, is_waiting, history: &[AuditEntry], message: Option<&Message>| {
        let (exam, answers, now) = (None, &Answers::default(), now());
        let others = [OrderId::from_bits(0xA5_F3C4_9D21)];
        let same_picture = if message.is_none() { &others[..0] } else { &others[..] };
        let view =
            Desk { queue: &queue, waiting: 61, case, is_waiting, exam, answers, history, same_picture, message, now };
        desk(w, &view)
    };
    let forms = reviews::forms(w);
    let scores = reviews::scores(w);
    let cases = cases();
    let bodies = [
        ("forms", forms),
        ("scores", scores),
        ("nothing", reviews::nothing(w)),
        ("case", draw(&queue[0], true, &history[1..], Some(&good))),
        ("refusal", draw(&queue[2], true, &[], Some(&reasonless))),
        ("long", draw(&queue[1], true, &[], Some(&care))),
        ("decided", draw(&decided, false, &history, None)),
        ("empty", empty(w, Some(&good))),
        ("sign-in", sign_in::body(w, "/", "li.min", Some(&w.t("sign-in-wrong")))),
        ("error", error::body(w, Failure::NotFound)),
        ("people", people::body(w, &person_case(&cases, &cases[0], &history))),
        ("people-face", people::body(w, &person_case(&cases, &cases[1], &[]))),
        ("people-empty", people::nothing(w, None)),
    ];
    let frame = |name: &str| Frame {
        words: w,
        assets: &assets,
        title: name.to_owned(),
        path: "/people?done=passed",
        staff: (name != "sign-in").then_some("li.min"),
        is_administrator: name.starts_with("rebind") || name.starts_with("correct"),
        waiting: (name != "sign-in").then_some(61),
        is_demo: true,
        reload_seconds: (name == "empty").then_some(20),
    };
    let bodies = bodies.into_iter().chain(accounts::all(w, now()));
    bodies.map(|(name, body)| (format!("{}-desk-{name}", language.name()), page(&frame(name), &body))).collect()
}

/// An identity and a face that wait.
fn cases() -> [Case; 2] {
    let account = AccountId(Uuid::from_u128(7));
    let document = Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap();
    let person = |name: &str| Person { name: name.parse().unwrap(), document: document.clone() };
    let picture = PictureId(Uuid::from_u128(1));
    let since = now() - SignedDuration::from_mins(90);
    [
        Case { id: CaseId::Identity(account), person: person("张伟"), since, picture, portrait: None },
        Case {
            id: CaseId::Face(account, "degree-english".parse().unwrap()),
            person: person("阿卜杜热西提·买买提依明·艾合买提江"),
            since,
            picture,
            portrait: Some(picture),
        },
    ]
}

fn person_case<'a>(queue: &'a [Case], case: &'a Case, history: &'a [AuditEntry]) -> People<'a> {
    People { queue, waiting: queue.len() as u64, case, history, message: None, now: now() }
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
