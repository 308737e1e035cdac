//! The pages of finance, from made-up values: full, empty, with long numbers, and with what went wrong.

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::Fen;
use registration::desk::finance::Reconciled;
use registration::desk::staff::StaffMember;
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use registration::model::order::OrderId;
use registration::model::payment::journal::EntryKind;
use registration::model::payment::listed::{Became, Happened, Line, Listed, Part, Whole};
use registration::model::payment::refund::{ByHand, Refund, RefundId, RefundReason, RefundState};
use registration::model::payment::{Method, Payment, PaymentEvent, PaymentId, PaymentState};
use registration::payments::{Books, Difference, Stuck};
use registration::reconciliation::{BillDay, BillState, Finding, FindingId, FindingKind, ReconcileError, Sums};
use strum::VariantArray;
use uuid::Uuid;

use super::{history, member, now};
use crate::desk::message::Message;
use crate::finance::frame::{Inside, Tab, body};
use crate::finance::{books, day, days, import, list, open, payment};

pub(super) fn id(number: u128) -> PaymentId {
    PaymentId(Uuid::from_u128(0x0193_8f3e_7c00_7000_8000_0000_0000_0000 + number))
}

pub(super) fn order() -> OrderId {
    OrderId::from_bits(0xA5_F3C4_9D21)
}

fn listed(number: u128, state: PaymentState, came: Option<Fen>) -> Listed {
    let at = now() - SignedDuration::from_mins(7 * i64::try_from(number).unwrap());
    let payment = Payment {
        id: id(number),
        method: Method::VARIANTS[usize::try_from(number).unwrap() % Method::VARIANTS.len()],
        amount: Fen(12_000),
        state,
        reference: came.map(|_| format!("42000023452026112{number}1234567890")),
        created_at: at,
        received_at: came.map(|_| at + SignedDuration::from_mins(2)),
        received: came,
        of_attempt: None,
        decided: None,
        reason: (state == PaymentState::Failed).then(|| "PAYERROR".to_owned()),
        orders: vec![(order(), Fen(12_000)); 1 + usize::from(number == 4)],
    };
    Listed {
        payment,
        paid_at: came.map(|_| at + SignedDuration::from_mins(1)),
        exam: "degree-english".parse().ok(),
        refunded: Fen(if number == 1 { 2_000 } else { 0 }),
        refunding: Fen(if number == 2 { 12_000 } else { 0 }),
        stuck_at: (state == PaymentState::Unknown).then(now),
    }
}

fn all() -> Vec<Listed> {
    let states = PaymentState::VARIANTS.iter().chain(PaymentState::VARIANTS);
    let listed_as = |(number, state): (u128, &PaymentState)| {
        let came = (*state == PaymentState::Received).then_some(Fen(if number > 6 { 11_900 } else { 12_000 }));
        listed(number, *state, came)
    };
    (1..).zip(states).map(listed_as).collect()
}

fn refund(number: u128, state: RefundState, by: u128) -> Refund {
    let is_stuck =
        matches!(state, RefundState::Asked | RefundState::Short | RefundState::Abnormal | RefundState::Closed);
    Refund {
        id: RefundId(id(900 + number).0),
        payment: id(4),
        method: Method::Alipay,
        order: order(),
        amount: Fen(2_000),
        reason: RefundReason::VARIANTS[usize::try_from(number).unwrap() % RefundReason::VARIANTS.len()],
        state,
        created_at: now() - SignedDuration::from_hours(30),
        asked_by: Actor::Staff(StaffId(Uuid::from_u128(by))),
        agreed_by: None,
        is_agreed_by_operator: false,
        note: Some("因病缺考，凭医院证明；家长来电要求退回原支付账户，已核对订单与收款".to_owned()),
        ended_at: None,
        code: (state == RefundState::Short).then(|| "ACQ.SELLER_BALANCE_NOT_ENOUGH".to_owned()),
        stuck_at: is_stuck.then(now),
        by_hand: None,
        is_expired: false,
    }
}

