//! Alipay's trades from the offer to the last refund.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz};
use sandbox::{Channel, Conduct, NotPayable, RefundTwist, TradeState};
use serde_json::{Value, json};

use super::merchant::Merchant;

const PRECREATE: &str = "alipay.trade.precreate";
const QUERY: &str = "alipay.trade.query";
const CLOSE: &str = "alipay.trade.close";
const REFUND: &str = "alipay.trade.refund";
const REFUND_QUERY: &str = "alipay.trade.fastpay.refund.query";

fn wap(number: &str) -> Value {
    json!({
        "out_trade_no": number, "total_amount": "88.00", "subject": "考试/报名费", "product_code": "QUICK_WAP_WAY",
        "passback_params": "a%3D1",
    })
}

fn code(number: &str) -> Value {
    json!({ "out_trade_no": number, "total_amount": "88.00", "subject": "考试报名费" })
}

fn in_china(after: SignedDuration) -> String {
    let at = Timestamp::now().checked_add(after).unwrap().to_zoned(tz::TimeZone::fixed(tz::offset(8)));
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

async fn sub_code(merchant: &Merchant, method: &str, business: Value) -> String {
    merchant.alipay(method, business).await["sub_code"].as_str().unwrap_or("none").to_owned()
}

#[tokio::test]
async fn a_trade_is_there_only_once_the_buyer_acts() {
    let merchant = Merchant::open().await;
    let asked = json!({ "out_trade_no": "WAP1" });
    let buyer = merchant.sandbox.buyer(&merchant.site);
    assert_eq!(merchant.sandbox.pay().pay(Channel::Alipay, "WAP1"), Err(NotPayable::Unknown));
    let page = buyer.open(&merchant.wap(&wap("WAP1"))).await.unwrap();
    assert_eq!(sub_code(&merchant, QUERY, asked.clone()).await, "ACQ.TRADE_NOT_EXIST");
    assert_eq!(sub_code(&merchant, CLOSE, asked.clone()).await, "ACQ.TRADE_NOT_EXIST");
    // Closing did not help: it is paid all the same.
    page.look().await.unwrap();
    assert_eq!(merchant.alipay(QUERY, asked.clone()).await["trade_status"], "WAIT_BUYER_PAY");
    let back = page.pay().await.unwrap().unwrap();
    assert!(back.starts_with(&format!("{}/back?of=alipay&charset=utf-8&", merchant.site)), "{back}");
    let told = merchant.alipay(QUERY, asked.clone()).await;
    assert_eq!((&told["trade_status"], &told["total_amount"]), (&json!("TRADE_SUCCESS"), &json!("88.00")));
    assert!(told["buyer_open_id"].is_string() && told["buyer_user_id"].is_null());
    let by_reference = merchant.alipay(QUERY, json!({ "trade_no": told["trade_no"] })).await;
    assert_eq!(by_reference["out_trade_no"], "WAP1");
    assert_eq!(sub_code(&merchant, CLOSE, asked).await, "ACQ.TRADE_HAS_SUCCESS");
    // The same order opens the same page as long as nobody has paid; then no more.
    assert_eq!(buyer.open(&merchant.wap(&wap("WAP1"))).await.unwrap_err().status, Some(400));
    assert_eq!(page.pay().await.unwrap_err().status, Some(409));
    assert_eq!(sub_code(&merchant, QUERY, json!({})).await, "ACQ.INVALID_PARAMETER");
}

#[tokio::test]
async fn the_way_back_is_signed() {
    let merchant = Merchant::open().await;
    let page = merchant.sandbox.buyer(&merchant.site).open(&merchant.wap(&wap("WAP2"))).await.unwrap();
    let back = url::Url::parse(&page.pay().await.unwrap().unwrap()).unwrap();
    let mut pairs: Vec<(String, String)> = back.query_pairs().into_owned().filter(|(name, _)| name != "of").collect();
    pairs.sort();
    let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
    let signed = pairs.iter().filter(|(name, _)| name != "sign" && name != "sign_type");
    let text = signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let key = merchant.variable("SEATHOLD_ALIPAY_PUBLIC_KEY");
    assert!(super::merchant::is_signed(key, text.as_bytes(), &value("sign")));
    assert_eq!((value("total_amount"), value("out_trade_no")), ("88.00".into(), "WAP2".into()));
}

#[tokio::test]
async fn the_same_order_opens_again_and_another_sum_does_not() {
    let merchant = Merchant::open().await;
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let first = buyer.open(&merchant.wap(&wap("WAP3"))).await.unwrap();
    first.look().await.unwrap();
    let again = buyer.open(&merchant.wap(&wap("WAP3"))).await.unwrap();
    let mut other = wap("WAP3");
    other["total_amount"] = json!("88.01");
    let refused = buyer.open(&merchant.wap(&other)).await.unwrap_err();
    assert!(refused.page.contains("ACQ.CONTEXT_INCONSISTENT"), "{}", refused.page);
    again.pay_and_close().await.unwrap();
    assert_eq!(merchant.trade(Channel::Alipay, "WAP3").state, TradeState::Paid);
    assert_eq!(first.pay().await.unwrap_err().status, Some(409), "nobody pays twice");
    assert_eq!(merchant.sandbox.pay().pay(Channel::Alipay, "WAP3"), Err(NotPayable::Paid));
}

#[tokio::test]
async fn an_absolute_time_ends_the_offer() {
    let merchant = Merchant::open().await;
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let mut order = wap("WAP4");
    order["time_expire"] = json!(in_china(SignedDuration::from_mins(10)));
    order["timeout_express"] = json!("1d");
    let page = buyer.open(&merchant.wap(&order)).await.unwrap();
    let mut seen = wap("WAP5");
    seen["time_expire"] = order["time_expire"].clone();
    buyer.open(&merchant.wap(&seen)).await.unwrap().look().await.unwrap();
    merchant.sandbox.pay().advance(Duration::from_mins(11));
    let refused = page.pay().await.unwrap_err();
    assert!(refused.page.contains("订单已超时"), "{}", refused.page);
    assert_eq!(sub_code(&merchant, QUERY, json!({ "out_trade_no": "WAP4" })).await, "ACQ.TRADE_NOT_EXIST");
    assert_eq!(merchant.alipay(QUERY, json!({ "out_trade_no": "WAP5" })).await["trade_status"], "TRADE_CLOSED");
    // Money that was on its way comes all the same.
    merchant.sandbox.pay().pay_late(Channel::Alipay, "WAP5").unwrap();
    assert_eq!(merchant.alipay(QUERY, json!({ "out_trade_no": "WAP5" })).await["trade_status"], "TRADE_SUCCESS");
}

#[tokio::test]
async fn a_relative_time_runs_from_the_buyers_first_act() {
    let merchant = Merchant::open().await;
    let mut order = wap("WAP6");
    order["timeout_express"] = json!("5m");
    let page = merchant.sandbox.buyer(&merchant.site).open(&merchant.wap(&order)).await.unwrap();
    merchant.sandbox.pay().advance(Duration::from_mins(60));
    page.look().await.unwrap();
    assert_eq!(merchant.trade(Channel::Alipay, "WAP6").state, TradeState::Waiting);
    merchant.sandbox.pay().advance(Duration::from_mins(6));
    assert_eq!(merchant.trade(Channel::Alipay, "WAP6").state, TradeState::Closed);
}

#[tokio::test]
async fn a_code_makes_a_trade_once_it_is_scanned() {
    let merchant = Merchant::open().await;
    let made = merchant.alipay(PRECREATE, code("QR1")).await;
    assert_eq!(sub_code(&merchant, QUERY, json!({ "out_trade_no": "QR1" })).await, "ACQ.TRADE_NOT_EXIST");
    let buyer = merchant.sandbox.buyer(&merchant.site);
    let page = buyer.open(made["qr_code"].as_str().unwrap()).await.unwrap();
    assert_eq!(page.pay().await.unwrap(), None, "a phone that scanned goes nowhere");
    assert_eq!(sub_code(&merchant, PRECREATE, code("QR1")).await, "ACQ.TRADE_HAS_SUCCESS");
    // Once seen, it can be closed, and is closed then.
    let made = merchant.alipay(PRECREATE, code("QR2")).await;
    let page = buyer.open(made["qr_code"].as_str().unwrap()).await.unwrap();
    page.look().await.unwrap();
    assert_eq!(merchant.alipay(CLOSE, json!({ "out_trade_no": "QR2" })).await["code"], "10000");
    assert_eq!(sub_code(&merchant, CLOSE, json!({ "out_trade_no": "QR2" })).await, "ACQ.TRADE_HAS_CLOSE");
    assert!(page.pay().await.unwrap_err().page.contains("订单已关闭"));
    assert_eq!(sub_code(&merchant, PRECREATE, code("QR2")).await, "ACQ.TRADE_HAS_CLOSE");
}

#[tokio::test]
async fn an_order_that_is_not_as_documented_is_refused() {
    let merchant = Merchant::open().await;
    let with = |name: &str, value: Value| {
        let mut order = code("QR3");
        order[name] = value;
        order
    };
    let cases = [
        with("out_trade_no", json!("with-dash")),
        with("out_trade_no", json!("9".repeat(65))),
        with("total_amount", json!("0.00")),
        with("total_amount", json!("1.234")),
        with("total_amount", json!("100000000.01")),
        with("subject", json!("名".repeat(257))),
        with("product_code", json!("QUICK_WAP_WAY")),
        with("time_expire", json!("2026-01-01T00:00:00+08:00")),
        with("time_expire", json!(in_china(SignedDuration::from_mins(-1)))),
        with("time_expire", json!(in_china(SignedDuration::from_hours(16 * 24)))),
        with("timeout_express", json!("soon")),
    ];
    for order in cases {
        assert_eq!(sub_code(&merchant, PRECREATE, order.clone()).await, "ACQ.INVALID_PARAMETER", "{order}");
    }
    let refused = merchant.sandbox.buyer(&merchant.site).open(&merchant.wap(&code("QR3"))).await.unwrap_err();
    assert!(refused.page.contains("ACQ.INVALID_PARAMETER"), "the page for phones wants its own product");
}

#[tokio::test]
async fn a_refund_is_one_however_often_it_is_asked_for() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    merchant.alipay(PRECREATE, code("R1")).await;
    let refund =
        |amount: &str, number: &str| json!({ "out_trade_no": "R1", "refund_amount": amount, "out_request_no": number });
    pay.act(Channel::Alipay, "R1").unwrap();
    assert_eq!(sub_code(&merchant, REFUND, refund("1.00", "a")).await, "ACQ.TRADE_STATUS_ERROR");
    pay.pay(Channel::Alipay, "R1").unwrap();
    let first = merchant.alipay(REFUND, refund("30.00", "a")).await;
    assert_eq!((&first["fund_change"], &first["refund_fee"]), (&json!("Y"), &json!("30.00")));
    let again = merchant.alipay(REFUND, refund("30.00", "a")).await;
    assert_eq!((&again["fund_change"], &again["refund_fee"]), (&json!("N"), &json!("30.00")));
    assert_eq!(sub_code(&merchant, REFUND, refund("31.00", "a")).await, "ACQ.DISCORDANT_REPEAT_REQUEST");
    assert_eq!(sub_code(&merchant, REFUND, refund("58.01", "b")).await, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
    let no_number = json!({ "out_trade_no": "R1", "refund_amount": "1.00" });
    assert_eq!(sub_code(&merchant, REFUND, no_number).await, "ACQ.INVALID_PARAMETER");
    assert_eq!(merchant.alipay(QUERY, json!({ "out_trade_no": "R1" })).await["trade_status"], "TRADE_SUCCESS");
    let rest = merchant.alipay(REFUND, refund("58.00", "b")).await;
    assert_eq!(rest["refund_fee"], "88.00", "the sum of all");
    assert_eq!(merchant.alipay(QUERY, json!({ "out_trade_no": "R1" })).await["trade_status"], "TRADE_CLOSED");
    assert_eq!(sub_code(&merchant, CLOSE, json!({ "out_trade_no": "R1" })).await, "ACQ.TRADE_STATUS_ERROR");
    let told = merchant.alipay(REFUND_QUERY, json!({ "out_trade_no": "R1", "out_request_no": "b" })).await;
    assert_eq!((&told["refund_status"], &told["refund_amount"]), (&json!("REFUND_SUCCESS"), &json!("58.00")));
    let unknown = merchant.alipay(REFUND_QUERY, json!({ "out_trade_no": "R1", "out_request_no": "z" })).await;
    assert_eq!((&unknown["code"], &unknown["refund_status"]), (&json!("10000"), &Value::Null));
    assert_eq!(merchant.trade(Channel::Alipay, "R1").refunded_fen(), 8_800);
}

#[tokio::test]
async fn a_refund_may_be_slow_short_or_too_late() {
    let merchant = Merchant::open().await;
    let pay = merchant.sandbox.pay();
    merchant.alipay(PRECREATE, code("R2")).await;
    pay.pay(Channel::Alipay, "R2").unwrap();
    let conduct = Conduct {
        refunds: vec![Some(RefundTwist::Short), Some(RefundTwist::Slow)],
        refund_ms: 60_000,
        ..Default::default()
    };
    pay.behave(Channel::Alipay, conduct);
    let refund = json!({ "out_trade_no": "R2", "refund_amount": "88.00", "out_request_no": "a" });
    let asked = json!({ "out_trade_no": "R2", "out_request_no": "a" });
    assert_eq!(sub_code(&merchant, REFUND, refund.clone()).await, "ACQ.SELLER_BALANCE_NOT_ENOUGH");
    let slow = merchant.alipay(REFUND, refund.clone()).await;
    assert_eq!((&slow["code"], &slow["fund_change"]), (&json!("10000"), &json!("N")));
    assert_eq!(merchant.alipay(REFUND_QUERY, asked.clone()).await["refund_status"], Value::Null);
    pay.advance(Duration::from_mins(2));
    assert_eq!(merchant.alipay(REFUND_QUERY, asked).await["refund_status"], "REFUND_SUCCESS");
    // A balance is one, too.
    pay.set_balance(Channel::Alipay, Some(0));
    merchant.alipay(PRECREATE, code("R3")).await;
    pay.pay(Channel::Alipay, "R3").unwrap();
    assert_eq!(pay.balance(Channel::Alipay), Some(8_800));
    pay.set_balance(Channel::Alipay, Some(8_799));
    let refund = json!({ "out_trade_no": "R3", "refund_amount": "88.00", "out_request_no": "a" });
    assert_eq!(sub_code(&merchant, REFUND, refund.clone()).await, "ACQ.SELLER_BALANCE_NOT_ENOUGH");
    pay.finish(Channel::Alipay, "R3").unwrap();
    assert_eq!(sub_code(&merchant, REFUND, refund).await, "ACQ.TRADE_HAS_FINISHED");
}
