//! The pages of schools' payments and of invoices, from made-up values: full, empty, with long names, and with what went
//! wrong.

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::Fen;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use registration::model::order::{OrderId, OrderState};
use registration::model::payment::group::{
    GroupCandidate, GroupId, GroupLine, GroupLock, GroupPage, GroupPayment, GroupState, LineState,
};
use registration::model::payment::invoice::{Invoice, InvoiceTitle};
use registration::model::payment::listed::{Became, Part};
use registration::model::payment::{Method, Payment, PaymentState};
use registration::payments::{Attempt, BadLine, Found, InvoiceBookmark, LineFault, Start};
use reservation::ids::ExamId;
use uuid::Uuid;

use super::finance::id;
use super::{member, now};
use crate::desk::message::Message;
use crate::finance::frame::{Inside, Tab, body};
use crate::finance::groups::one::acts::Transfer;
use crate::finance::groups::{self, choose, lines::People, one, paying, preview};
use crate::finance::invoices::{self, many};

const NAMES: [&str; 4] = ["张伟", "阿卜杜热西提·买买提依明·艾合买提江", "欧阳晓彤", "Aleksandra Wiśniewska"];

fn order(number: u64) -> OrderId {
    OrderId::from_bits(0xA5_F3C4_9D21 + number * 7_919_777)
}

fn candidate(number: u64) -> GroupCandidate {
    GroupCandidate {
        order: order(number),
        name: NAMES[usize::try_from(number).unwrap() % NAMES.len()].parse().ok(),
        document_masked: Some("1101**********002X".to_owned()),
        sittings: vec!["en-1".parse().unwrap()],
        amount: Fen(12_000),
        expires_at: now() + SignedDuration::from_mins(40 + i64::try_from(number).unwrap()),
    }
}

/// A line in every state.
fn lines() -> Vec<GroupLine> {
    let lock =
        GroupLock { group: GroupId(Uuid::from_u128(5)), title: "计算机学院集体缴费".to_owned(), until: now() };
    let ready = || LineState::Ready { amount: Fen(12_000), expires_at: now() };
    let states = [
        ready(),
        LineState::Unknown,
        LineState::OtherSchool,
        LineState::NotPayable(OrderState::Lapsed),
        LineState::NotPayable(OrderState::Confirmed),
        LineState::Paying,
        LineState::Locked(lock),
        LineState::NeedsFirst("written".parse().unwrap()),
        LineState::OtherAmount(Fen(10_000)),
        ready(),
    ];
    (0..).zip(states).map(|(number, state)| GroupLine { order: order(number), state }).collect()
}

fn people() -> People {
    (0..10).map(|number| (order(number), candidate(number))).collect()
}

fn exam_id() -> ExamId {
    "degree-english".parse().unwrap()
}

fn group(state: GroupState, title: &str) -> GroupPayment {
    GroupPayment {
        id: GroupId(id(70).0),
        exam: exam_id(),
        organisation: None,
        title: title.to_owned(),
        begun_by: StaffId(Uuid::from_u128(9)),
        created_at: now() - SignedDuration::from_mins(50),
        locked_until: now() + SignedDuration::from_hours(23),
        state,
        orders: (0..10).map(|number| (order(number), Fen(12_000))).collect(),
    }
}

fn payment(state: PaymentState) -> Payment {
    Payment {
        id: id(71),
        method: Method::WechatPay,
        amount: Fen(120_000),
        state,
        reference: (state == PaymentState::Received).then(|| "4200002345202611291234567890".to_owned()),
        created_at: now(),
        received_at: None,
        received: None,
        of_attempt: None,
        decided: None,
        reason: None,
        orders: Vec::new(),
    }
}

fn history() -> Vec<AuditEntry> {
    let entry = |minutes, action| AuditEntry {
        at: now() - SignedDuration::from_mins(minutes),
        actor: Actor::Staff(StaffId(Uuid::from_u128(9))),
        staff_name: Some("li.min".to_owned()),
        action,
        seen: None,
        detail: None,
    };
    vec![entry(2, AuditAction::GroupPaying), entry(30, AuditAction::GroupLeftOut), entry(50, AuditAction::GroupBegun)]
}