/// Refunds that a transfer gives back: to be written down, noted by whoever looks and by somebody else, done; and one to
/// which nobody agreed.
fn by_hand() -> Vec<Refund> {
    let given = |by: u128| ByHand {
        reference: "中国银行 20261120 流水 8801234567890".to_owned(),
        reason: "考生的卡已注销，转到新卡".to_owned(),
        by: StaffId(Uuid::from_u128(by)),
    };
    let school = Refund { method: Method::School, stuck_at: Some(now()), ..refund(20, RefundState::Due, 7) };
    let abnormal = |number, by| Refund { by_hand: Some(given(by)), ..refund(number, RefundState::Abnormal, 7) };
    let over = Refund { is_expired: true, ended_at: Some(now()), stuck_at: None, ..refund(25, RefundState::Closed, 7) };
    let done = Refund { by_hand: Some(given(7)), ended_at: Some(now()), ..refund(24, RefundState::Done, 7) };
    vec![school, abnormal(21, 9), abnormal(22, 7), done, over]
}

fn refunds() -> Vec<Refund> {
    let number = |place: usize| u128::try_from(place).unwrap();
    RefundState::VARIANTS.iter().enumerate().map(|(place, state)| refund(number(place), *state, 7)).collect()
}

fn whole(refunds: Vec<Refund>) -> Whole {
    let listed = Listed { refunded: Fen(0), ..listed(4, PaymentState::Received, Some(Fen(12_000))) };
    let happened = |minutes, actor, event| Happened {
        at: now() - SignedDuration::from_mins(minutes),
        actor,
        staff_name: None,
        event,
        reason: (event == PaymentEvent::Unknown).then(|| "SYSTEM_ERROR".to_owned()),
    };
    let gateway = Actor::Gateway("alipay".parse().unwrap());
    let line = |entry, kind, account: &str, debit, credit| Line {
        entry,
        at: now(),
        kind,
        order: None,
        account: account.to_owned(),
        debit: Fen(debit),
        credit: Fen(credit),
    };
    Whole {
        listed,
        expires_at: None,
        asked: (None, Some(now())),
        parts: vec![Part { order: order(), amount: Fen(12_000), became: Some(Became::Seat), choice_until: None }],
        events: (PaymentEvent::VARIANTS.iter())
            .map(|event| {
                happened(10, if *event == PaymentEvent::Created { Actor::System } else { gateway.clone() }, *event)
            })
            .collect(),
        refunds,
        lines: vec![
            line(1, EntryKind::Received, "clearing.alipay", 12_000, 0),
            line(1, EntryKind::Received, "candidate", 0, 12_000),
            line(2, EntryKind::Settled, "candidate", 12_000, 0),
            line(2, EntryKind::Settled, "income", 0, 12_000),
            line(3, EntryKind::RefundDue, "income", 2_000, 0),
            line(3, EntryKind::RefundDue, "refund_due", 0, 2_000),
        ],
    }
}

fn at_day() -> jiff::civil::Date {
    "2026-11-19".parse().unwrap()
}

fn bill(state: BillState, day: &str, open: u64) -> BillDay {
    let is_late = state == BillState::Wanted && open > 0;
    let is_read = state == BillState::Read;
    BillDay {
        channel: Method::WechatPay,
        day: day.parse().unwrap(),
        state,
        is_from_file: open == 2,
        failed: is_late.then(|| "unclear: http 502".to_owned()),
        stuck_at: is_late.then(now),
        read_at: is_read.then(now),
        compared_at: is_read.then(now),
        sums: Sums { payments: 132, paid: Fen(1_584_000), refunds: 2, refunded: Fen(24_000), fee: Fen(9_504) },
        open: if is_late { 0 } else { open },
        closed: 3,
    }
}

