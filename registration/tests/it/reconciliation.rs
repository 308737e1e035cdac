//! Bills of channels held against our books: as the sandbox makes them, as files with everything wrong in them, and as the
//! job fetches them by itself.

use std::time::{Duration, Instant};

use gateways::pay::{BillError, Charge, Onward, Start, Surface};
use gateways::settings::Variables;
use gateways::wechat_pay::WechatPayConfig;
use gateways::{Channel, Gateways};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use registration::Fen;
use registration::model::payment::Method;
use registration::model::payment::refund::RefundState;
use registration::reconciliation::{BillDay, BillState, Finding, FindingKind, ReconcileError, Reconciliation};
use sandbox::Sandbox;

use crate::shop::{Shop, number};
use crate::world::{Setup, World, until};

use FindingKind::{
    Amount, Midnight, OursOnly, Reference, RefundAmount, RefundOurs, RefundState as RefundStands, RefundTheirs, State,
    TheirsOnly,
};

fn china(at: Timestamp) -> Date {
    jiff::tz::Offset::constant(8).to_datetime(at).date()
}

async fn open(reconciliation: &Reconciliation, channel: Method, day: Date) -> Vec<(FindingKind, String)> {
    let found = reconciliation.findings(channel, day, None).await.unwrap();
    let open = found.into_iter().filter(|finding| finding.closed_at.is_none());
    let mut open: Vec<_> = open.map(|finding| (finding.kind, finding.subject)).collect();
    open.sort_by_key(|(kind, subject)| (kind.to_string(), subject.clone()));
    open
}

/// Somebody pays for something else by the same account at a channel.
async fn pay_for_something_else(sandbox: &Sandbox, channel: &Channel, number: &str) {
    let charge = Charge {
        number,
        amount_fen: 100,
        subject: "打印费",
        expires_at: Timestamp::now() + 10.minutes(),
        payer_ip: [203, 0, 113, 9].into(),
        surface: Surface::Desk,
        notify_url: "http://127.0.0.1:1/pay/notify",
        return_url: "http://127.0.0.1:1/",
    };
    let call = channel.prepare(&charge).unwrap();
    let Start::Scan { code, .. } = channel.begin(&call, &Onward::to(charge.return_url)).await.unwrap() else {
        panic!("a code")
    };
    sandbox.buyer("http://127.0.0.1:1/").open(&code).await.unwrap().pay_and_close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_of_each_channel_agrees_with_the_books_and_what_is_not_ours_is_found() {
    let shop = Shop::open(Setup { capacities: vec![8, 8, 8], ..Setup::default() }).await;
    let (payments, reconciliation) = (&shop.world.registration.payments, &shop.world.registration.reconciliation);
    let both = [Method::Alipay, Method::WechatPay];
    let mut days = Vec::new();
    for (candidate, method) in (1..).zip([both, both].concat()) {
        let account = shop.world.candidate(candidate).await.id;
        let order = shop.world.hold(account, &["s0"]).await.unwrap();
        let going = shop.pay(account, order.id, method, Surface::Phone).await.unwrap();
        assert!(shop.pay_there(&going).await);
        shop.world.until_row(order.id, "confirmed").await;
        if candidate > 2 {
            let of = (number(&going).0, order.id);
            payments.refund(shop.world.reviewer.id, of, Fen(2_000), ("多收", Fen(100_000))).await.unwrap();
            until("a refund that is done", async || {
                payments.refunds_of(order.id).await.unwrap()[0].state == RefundState::Done
            })
            .await;
        }
        days.push(china(Timestamp::now()));
    }
    // A test over China's midnight would have its payments on two days.
    let day = days[0];
    if days.iter().any(|other| *other != day) {
        return shop.finish().await;
    }
    for method in both {
        let early = reconciliation.fetch(method, day).await;
        assert!(matches!(early, Err(ReconcileError::NotOver(_))), "{early:?}");
    }
    let variables = Variables::default().with(shop.sandbox.variables());
    let wechat = Channel::wechat_pay(WechatPayConfig::of(&variables).unwrap());
    pay_for_something_else(&shop.sandbox, &wechat, "print00001").await;
    shop.sandbox.pay().advance(Duration::from_secs(36 * 3_600));
    for method in both {
        let told = reconciliation.fetch(method, day).await.unwrap();
        let others = u64::from(method == Method::WechatPay);
        assert_eq!((told.state, told.sums.payments, told.sums.refunds), (BillState::Read, 2 + others, 1), "{method}");
        let ours = reconciliation.ours(method, day).await.unwrap();
        assert_eq!((ours.paid, ours.refunded), (Fen(24_000), Fen(2_000)));
        assert_eq!(told.open, others, "{:?}", open(reconciliation, method, day).await);
        assert_eq!(reconciliation.fetch(method, day).await.unwrap().open, others, "twice is the same");
    }
    let foreign = [(TheirsOnly, "print00001".to_owned())];
    assert_eq!(open(reconciliation, Method::WechatPay, day).await, foreign);
    shop.finish().await;
}

/// A world in which WeChat Pay is configured and nobody is asked.
async fn quiet() -> (World, Sandbox) {
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let variables = Variables::default().with(sandbox.variables());
    let pay = vec![Channel::wechat_pay(WechatPayConfig::of(&variables).unwrap())];
    let world = World::start(Setup { gateways: Gateways { pay, ..Gateways::default() }, ..Setup::default() }).await;
    (world, sandbox)
}

/// A line of WeChat Pay's bill.
struct Row {
    number: String,
    refund: Option<String>,
    reference: String,
    at: &'static str,
    fen: u64,
}

fn paid(number: u32, at: &'static str) -> Row {
    Row { number: id(number), refund: None, reference: format!("42{number:08}"), at, fen: 12_000 }
}

fn returned(number: u32, refund: u32, fen: u64) -> Row {
    Row { refund: Some(id(refund)), fen, ..paid(number, "2026-11-20 12:00:00") }
}

/// Our number, as the channel knows it.
fn id(number: u32) -> String {
    format!("{number:032x}")
}

/// WeChat Pay's file of a day, with the columns that are read.
fn file(rows: &[Row]) -> Vec<u8> {
    let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
    let mut text =
        "\u{feff}交易时间,微信订单号,商户订单号,交易状态,商户退款单号,手续费,订单金额,申请退款金额\r\n".to_owned();
    let (mut came, mut went) = (0, 0);
    for row in rows {
        let (state, refund, amount, back) = match &row.refund {
            Some(refund) => ("REFUND", refund.as_str(), 0, row.fen),
            None => ("SUCCESS", "", row.fen, 0),
        };
        came += amount;
        went += back;
        let (at, reference, number) = (row.at, &row.reference, &row.number);
        let (amount, back) = (yuan(amount), yuan(back));
        text += &format!("`{at},`{reference},`{number},`{state},`{refund},`0.72000,`{amount},`{back}\r\n");
    }
    text += &format!("总交易单数,订单总金额,申请退款总金额\r\n`{},`{},`{}\r\n", rows.len(), yuan(came), yuan(went));
    text.into_bytes()
}

/// A payment of ours, as it stands in the tables.
async fn ours(world: &World, numbers: std::ops::Range<u32>, at: &str) {
    let statement = format!(
        "INSERT INTO registration.payments (id, method, amount_fen, state, created_at, received_at, received_fen, paid_at,
             reference, decided_kind, decided_id, decided_at)
         SELECT lpad(to_hex(n), 32, '0')::uuid, 'wechat_pay', 12000, 'received', '{at}', '{at}', 12000, '{at}',
             '42' || lpad(n::text, 8, '0'), 'gateway', 'wechat_pay', '{at}'
         FROM generate_series({}, {}) AS n",
        numbers.start,
        numbers.end - 1
    );
    world.execute(&statement).await;
}