/// A list with these lines, paid or not.
fn one_list(w: Words, state: GroupState, lines: Vec<GroupLine>, entered: Option<&Transfer>) -> Markup {
    let became = [Became::Seat, Became::Seat, Became::Choice, Became::Refund, Became::Due];
    let is_paid = matches!(state, GroupState::Paid(_));
    let part = |(number, became): (u64, Became)| Part {
        order: order(number),
        amount: Fen(12_000),
        became: Some(became),
        choice_until: (became == Became::Choice).then(|| now() + SignedDuration::from_hours(20)),
    };
    let parts: Vec<Part> = if is_paid { (0..).zip(became).map(part).collect() } else { Vec::new() };
    let paid = payment(if is_paid { PaymentState::Received } else { PaymentState::Pending });
    let page = GroupPage { group: group(state, "计算机学院集体缴费"), lines, payments: vec![paid] };
    let view = one::view::View {
        page: &page,
        exam: None,
        people: &people(),
        parts: &parts,
        history: &history(),
        channels: &[Method::Alipay, Method::WechatPay],
        entered,
        sees_money: true,
        now: now(),
    };
    one::view::body(w, &view)
}

fn paying_page(w: Words, state: PaymentState, start: Option<Start>) -> Markup {
    let attempt = Attempt {
        payment: id(71),
        method: Method::WechatPay,
        state,
        start,
        expires_at: Some(now() + SignedDuration::from_mins(12)),
        heard_at: None,
    };
    let group = group(GroupState::Open, "计算机学院集体缴费");
    paying::body(w, &paying::View { group: &group, attempt: &attempt, now: now() })
}

/// One of each stage.
fn all_invoices() -> Vec<Invoice> {
    let long = "临江市高新技术产业开发区继续教育与职业技能培训服务中心（临江开放大学）";
    let titles = [("王芳", ""), (long, "12100000400010275N"), ("临江大学", "12100000400010275N")];
    let sums = [(12_000, None, None), (6_000, Some(12_000), None), (12_000, Some(12_000), None)];
    let more = [(6_000, Some(12_000), Some(6_000)), (0, None, None)];
    (0..)
        .zip(sums.into_iter().chain(more))
        .map(|(number, (amount, issued, credited))| {
            let (name, code) = titles[usize::try_from(number).unwrap() % titles.len()];
            let of = |fen: Option<i64>| fen.map(|fen| (Fen(fen), now() - SignedDuration::from_hours(3)));
            Invoice {
                order: order(number),
                asked_at: now() - SignedDuration::from_hours(50),
                title: InvoiceTitle::parse(name, code).unwrap(),
                amount: Fen(amount),
                issued: of(issued),
                credited: of(credited),
            }
        })
        .collect()
}

fn invoice_history() -> Vec<AuditEntry> {
    let [first, second, _] = &history()[..] else { panic!("three") };
    vec![
        AuditEntry { action: AuditAction::LookedAtInvoice, ..first.clone() },
        AuditEntry { action: AuditAction::HandedBackInvoice, detail: Some("¥120.00".to_owned()), ..second.clone() },
    ]
}

fn outcomes(w: Words) -> Vec<many::Outcome> {
    let one = |name: &str, number: Option<u64>, text: String| many::Outcome {
        name: name.to_owned(),
        order: number.map(order),
        is_taken: number == Some(1),
        text,
    };
    vec![
        one("S7K4-2M9Q.pdf", Some(1), w.with("invoice-many-taken", &[("amount", "¥120.00".into())]).into_owned()),
        one("扫描件 2026-11-20.pdf", None, w.t("invoice-many-no-order").into_owned()),
        one("A7K4-2M9Q.pdf", Some(2), w.t("invoice-refused-pdf").into_owned()),
    ]
}

/// Every page, in every state that looks different.
pub(super) fn all_pages(w: Words, at: Timestamp) -> Vec<(&'static str, Markup)> {
    let mut pages = groups_pages(w, at);
    pages.extend(invoice_pages(w, at));
    pages
}

fn page(w: Words, tab: Tab, title: &str, inside: &Markup, message: Option<&Message>) -> Markup {
    body(w, &Inside { tab, staff: &member(), title: title.to_owned(), open: 7, message }, inside)
}

