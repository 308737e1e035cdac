//! Finding candidates, and their pages, from made-up values: nobody found, several, somebody new, somebody with a long name
//! and a long history.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::Fen;
use registration::desk::case::Subject;
use registration::model::actor::Actor;
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::facts::{FaceState, Facts, ReviewState};
use registration::model::ids::{AccountId, StaffId};
use registration::model::order::OrderState;
use registration::people::candidates::event::{Event, Source};
use registration::people::candidates::inquiries::{Inquiry, InquiryId, WaitingInquiry};
use registration::people::candidates::notes::{Note, NoteId};
use registration::people::candidates::reveal::{Shown, What};
use registration::people::candidates::typed::Kind;
use registration::people::candidates::{Bound, Found, Hit, InExam, Masked, Sheet};
use registration::rules::standing::standing;
use registration::rules::steps::steps;
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::accounts::candidates::find;
use crate::accounts::candidates::view::body;
use crate::accounts::candidates::viewed::View;
use crate::accounts::inquiries;
use crate::desk::message::Message;
use crate::tests::{line, member, now, review};

pub(in crate::tests) fn all_pages(w: Words) -> [(&'static str, Markup); 12] {
    let titles = |_: &ExamId| "2026年下半年高等学历继续教育学士学位外语水平考试".to_owned();
    let read_as = vec![Kind::Ticket, Kind::Username, Kind::Name];
    let hits = (1..=20).map(|number| Hit { who: masked(number), by: vec![Kind::Name] }).collect();
    let several = Found { read_as: vec![Kind::Name], hits, has_more: true, unreadable: 1 };
    let broken = Found { read_as: vec![Kind::Mobile], unreadable: 2, ..Found::default() };
    let none = Found { read_as, ..Found::default() };
    let exam = Arc::new(crate::tests::reviews::shipped("continuing-education"));
    let by_id = |_: &ExamId| Some(exam.clone());
    let (fresh, full) = (fresh(), full(&exam));
    let member = member();
    let view = |sheet, shown, message, is_continued| View {
        sheet,
        exam: &by_id,
        staff: &member,
        shown,
        note: if is_continued { "请核对" } else { "" },
        message,
        is_continued,
        now: now(),
    };
    let shown = Shown { what: What::Document, value: Some("11010519491231002X".to_owned()), at: now() };
    let bad = Message::new(Tone::Bad, w.t("cand-note-bad"));
    [
        ("candidates", find::body(w, "", None, &titles)),
        ("candidates-several", find::body(w, "张伟", Some(&several), &titles)),
        ("candidates-broken", find::body(w, "13912345678", Some(&broken), &titles)),
        ("candidates-none", find::body(w, "WANGFANG", Some(&none), &titles)),
        ("candidates-unreadable", find::body(w, "？？", Some(&Found::default()), &titles)),
        ("candidates-nobodys", find::nobody(w)),
        ("candidate-new", body(w, &view(&fresh, None, None, false))),
        ("candidate", body(w, &view(&full, Some(&shown), None, false))),
        ("candidate-older", body(w, &view(&full, None, Some(&bad), true))),
        ("inquiries", inquiries::list_body(w, &[waiting()], None, &titles)),
        ("inquiries-none", inquiries::list_body(w, &[], None, &titles)),
        ("inquiry", inquiries::one_body(w, &inquiry(), "", None, &titles)),
    ]
}

fn waiting() -> WaitingInquiry {
    let Inquiry { id, account, exam, place, asked_at, .. } = inquiry();
    WaitingInquiry { id, account, exam, place, asked_at }
}

fn inquiry() -> Inquiry {
    Inquiry {
        id: InquiryId(Uuid::from_u128(7)),
        account: AccountId(Uuid::from_u128(1)).into(),
        exam: "degree-english".parse().ok(),
        place: "degree-english / 第4步 缴费 / SMVG-WJCT-K7 / 11-20 14:32 / 3f2a-1c4".to_owned(),
        question: "缴费后多久能看到结果？\n我已经上传了截图。".to_owned(),
        asked_at: now(),
        answer: None,
    }
}

fn masked(number: u128) -> Masked {
    let is_long = number.is_multiple_of(3);
    Masked {
        number: AccountId(Uuid::from_u128(number)).into(),
        name: (number != 5).then(|| if is_long { "阿***" } else { "张*" }.to_owned()),
        document: (number != 5).then(|| (DocumentKind::ResidentId, "1101**********002X".to_owned())),
        mobile: Some("139****5678".to_owned()),
        email: None,
        username: None,
        is_verified: is_long,
        created_at: now(),
        exams: ["degree-english", "ce", "cet"].iter().take(number as usize % 4).map(|id| id.parse().unwrap()).collect(),
    }
}

/// Somebody who has just made an account.
fn fresh() -> Sheet {
    Sheet {
        who: Masked { name: None, document: None, is_verified: false, exams: Vec::new(), ..masked(5) },
        values: vec![(What::Email, "zh***@example.edu".to_owned())],
        in_person_at: None,
        signed_in_at: None,
        mobile_verified_at: None,
        email_verified_at: None,
        bound: Vec::new(),
        exams: Vec::new(),
        not_begun: Vec::new(),
        cases: Vec::new(),
        notes: Vec::new(),
        looks: Vec::new(),
        events: vec![event(Source::Account, "made", 1)],
        next: None,
    }
}

/// Somebody who did, and was told, everything.
fn full(exam: &Arc<Exam>) -> Sheet {
    let order = review(3, "张伟", 40, OrderState::WaitingReview).order;
    let orders = vec![order.clone(), review(4, "张伟", 90, OrderState::Lapsed).order];
    let facts = Facts {
        notice_agreed_at: Some(now()),
        review: ReviewState::Refused {
            reason: "所在院校与证明材料不一致，请核对后重新提交".to_owned()
        },
        details_at: Some(now()),
        orders: &orders,
        ..Facts::default()
    };
    let steps = steps(exam, &facts, now());
    let standing = standing(exam, &facts, &steps, now());
    let in_exam = InExam {
        exam: exam.clone(),
        steps,
        standing,
        face: FaceState::Passed { at: now(), is_in_person: true },
        orders: orders.clone(),
        places: Vec::new(),
        tickets: vec!["VCJ85CVU".parse().unwrap()],
    };
    let next = Arc::new(Exam { id: "ce-next".parse().unwrap(), ..Exam::clone(exam) });
    let note = |text: &str, by: u128, is_struck: bool| Note {
        id: NoteId(Uuid::from_u128(by)),
        text: text.to_owned(),
        by: StaffId(Uuid::from_u128(by)),
        by_name: "li.min".to_owned(),
        at: now(),
        struck_at: is_struck.then(now),
    };
    Sheet {
        who: masked(3),
        values: vec![
            (What::Name, "阿***".to_owned()),
            (What::Document, "1101**********002X".to_owned()),
            (What::Mobile, "139****5678".to_owned()),
            (What::Email, "zh***@a-rather-long-host-name.example.edu".to_owned()),
            (What::VerifiedName, "阿***".to_owned()),
            (What::VerifiedDocument, "1101**********002X".to_owned()),
            (What::Portrait, String::new()),
        ],
        in_person_at: Some(now()),
        signed_in_at: Some(now()),
        mobile_verified_at: Some(now()),
        email_verified_at: None,
        bound: vec![Bound {
            exam: exam.id.clone(),
            name: "阿***".to_owned(),
            document: (DocumentKind::ResidentId, "1101**********002X".to_owned()),
            school: "湘江理工大学继续教育学院".to_owned(),
        }],
        not_begun: vec![InExam { exam: next, face: FaceState::None, orders: Vec::new(), ..in_exam.clone() }],
        exams: vec![in_exam],
        cases: vec![line(Subject::Payment(order.id), None, now()).case],
        notes: vec![
            note("已电话联系，明天补交证明。\n考生说手机号已停用。", 9, false),
            note(&"长".repeat(1_000), 8, false),
            note("写错了人", 7, true),
        ],
        looks: ["candidate.look", "candidate.show", "looked_at_person"].map(audit).to_vec(),
        events: history(),
        next: "1767225600000000.1".parse().ok(),
    }
}

/// One of everything that can have happened.
fn history() -> Vec<Event> {
    let about = |about: &str, event: Event| Event { about: Some(about.to_owned()), ..event };
    let because = |detail: &str, event: Event| Event { detail: Some(detail.to_owned()), ..event };
    let by_staff = |event: Event| Event { staff_name: Some("li.min".to_owned()), actor: audit("x").actor, ..event };
    let mut all = vec![
        because(
            "所在院校与证明材料不一致",
            by_staff(about("application ce 00000000-0000-0000-0000-000000000003", event(Source::Case, "refused", 2))),
        ),
        about("S7K4-2M9Q", Event { amount: Some(Fen(12_000)), until: Some(now()), ..event(Source::Order, "made", 3) }),
        about("S7K4-2M9Q", event(Source::Order, "lapsed", 4)),
        about(
            "0192",
            Event {
                amount: Some(Fen(12_000)),
                actor: Some(Actor::Gateway("alipay".parse().unwrap())),
                ..event(Source::Payment, "received", 5)
            },
        ),
        about("0192", because("withdrawn", Event { amount: Some(Fen(12_000)), ..event(Source::Refund, "done", 6) })),
        about("sms", because("sent", event(Source::Message, "order_confirmed", 7))),
        because("undeliverable", event(Source::Reminder, "reminder_pay", 8)),
        about("VCJ85CVU", event(Source::Ticket, "issued", 9)),
        about("H01", event(Source::Place, "given", 10)),
        about("good", by_staff(event(Source::Door, "admitted", 11))),
        because("name document: 核对原件", audit("account_corrected")),
        because("resident_id", audit("face.in_person")),
        event(Source::Other, "something_later", 12),
    ];
    all.extend(
        [("made", 30), ("mobile_proved", 31), ("signed_in", 32)].map(|(word, ago)| event(Source::Account, word, ago)),
    );
    all.extend(
        [("begun", 33), ("agreed", 34), ("handed_in", 35)].map(|(word, ago)| event(Source::Application, word, ago)),
    );
    all
}

fn audit(word: &str) -> Event {
    Event {
        actor: Some(Actor::Staff(StaffId(Uuid::from_u128(9)))),
        staff_name: Some("li.min".to_owned()),
        detail: (word == "candidate.show").then(|| "verified_document".to_owned()),
        ..event(Source::Audit, word, 20)
    }
}

fn event(source: Source, word: &str, hours_ago: i64) -> Event {
    let at: Timestamp = now() - SignedDuration::from_hours(hours_ago);
    Event {
        at,
        source,
        word: word.to_owned(),
        exam: (source != Source::Account).then(|| "degree-english".parse().unwrap()),
        about: None,
        actor: None,
        staff_name: None,
        detail: None,
        until: None,
        amount: None,
    }
}

/// Nobody who looks at the page by itself sees a whole number, and what was asked for says who looked.
#[test]
fn a_page_is_masked_and_says_who_looked() {
    let pages = crate::tests::both();
    let page = |name: &str| &pages.iter().find(|(one, _)| one == name).unwrap().1;
    assert!(!page("zh-desk-candidate-older").contains("11010519491231002X"));
    let shown = page("zh-desk-candidate");
    assert!(
        shown.contains("11010519491231002X") && shown.contains("已记录：li.min 于 14:32 查看了填报证件号码。"),
        "{shown}"
    );
    for (language, part) in [("zh", "通知：缴费已确认，报名成功"), ("en", "Message: Your payment is confirmed")]
    {
        assert!(page(&format!("{language}-desk-candidate")).contains(part), "{part}");
    }
    assert!(shown.contains("something_later"), "a later version's word shows as it is");
}
