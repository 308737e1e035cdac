//! Our own clients against the channels: they sign, verify and read by code of their own, so two readings must agree.

use std::net::IpAddr;
use std::time::Duration;

use gateways::Channel as Client;
use gateways::alipay::AlipayConfig;
use gateways::pay::{
    BillError, BillKind, Charge, News, NotGenuine, Onward, OrderCall, PayError, PaymentStatus, RefundOrder,
    RefundStatus, Start, Surface,
};
use gateways::settings::Variables;
use gateways::unionpay::UnionPayConfig;
use gateways::wechat_pay::WechatPayConfig;
use jiff::{SignedDuration, Timestamp, tz};
use sandbox::{AnswerTwist, Call, CallbackKey, Channel, Conduct, NewsTwist, RefundTwist, Wrong};

use super::merchant::{Heard, Merchant};

/// A client in one of the ways in which it can be set up, and how the channel behaves for it.
struct Setup {
    name: &'static str,
    channel: Channel,
    client: Client,
    conduct: Conduct,
}

fn setups(merchant: &Merchant) -> Vec<Setup> {
    let all = Variables::default().with(merchant.sandbox.variables());
    let by_certificates =
        all.clone().with(merchant.sandbox.certificate_variables()).with([("SEATHOLD_ALIPAY_PUBLIC_KEY", "")]);
    let alipay = |variables: &Variables| Client::alipay(AlipayConfig::of(variables).unwrap());
    let wechat = |with: &str| {
        let variables = all.clone().with([("SEATHOLD_WECHAT_PAY_VERIFY_WITH", with)]);
        Client::wechat_pay(WechatPayConfig::of(&variables).unwrap())
    };
    let quick = || Conduct { hurry: 5_000, refund_ms: 50, silence_ms: 100, ..Conduct::default() };
    let called = |callback_key: CallbackKey| Conduct { callback_key, ..quick() };
    let (of_alipay, of_wechat, of_unionpay) = (Channel::Alipay, Channel::WechatPay, Channel::Unionpay);
    let unionpay = Client::unionpay(UnionPayConfig::of(&all).unwrap());
    let certificates = Conduct { is_certificate_mode: true, ..quick() };
    let setup = |name, channel, client, conduct| Setup { name, channel, client, conduct };
    vec![
        setup("alipay by key", of_alipay, alipay(&all), quick()),
        setup("alipay by certificates", of_alipay, alipay(&by_certificates), certificates),
        setup("wechat key, key", of_wechat, wechat("key"), called(CallbackKey::PublicKey)),
        setup("wechat key, certificate", of_wechat, wechat("key"), called(CallbackKey::Certificate)),
        setup("wechat certificate, key", of_wechat, wechat("certificate"), called(CallbackKey::PublicKey)),
        setup("wechat certificate, certificate", of_wechat, wechat("certificate"), called(CallbackKey::Certificate)),
        setup("unionpay", of_unionpay, unionpay, quick()),
    ]
}

/// A number as a word gives it; UnionPay wants one that says when it was made.
fn numbered(channel: Channel, word: &str) -> String {
    if channel != Channel::Unionpay {
        return word.to_owned();
    }
    let digits = word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{:012x}7{digits:0>19.19}", Timestamp::now().as_millisecond())
}

fn prepared(merchant: &Merchant, client: &Client, number: &str, surface: Surface) -> OrderCall {
    let charge = Charge {
        number,
        amount_fen: 8_800,
        subject: "全国大学英语四级考试/口试=报名费",
        expires_at: Timestamp::now() + SignedDuration::from_mins(30),
        payer_ip: IpAddr::from([203, 0, 113, 7]),
        surface,
        notify_url: &format!("{}/notify", merchant.site),
        return_url: &format!("{}/back", merchant.site),
    };
    client.prepare(&charge).unwrap()
}