async fn refund(world: &World, number: u32, of: u32, order: &str, state: &str) {
    let (id, of) = (id(number), id(of));
    let ended = if matches!(state, "done" | "closed") { "'2026-11-20T12:00:05+08:00'" } else { "NULL" };
    let statement = format!(
        "INSERT INTO registration.payment_orders (payment, order_id, amount_fen) VALUES ('{of}', '{order}', 12000);
         INSERT INTO registration.refunds (id, payment, order_id, amount_fen, reason, state, created_at, asked_kind, calls,
             sent_at, ended_at)
         VALUES ('{id}', '{of}', '{order}', 5000, 'staff', '{state}', '2026-11-20T11:59:00+08:00', 'system', 1,
             '2026-11-20T12:00:00+08:00', {ended})"
    );
    world.execute(&statement).await;
}

const DAY: &str = "2026-11-20";
const NOON: &str = "2026-11-20 12:00:00";

/// The day's payments and refunds of ours.
async fn what_we_have(world: &World) {
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap().id.to_string();
    ours(world, 1..13, "2026-11-20T12:00:00+08:00").await;
    ours(world, 20..21, "2026-11-20T23:59:50+08:00").await;
    ours(world, 21..22, "2026-11-20T00:00:10+08:00").await;
    world
        .execute(&format!(
            "INSERT INTO registration.payments (id, method, amount_fen, state, created_at, decided_kind, decided_at)
             VALUES ('{}', 'wechat_pay', 12000, 'closed', '2026-11-20T11:00:00+08:00', 'system', now())",
            id(13)
        ))
        .await;
    for (number, of, state) in
        [(101, 6, "done"), (102, 7, "done"), (103, 8, "closed"), (104, 9, "done"), (105, 10, "processing")]
    {
        refund(world, number, of, &order, state).await;
    }
}