fn bills() -> Vec<BillDay> {
    vec![
        bill(BillState::Wanted, "2026-11-19", 0),
        bill(BillState::Wanted, "2026-11-18", 1),
        bill(BillState::Read, "2026-11-17", 2),
        bill(BillState::Read, "2026-11-16", 0),
        bill(BillState::Empty, "2026-11-15", 0),
    ]
}

fn findings() -> Vec<Finding> {
    let finding = |(number, kind): (i64, &FindingKind)| Finding {
        id: FindingId(number),
        channel: Method::WechatPay,
        day: "2026-11-17".parse().unwrap(),
        kind: *kind,
        subject: id(u128::try_from(number).unwrap()).number(),
        payment: (*kind != FindingKind::TheirsOnly).then(|| id(4)),
        refund: None,
        ours: (*kind != FindingKind::TheirsOnly).then_some(Fen(12_000)),
        theirs: (*kind != FindingKind::OursOnly).then_some(Fen(11_900)),
        detail: Some("4200002345202611291234567890 / 4200002345202611291234567891".to_owned()),
        found_at: now(),
        closed_at: None,
        closed_by: None,
        note: None,
    };
    let mut found: Vec<Finding> = (1..).zip(FindingKind::VARIANTS).map(finding).collect();
    let mut closed: Vec<Finding> = found[..2].to_vec();
    for one in &mut closed {
        one.id = FindingId(one.id.0 + 100);
        one.closed_at = Some(now());
    }
    closed[0].closed_by = Some("wang.fang".to_owned());
    closed[0].note = Some("食堂的收款，用了同一个商户号".to_owned());
    found.extend(closed);
    found
}

fn stuck(at: Timestamp) -> Vec<Stuck> {
    [Stuck::Payment { payment: id(6), since: at - SignedDuration::from_hours(200) }]
        .into_iter()
        .chain([refund(1, RefundState::Asked, 7), refund(2, RefundState::Asked, 9)].map(Box::new).map(Stuck::Refund))
        .chain([refund(3, RefundState::Short, 7), refund(4, RefundState::Abnormal, 7)].map(Box::new).map(Stuck::Refund))
        .collect()
}

/// Books that agree, and some that do not.
fn both_books() -> (Books, Books) {
    let balances = ["candidate", "clearing.alipay", "clearing.wechat_pay", "income", "refund_due"];
    let balances = balances.map(|name| (name.to_owned(), Fen(-1_234_500))).to_vec();
    let difference = Difference { rule: "an entry balances", detail: "17".to_owned() };
    let wrong = Books { balances: balances.clone(), differences: vec![difference] };
    (Books { balances, differences: Vec::new() }, wrong)
}

/// Every page, in every state that looks different.
pub(super) fn all_pages(w: Words, at: Timestamp) -> Vec<(&'static str, Markup)> {
    let mut pages = payments_pages(w, at);
    pages.extend(days_pages(w, at));
    pages
}

fn page(w: Words, tab: Tab, title: &str, inside: &Markup, message: Option<&Message>) -> Markup {
    body(w, &Inside { tab, staff: &member(), title: title.to_owned(), open: 7, message }, inside)
}