/// Begun, and where the page to pay on is the browser's matter, brought there.
async fn started(merchant: &Merchant, client: &Client, call: &OrderCall) -> Start {
    let onward = Onward { return_url: &format!("{}/back", merchant.site), bank: Some("icbc") };
    let start = client.begin(call, &onward).await.unwrap();
    if let Start::Send(_) = start {
        merchant.sandbox.buyer(&merchant.site).go(&start).await.unwrap();
    }
    start
}

fn read(client: &Client, heard: &Heard) -> Result<News, NotGenuine> {
    let header = |name: &str| heard.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    client.read_notification(&header, &heard.body, Timestamp::now())
}

/// The number of the one refund of a payment.
fn refund_of(channel: Channel, number: &str) -> String {
    if channel == Channel::Unionpay { format!("{}f", &number[..31]) } else { format!("R{number}") }
}

fn refund<'a>(merchant: &'a str, number: &'a str, payment: &'a str, amount_fen: u64) -> RefundOrder<'a> {
    RefundOrder { number, payment, total_fen: 8_800, amount_fen, reason: "座位已满", notify_url: merchant }
}

#[tokio::test]
async fn a_payment_goes_all_its_way_in_every_setup() {
    let merchant = Merchant::open().await;
    for (index, Setup { name, channel, client, conduct }) in (0..).zip(setups(&merchant)) {
        merchant.sandbox.pay().behave(channel, conduct);
        for surface in [Surface::Phone, Surface::Desk] {
            let number = numbered(channel, &format!("{index}{surface:?}0000"));
            let what = format!("{name}, {surface:?}");
            assert_eq!(client.query(&number).await.unwrap(), PaymentStatus::NotThere, "{what}");
            let call = prepared(&merchant, &client, &number, surface);
            started(&merchant, &client, &call).await;
            // The same call again is the same order; the newest code counts.
            let start = started(&merchant, &client, &call).await;
            let page =
                merchant.sandbox.buyer(&merchant.site).go(&start).await.unwrap_or_else(|no| panic!("{what}: {no:?}"));
            let from = merchant.heard().len();
            page.pay().await.unwrap();
            let PaymentStatus::Paid(paid) = client.query(&number).await.unwrap() else { panic!("{what}: not paid") };
            let trade = merchant.trade(channel, &number);
            assert_eq!((paid.amount_fen, Some(&paid.reference)), (8_800, trade.reference.as_ref()), "{what}");
            assert_eq!((paid.at.is_some(), paid.payer.is_some()), (true, channel != Channel::Unionpay), "{what}");
            let told = read(&client, &merchant.hears(from + 1).await[from]);
            assert_eq!(
                told,
                Ok(News::Payment { number: number.clone(), status: PaymentStatus::Paid(paid.clone()) }),
                "{what}"
            );
            assert_eq!(
                client.close(&number).await.unwrap(),
                PaymentStatus::Paid(paid),
                "{what}: closing finds that it is paid"
            );
            // A refund of a part, told by an answer, by the channel, and by a query.
            let (notify_url, back) = (format!("{}/refunds", merchant.site), refund_of(channel, &number));
            let order = refund(&notify_url, &back, &number, 3_000);
            let first = client.refund(&order).await.unwrap();
            assert!(matches!(first, RefundStatus::Done(_) | RefundStatus::Processing), "{what}: {first:?}");
            let told = read(&client, &merchant.hears(from + 2).await[from + 1]);
            let done = |status: &RefundStatus| matches!(status, RefundStatus::Done(Some(_)));
            match told.unwrap() {
                News::Refund { number: refund, payment, status } => {
                    assert_eq!((refund, payment, done(&status)), (back.clone(), number.clone(), true), "{what}");
                }
                News::Payment { number: payment, status: PaymentStatus::Paid(_) } => {
                    assert_eq!(payment, number, "{what}")
                }
                other => panic!("{what}: {other:?}"),
            }
            assert!(done(&client.query_refund(&back, &number).await.unwrap()), "{what}");
            assert!(matches!(client.refund(&order).await.unwrap(), RefundStatus::Done(_)), "{what}: the same again");
            assert_eq!(merchant.trade(channel, &number).refunded_fen(), 3_000, "{what}");
            assert!(
                matches!(client.query(&number).await.unwrap(), PaymentStatus::Paid(_)),
                "{what}: paid all the same"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_genuine_is_not_believed() {
    let merchant = Merchant::open().await;
    let twists = [
        (NewsTwist::WrongSignature, NotGenuine::Signature),
        (NewsTwist::OtherMerchant, NotGenuine::Foreign),
        (NewsTwist::Probe, NotGenuine::Probe),
        (NewsTwist::Stale, NotGenuine::Time),
        (NewsTwist::OddNonce, NotGenuine::Unreadable),
    ];
    for (index, Setup { name, channel, client, conduct }) in (0..).zip(setups(&merchant)) {
        for (place, (twist, wanted)) in (0..).zip(twists) {
            if channel != Channel::WechatPay && place >= 2 {
                continue;
            }
            let from = merchant.heard().len();
            merchant.sandbox.pay().behave(channel, Conduct { news: vec![Some(twist)], ..conduct.clone() });
            let number = numbered(channel, &format!("NEWS{index}{place}"));
            started(&merchant, &client, &prepared(&merchant, &client, &number, Surface::Desk)).await;
            merchant.sandbox.pay().pay(channel, &number).unwrap();
            let heard = merchant.hears(from + 2).await;
            assert_eq!(read(&client, &heard[from]), Err(wanted), "{name}: {twist:?}");
            assert!(matches!(read(&client, &heard[from + 1]), Ok(News::Payment { .. })), "{name}: the truth");
        }
        let from = merchant.heard().len();
        merchant.sandbox.pay().behave(channel, Conduct { news: vec![Some(NewsTwist::UnknownFields)], ..conduct });
        let number = numbered(channel, &format!("NEWS{index}N"));
        started(&merchant, &client, &prepared(&merchant, &client, &number, Surface::Desk)).await;
        merchant.sandbox.pay().pay(channel, &number).unwrap();
        let told = read(&client, &merchant.hears(from + 1).await[from]);
        assert!(matches!(told, Ok(News::Payment { .. })), "{name}: new fields do no harm: {told:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_leaves_it_unclear() {
    let merchant = Merchant::open().await;
    let bad = [
        AnswerTwist::Silence,
        AnswerTwist::SystemError,
        AnswerTwist::BadGateway,
        AnswerTwist::CutOff,
        AnswerTwist::WrongSignature,
        AnswerTwist::Unsigned,
        AnswerTwist::Empty,
        AnswerTwist::ErrorResponse,
    ];
    for (index, Setup { name, channel, client, conduct }) in (0..).zip(setups(&merchant)) {
        let mut last = String::new();
        for (place, twist) in (0..).zip(bad) {
            let number = numbered(channel, &format!("BAD{index}{place}00"));
            last.clone_from(&number);
            merchant.sandbox.pay().behave(channel, conduct.clone());
            started(&merchant, &client, &prepared(&merchant, &client, &number, Surface::Desk)).await;
            merchant.sandbox.pay().pay(channel, &number).unwrap();
            let answers = vec![Wrong { call: Some(Call::Refund), twist, is_undone: false }];
            merchant.sandbox.pay().behave(channel, Conduct { answers, ..conduct.clone() });
            let (notify_url, back) = (format!("{}/refunds", merchant.site), refund_of(channel, &number));
            let order = refund(&notify_url, &back, &number, 8_800);
            let unclear = client.refund(&order).await;
            assert!(matches!(unclear, Err(PayError::Unclear(_))), "{name}, {twist:?}: {unclear:?}");
            // The same again is the same refund, whatever the first came to.
            client.refund(&order).await.unwrap();
            assert_eq!(merchant.trade(channel, &number).refunds.len(), 1, "{name}, {twist:?}");
        }
        let answers = vec![Wrong { call: Some(Call::Query), twist: AnswerTwist::UnknownFields, is_undone: false }];
        merchant.sandbox.pay().behave(channel, Conduct { answers, ..conduct });
        let told = client.query(&last).await;
        assert!(matches!(told, Ok(PaymentStatus::Paid(_))), "{name}: {told:?}");
    }
}

#[tokio::test]
async fn refunds_that_end_badly_are_told_apart() {
    let merchant = Merchant::open().await;
    for (index, Setup { name, channel, client, conduct }) in (0..).zip(setups(&merchant)) {
        let number = numbered(channel, &format!("REF{index}00"));
        merchant.sandbox.pay().behave(channel, conduct.clone());
        started(&merchant, &client, &prepared(&merchant, &client, &number, Surface::Desk)).await;
        merchant.sandbox.pay().pay(channel, &number).unwrap();
        let refunds = vec![Some(RefundTwist::Short), Some(RefundTwist::Abnormal)];
        merchant.sandbox.pay().behave(channel, Conduct { refunds, refund_ms: 60_000, ..conduct });
        let (notify_url, back) = (format!("{}/refunds", merchant.site), refund_of(channel, &number));
        let order = refund(&notify_url, &back, &number, 8_800);
        assert_eq!(client.refund(&order).await, Ok(RefundStatus::Short), "{name}");
        assert_eq!(client.refund(&order).await, Ok(RefundStatus::Processing), "{name}");
        merchant.sandbox.pay().advance(Duration::from_mins(2));
        let ended = client.query_refund(&back, &number).await.unwrap();
        // Alipay says nothing of a refund that its bank could not make.
        let wanted = if channel == Channel::Alipay { RefundStatus::NotThere } else { RefundStatus::Abnormal };
        assert_eq!(ended, wanted, "{name}");
    }
}

#[tokio::test]
async fn bills_are_read_line_by_line() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    let day = pay.now().to_zoned(tz::TimeZone::fixed(tz::offset(8))).date();
    let setups = setups(&merchant);
    let mut numbers = Vec::new();
    for (index, Setup { name, channel, client, conduct }) in (0..).zip(&setups) {
        pay.behave(*channel, conduct.clone());
        let number = numbered(*channel, &format!("BILL{index}0"));
        numbers.push(number.clone());
        let start = started(&merchant, client, &prepared(&merchant, client, &number, Surface::Phone)).await;
        merchant.sandbox.buyer(&merchant.site).go(&start).await.unwrap().pay().await.unwrap();
        let (notify_url, back) = (format!("{}/refunds", merchant.site), refund_of(*channel, &number));
        client.refund(&refund(&notify_url, &back, &number, 3_000)).await.unwrap();
        assert_eq!(
            client.bill(day).await,
            Err(match channel {
                Channel::Alipay | Channel::Unionpay => BillError::NotThere,
                Channel::WechatPay => BillError::Refused("INVALID_REQUEST".to_owned()),
            }),
            "{name}"
        );
    }
    pay.advance(Duration::from_hours(48));
    for (index, Setup { name, channel, client, conduct }) in setups.iter().enumerate() {
        pay.behave(*channel, conduct.clone());
        let bill = client.bill(day).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let number = &numbers[index];
        let ours: Vec<_> = bill.lines.iter().filter(|line| line.number == *number).collect();
        assert_eq!(ours.len(), 2, "{name}: {bill:?}");
        let paid = ours.iter().find(|line| line.kind == BillKind::Payment).unwrap();
        let back =
            ours.iter().find(|line| line.kind == BillKind::Refund { number: refund_of(*channel, number) }).unwrap();
        assert_eq!((paid.amount_fen, back.amount_fen, paid.fee_fen), (8_800, 3_000, 0), "{name}");
        assert_eq!(Some(&paid.reference), merchant.trade(*channel, number).reference.as_ref(), "{name}");
    }
}