/// The day's bill, in which almost everything differs.
fn what_the_bill_says() -> Vec<Row> {
    let mut rows: Vec<Row> = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map(|number| paid(number, NOON)).into();
    rows.push(Row { number: "CAFETERIA-7".to_owned(), ..paid(90, NOON) });
    rows.push(paid(4, NOON));
    rows[1].fen = 11_900;
    rows[3].reference = "4299999999".to_owned();
    rows.extend([returned(6, 101, 5_000), returned(7, 102, 4_900), returned(8, 103, 5_000), returned(10, 105, 5_000)]);
    rows.push(returned(11, 199, 5_000));
    // Tried by an operator, and back again.
    let tried = |refund| Row { number: "try000102".to_owned(), refund, fen: 1, ..paid(91, NOON) };
    rows.extend([tried(None), tried(Some("try000103".to_owned()))]);
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_found_once_and_closes_when_it_is_gone() {
    let (world, sandbox) = quiet().await;
    let (day, channel): (Date, _) = (DAY.parse().unwrap(), Method::WechatPay);
    let next = day.tomorrow().unwrap();
    let reconciliation = &world.registration.reconciliation;
    what_we_have(&world).await;
    let mut rows = what_the_bill_says();

    let expected = |kinds: &[(FindingKind, String)]| {
        let mut sorted = kinds.to_vec();
        sorted.sort_by_key(|(kind, subject)| (kind.to_string(), subject.clone()));
        sorted
    };
    let mut differences = vec![
        (OursOnly, id(2)),
        (OursOnly, id(21)),
        (TheirsOnly, "CAFETERIA-7".to_owned()),
        (TheirsOnly, format!("{}#13", id(4))),
        (Amount, id(3)),
        (State, id(13)),
        (Reference, id(5)),
        (Midnight, id(20)),
        (RefundAmount, id(102)),
        (RefundStands, id(103)),
        (RefundOurs, id(104)),
        (RefundTheirs, format!("{}#18", id(199))),
    ];
    let told = reconciliation.import(channel, day, &file(&rows)).await.unwrap();
    assert_eq!(open(reconciliation, channel, day).await, expected(&differences));
    assert_eq!(told.open, 12);
    // Twice is the same, to the number and the time at which it was found.
    let found = reconciliation.findings(channel, day, None).await.unwrap();
    reconciliation.import(channel, day, &file(&rows)).await.unwrap();
    assert_eq!(reconciliation.findings(channel, day, None).await.unwrap(), found);

    // The next day's bill has what was near midnight; the bill of the day before shows what is really missing.
    reconciliation.import(channel, next, &file(&[paid(20, "2026-11-21 00:00:02")])).await.unwrap();
    differences.retain(|(kind, _)| *kind != Midnight);
    assert_eq!(open(reconciliation, channel, day).await, expected(&differences));
    let [over]: [Finding; 1] = reconciliation.findings(channel, next, None).await.unwrap().try_into().unwrap();
    assert!(over.kind == Midnight && over.closed_at.is_some() && over.detail.as_deref() == Some(DAY), "{over:?}");

    // What staff have seen to stays so, as long as it is the same.
    let foreign = found.iter().find(|one| one.subject == "CAFETERIA-7").unwrap();
    let boss =
        world.registration.staff.add("boss", "long-enough-2", registration::desk::staff::Role::Finance).await.unwrap();
    let finance = &world.registration.finance;
    assert!(finance.close_finding(&world.reviewer, foreign.id, "食堂的").await.is_err(), "not a reviewer's to close");
    assert!(finance.close_finding(&boss, foreign.id, " ").await.is_err(), "not without a word");
    finance.close_finding(&boss, foreign.id, "食堂的").await.unwrap();
    assert!(finance.close_finding(&boss, foreign.id, "食堂的").await.is_err(), "once");
    reconciliation.import(channel, day, &file(&rows)).await.unwrap();
    differences.retain(|(_, subject)| subject != "CAFETERIA-7");
    assert_eq!(open(reconciliation, channel, day).await, expected(&differences));
    let row = rows.iter_mut().find(|row| row.number == "CAFETERIA-7").unwrap();
    row.fen = 500;
    reconciliation.import(channel, day, &file(&rows)).await.unwrap();
    assert_eq!(open(reconciliation, channel, day).await.len(), differences.len() + 1, "it is another sum now");

    // The bill as it should be: all that differed is closed, and nothing was deleted.
    let right: Vec<Row> = (1..13).chain([21]).map(|number| paid(number, NOON)).collect();
    let refunds = [(6, 101), (7, 102), (9, 104), (10, 105)].map(|(of, number)| returned(of, number, 5_000));
    let told = reconciliation.import(channel, day, &file(&right.into_iter().chain(refunds).collect::<Vec<_>>())).await;
    let told = told.unwrap();
    assert_eq!((told.open, told.closed), (0, 12), "{:?}", open(reconciliation, channel, day).await);

    let other = reconciliation.import(channel, next, &file(&rows)).await;
    assert!(matches!(other, Err(ReconcileError::OtherDay(_))), "{other:?}");
    let garbled = reconciliation.import(channel, day, b"no bill").await;
    assert!(matches!(garbled, Err(ReconcileError::Bill(BillError::Unreadable(_)))), "{garbled:?}");
    let absent = reconciliation.import(Method::Alipay, day, b"").await;
    assert!(matches!(absent, Err(ReconcileError::NotConfigured(Method::Alipay))), "{absent:?}");
    stop(world, sandbox).await;
}

/// Money of these tests was never anybody's, so that the books of money are not theirs to balance.
async fn stop(world: World, sandbox: Sandbox) {
    world.registration.stop().await;
    world.engine.stop().await;
    sandbox.stop().await;
}

/// A thousand payments, or as many as `RECONCILE_LINES` says; the time that it took is printed.
#[tokio::test(flavor = "multi_thread")]
async fn a_days_bill_of_many_lines_is_compared_in_one_go() {
    let lines: u32 = std::env::var("RECONCILE_LINES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let (world, sandbox) = quiet().await;
    ours(&world, 1..lines + 1, "2026-11-20T12:00:00+08:00").await;
    let mut rows: Vec<Row> = (1..=lines).map(|number| paid(number, NOON)).collect();
    for row in rows.iter_mut().step_by(100) {
        row.fen += 1;
    }
    let bytes = file(&rows);
    let began = Instant::now();
    let told = world.registration.reconciliation.import(Method::WechatPay, DAY.parse().unwrap(), &bytes).await.unwrap();
    eprintln!("{lines} payments were reconciled in {:?}", began.elapsed());
    assert_eq!((told.sums.payments, told.open), (u64::from(lines), u64::from(lines.div_ceil(100))));
    stop(world, sandbox).await;
}

/// The job fetches what is due by itself; what does not come is told to people, and a day on which nothing moved is empty.
#[tokio::test(flavor = "multi_thread")]
async fn bills_are_fetched_by_themselves() {
    let mut shop = Shop::open(Setup::default()).await;
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let going = shop.pay(account, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(order.id, "confirmed").await;
    let trade = shop.sandbox.pay().trade(sandbox::Channel::Alipay, &number(&going).1).unwrap();
    let day = china(trade.paid_at.unwrap());
    shop.sandbox.pay().advance(Duration::from_secs(36 * 3_600));
    let (quiet, missing) = (day.saturating_sub(4.days()), day.saturating_sub(3.days()));
    ours(&shop.world, 77..78, &format!("{missing}T12:00:00+08:00")).await;
    shop.world
        .execute(&format!(
            "INSERT INTO registration.bills (channel, day, state, try_at) VALUES ('alipay', '{day}', 'wanted', now()),
                 ('wechat_pay', '{quiet}', 'wanted', now()), ('wechat_pay', '{missing}', 'wanted', now())"
        ))
        .await;
    // The next round is half a minute away; a process that starts has one at once.
    shop.world.restart_registration().await;
    let reconciliation = shop.world.registration.reconciliation.clone();
    let state = async |channel, day| -> BillDay { reconciliation.day(channel, day).await.unwrap().unwrap() };
    until("the bill", async || state(Method::Alipay, day).await.state == BillState::Read).await;
    assert_eq!((state(Method::Alipay, day).await.sums.paid, state(Method::Alipay, day).await.open), (Fen(12_000), 0));
    until("an empty day", async || state(Method::WechatPay, quiet).await.state == BillState::Empty).await;
    until("people are told", async || state(Method::WechatPay, missing).await.stuck_at.is_some()).await;
    let late = state(Method::WechatPay, missing).await;
    assert!(late.state == BillState::Wanted && late.failed.is_some_and(|why| why.contains("no bill")));
    assert_eq!(reconciliation.open().await.unwrap(), 1);
    // The days before, since the channel is in use, are wanted by themselves: none, as it is in use since today.
    let days = reconciliation.days(None).await.unwrap();
    assert_eq!(days.iter().filter(|one| one.channel == Method::Alipay).count(), 1, "{days:?}");
    shop.world.registration.stop().await;
    shop.world.engine.stop().await;
    shop.sandbox.stop().await;
}