fn groups_pages(w: Words, at: Timestamp) -> Vec<(&'static str, Markup)> {
    let exams =
        [(exam_id(), w.t("exam").into_owned()), ("ce".parse().unwrap(), "成人高等教育学士学位外语考试".to_owned())];
    let titles = |exam: &ExamId| exam.to_string();
    let all = [
        group(GroupState::Open, "计算机学院集体缴费"),
        group(GroupState::Paid(id(71)), "临江大学继续教育学院 2026 年下半年第二批次学位外语考试集体缴费"),
        group(GroupState::Released, "外国语学院"),
        group(GroupState::Over, "法学院"),
    ];
    let list = |groups: &[GroupPayment]| {
        let asked = groups::Asked::default();
        groups::body(w, &groups::View { asked: &asked, groups, exams: &exams, titles: &titles, now: at })
    };
    let exam = super::reviews::shipped("cet");
    let found: Vec<GroupCandidate> = (0..6).map(candidate).collect();
    let asked = choose::Asked::default();
    let chosen = |found: &[GroupCandidate], exam, is_more| {
        choose::body(w, &choose::View { asked: &asked, exams: &exams, exam, found, is_more, now: at })
    };
    let faults = [
        LineFault::NoNumber,
        LineFault::Shortened,
        LineFault::TooLong,
        LineFault::Twice,
        LineFault::Unknown,
        LineFault::NothingToPay,
        LineFault::TooMany,
    ];
    let bad: Vec<BadLine> = (2..).zip(faults).map(|(line, fault)| BadLine { line, fault }).collect();
    let people = people();
    let looked = |lines: &[GroupLine], bad: &[BadLine]| {
        let chosen = preview::Chosen::default();
        preview::body(w, &preview::View { exam: &exam, chosen: &chosen, lines, people: &people, bad })
    };
    let ready: Vec<GroupLine> = lines().into_iter().filter(groups::lines::is_ready).collect();
    let none: Vec<GroupLine> = lines().into_iter().filter(|line| !groups::lines::is_ready(line)).collect();
    let entered = Transfer { amount: "1000".to_owned(), reference: "T-1".to_owned() };
    let bad_amount = Message::new(Tone::Bad, w.with("group-refused-amount", &[("amount", "¥1200.00".into())]));
    let scan = Start::Scan { code: "weixin://wxpay/bizpayurl?pr=1".to_owned(), until: None };
    let title = w.t("finance-groups").into_owned();
    let of = |inside: &Markup| page(w, Tab::Groups, &title, inside, None);
    vec![
        ("groups", of(&list(&all))),
        ("groups-none", of(&list(&[]))),
        ("group-choose", of(&chosen(&found, Some(&exam), true))),
        ("group-choose-nobody", of(&chosen(&[], Some(&exam), false))),
        ("group-choose-exam", of(&chosen(&[], None, false))),
        ("group-preview", of(&looked(&lines(), &bad))),
        ("group-preview-ready", of(&looked(&ready, &[]))),
        ("group-preview-none", of(&looked(&none, &[]))),
        ("group-open", of(&one_list(w, GroupState::Open, ready.clone(), None))),
        ("group-gone", of(&one_list(w, GroupState::Open, lines(), None))),
        ("group-paid", of(&one_list(w, GroupState::Paid(id(71)), lines(), None))),
        ("group-over", of(&one_list(w, GroupState::Over, lines(), None))),
        (
            "group-transfer",
            page(w, Tab::Groups, &title, &one_list(w, GroupState::Open, ready, Some(&entered)), Some(&bad_amount)),
        ),
        ("group-paying", of(&paying_page(w, PaymentState::Pending, Some(scan.clone())))),
        ("group-paying-unknown", of(&paying_page(w, PaymentState::Unknown, None))),
    ]
}

fn invoice_pages(w: Words, at: Timestamp) -> Vec<(&'static str, Markup)> {
    let (exam, all) = (exam_id(), all_invoices());
    let exams = [(exam_id(), w.t("exam").into_owned())];
    let list = |invoices: &[Invoice], asked: &invoices::Asked| {
        let next = invoices.last().map(|last| InvoiceBookmark { asked_at: last.asked_at, order: last.order });
        let found = Found { invoices: invoices.to_vec(), next };
        invoices::body(w, &invoices::View { asked, exam: Some(&exam), exams: &exams, found: &found, now: at })
    };
    let history = invoice_history();
    let one = |place: usize| {
        let view = invoices::one::View {
            invoice: &all[place],
            exam: "成人高等教育学士学位外语考试（第二次，含补考）",
            history: &history,
            now: at,
        };
        invoices::one::body(w, &view)
    };
    let sought = invoices::Asked { q: "临江".to_owned(), stage: "wanted".to_owned(), ..Default::default() };
    let title = w.t("finance-invoices").into_owned();
    let of = |inside: &Markup| page(w, Tab::Invoices, &title, inside, None);
    let not_a_pdf = Message::new(Tone::Bad, w.t("invoice-refused-pdf"));
    vec![
        ("invoices", of(&list(&all, &invoices::Asked::default()))),
        ("invoices-none", of(&list(&[], &invoices::Asked::default()))),
        ("invoices-not-found", of(&list(&[], &sought))),
        ("invoice-wanted", page(w, Tab::Invoices, &title, &one(0), Some(&not_a_pdf))),
        ("invoice-credit", of(&one(1))),
        ("invoice-made", of(&one(2))),
        ("invoice-nothing", of(&one(4))),
        ("invoice-many", of(&many::body(w, &outcomes(w)))),
    ]
}