/// Payments: a list, and each by itself.
fn payments_pages(w: Words, at: Timestamp) -> Vec<(&'static str, Markup)> {
    let member: StaffMember = member();
    let bad = Message::new(Tone::Bad, w.with("refund-refused-amount", &[("left", "¥120.00".into())]));
    let (found, exams) = (all(), [("degree-english".parse().unwrap(), w.t("exam").into_owned())]);
    let list = |found: &[Listed], asked: &list::Asked| {
        let titles = |exam: &reservation::ids::ExamId| exam.to_string();
        let inside = list::body(w, &list::View { asked, found, exams: &exams, titles: &titles, now: at });
        page(w, Tab::Payments, &w.t("finance-payments"), &inside, None)
    };
    let asked = list::Asked { q: "S7K4-2M9Q".to_owned(), state: "received".to_owned(), ..Default::default() };
    let history = history();
    let one = |whole: &Whole, entered: Option<&payment::Entered>, message: Option<&Message>| {
        let view = payment::view::View {
            whole,
            exam: Some("成人高等教育学士学位外语考试（第二次，含补考）"),
            history: &history,
            entered,
            staff: &member,
            may_move: true,
            alone_max: Fen(50_000),
            now: at,
        };
        page(w, Tab::Payments, &w.t("money-title"), &payment::view::body(w, &view), message)
    };
    let entered = payment::Entered { order: order().to_string(), amount: "130".into(), reason: "病假".into() };
    let pending = Whole {
        listed: Listed { stuck_at: Some(at), ..listed(6, PaymentState::Unknown, None) },
        lines: Vec::new(),
        ..whole(Vec::new())
    };
    let shown = |refunds: Vec<Refund>| {
        let mut shown = whole(refunds);
        shown.listed.payment.method = Method::Screenshot;
        shown
    };
    let due = Refund { method: Method::Screenshot, stuck_at: Some(at), ..refund(1, RefundState::Due, 7) };
    vec![
        ("money-screenshot", one(&shown(Vec::new()), Some(&entered), None)),
        ("money-screenshot-due", one(&shown(vec![due]), None, None)),
        ("money-list", list(&found, &list::Asked::default())),
        ("money-list-empty", list(&[], &asked)),
        ("money-by-hand", one(&whole(by_hand()), None, None)),
        ("money-one", one(&whole(refunds()), None, None)),
        ("money-refund", one(&whole(Vec::new()), Some(&entered), Some(&bad))),
        ("money-unknown", one(&pending, None, None)),
    ]
}

/// What people must see to, the days, and the books.
fn days_pages(w: Words, at: Timestamp) -> Vec<(&'static str, Markup)> {
    let (member, history) = (member(), history());
    let day = |name: &str, bill: BillDay, findings: Vec<Finding>| {
        let ours = Sums { paid: Fen(1_582_000), fee: Fen(0), ..bill.sums };
        let found = Reconciled { day: bill, ours, findings, history: history.to_vec() };
        let view = day::View { found: &found, is_configured: true, may_move: true, now: at };
        page(w, Tab::Days, name, &day::body(w, &view), None)
    };
    let expired = by_hand().split_off(4);
    let open = |stuck: &[Stuck], days: &[BillDay], expired: &[Refund]| {
        let view = open::View { stuck, expired, days, staff: &member, may_move: true, now: at };
        page(w, Tab::Open, &w.t("finance-open"), &open::body(w, &view), None)
    };
    let days = |days: &[BillDay], channels: &[Method], message: Option<&Message>| {
        let inside = days::body(w, &days::View { days, channels, may_move: true, now: at });
        page(w, Tab::Days, &w.t("finance-days"), &inside, message)
    };
    let other_day = import::why(w, &ReconcileError::OtherDay(at_day()), (Method::WechatPay, at_day()));
    let other_day = Message::new(Tone::Bad, other_day);
    let books = |of: &Books| page(w, Tab::Books, &w.t("finance-books"), &books::body(w, of, at), None);
    let (right, wrong) = both_books();
    vec![
        ("money-open", open(&stuck(at), &bills(), &expired)),
        ("money-open-none", open(&[], &[], &[])),
        ("money-days", days(&bills(), &[Method::Alipay, Method::WechatPay], Some(&other_day))),
        ("money-days-none", days(&[], &[], None)),
        ("money-day", day("2026-11-17", bill(BillState::Read, "2026-11-17", 10), findings())),
        ("money-day-late", day("2026-11-18", bill(BillState::Wanted, "2026-11-18", 1), Vec::new())),
        ("money-day-agrees", day("2026-11-16", bill(BillState::Read, "2026-11-16", 0), Vec::new())),
        ("money-books", books(&right)),
        ("money-books-wrong", books(&wrong)),
    ]
}
