//! Calls as they go out, and what is made of what comes back.

use jiff::civil::date;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::*;
use crate::pay::channel::Channel;
use crate::pay::charge::Onward;
use crate::pay::samples::{self, NOTIFY, NUMBER, REFUND, Seen, Server, Told, by_vendor, charge};
use crate::pay::status::Paid;

fn channel(url: &str) -> Channel {
    Channel::alipay(AlipayConfig::of(&samples::alipay().with([("SEATHOLD_ALIPAY_GATEWAY_URL", url)])).unwrap())
}

fn method_of(seen: &Seen) -> String {
    parameter(seen, "method").unwrap_or_default()
}

fn parameter(seen: &Seen, name: &str) -> Option<String> {
    let query = seen.target.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(seen.body.as_bytes()));
    pairs.find(|(told, _)| told == name).map(|(_, value)| value.into_owned())
}

fn biz(seen: &Seen) -> Value {
    serde_json::from_str(&parameter(seen, "biz_content").unwrap()).unwrap()
}

/// Signed as Alipay signs.
fn answer(method: &str, inner: &Value) -> Told {
    let (inner, name) = (inner.to_string(), method.replace('.', "_"));
    let sign = by_vendor(inner.as_bytes());
    (200, Vec::new(), format!(r#"{{"{name}_response":{inner},"sign":"{sign}"}}"#).into_bytes())
}

/// One that answers every method with the same.
async fn told(inner: Value) -> (Server, Channel) {
    let server = Server::of(move |_, seen| answer(&method_of(seen), &inner)).await;
    let channel = channel(&server.url);
    (server, channel)
}

fn unclear<T>(word: &str) -> Result<T, PayError> {
    Err(PayError::Unclear(word.to_owned()))
}

fn refused<T>(word: &str) -> Result<T, PayError> {
    Err(PayError::Refused(word.to_owned()))
}

fn success() -> Value {
    json!({
        "code": "10000", "msg": "Success", "out_trade_no": NUMBER, "trade_no": "2026112822001400000000000001",
        "trade_status": "TRADE_SUCCESS", "total_amount": "88.00", "buyer_open_id": "074a", "send_pay_date": "2026-11-28 10:00:05",
    })
}

fn paid() -> PaymentStatus {
    PaymentStatus::Paid(Paid {
        reference: "2026112822001400000000000001".into(),
        amount_fen: 8800,
        at: Some("2026-11-28T02:00:05Z".parse().unwrap()),
        payer: Some("074a".into()),
    })
}

#[tokio::test]
async fn the_order_calls_bodies_are_what_they_are() {
    let channel = channel("https://openapi.alipay.com/gateway.do");
    let at: Timestamp = "2100-01-01T00:00:59.9Z".parse().unwrap();
    let of = |surface| {
        let call = channel.prepare(&Charge { expires_at: at, ..charge(surface) }).unwrap();
        (call.product, call.body)
    };
    let (product, body) = of(Surface::Phone);
    assert_eq!(product, "alipay.trade.wap.pay");
    assert_eq!(
        body,
        format!(
            r#"{{"notify_url":"{NOTIFY}","biz_content":"{{\"out_trade_no\":\"{NUMBER}\",\"total_amount\":\"88.00\",\"subject\":\"全国大学英语四级考试 笔试\",\"product_code\":\"QUICK_WAP_WAY\",\"seller_id\":\"2088000000000001\",\"time_expire\":\"2100-01-01 08:00:59\",\"quit_url\":\"https://exam.example/orders/1\"}}"}}"#
        )
    );
    let (product, body) = of(Surface::Desk);
    assert_eq!(product, "alipay.trade.precreate");
    assert_eq!(
        body,
        format!(
            r#"{{"notify_url":"{NOTIFY}","biz_content":"{{\"out_trade_no\":\"{NUMBER}\",\"total_amount\":\"88.00\",\"subject\":\"全国大学英语四级考试 笔试\",\"product_code\":\"FACE_TO_FACE_PAYMENT\",\"seller_id\":\"2088000000000001\",\"time_expire\":\"2100-01-01 08:00:59\"}}"}}"#
        )
    );
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_before_it_is_stored() {
    let channel = channel("https://openapi.alipay.com/gateway.do");
    let good = charge(Surface::Phone);
    let wrong = [
        Charge { number: "short", ..good },
        Charge { number: "0195f3a1-b2c3-7d4e", ..good },
        Charge { amount_fen: 0, ..good },
        Charge { expires_at: Timestamp::now() + SignedDuration::from_secs(30), ..good },
        Charge { subject: "/&=", ..good },
        Charge { notify_url: "https://exam.example/notify?order=1", ..good },
        Charge { notify_url: "http://exam.example/notify", ..good },
    ];
    for charge in wrong {
        assert!(matches!(channel.prepare(&charge), Err(PayError::Refused(_))), "{charge:?}");
    }
    assert!(channel.prepare(&good).is_ok());
    let other = OrderCall { product: "h5".into(), body: "{}".into() };
    assert!(matches!(channel.begin(&other, &Onward::to("https://exam.example")).await, Err(PayError::Refused(_))));
}

#[tokio::test]
async fn the_cashiers_address_is_signed_and_the_same_order_any_number_of_times() {
    let config = AlipayConfig::of(&samples::alipay()).unwrap();
    let channel = Channel::alipay(config.clone());
    let call = channel.prepare(&charge(Surface::Phone)).unwrap();
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let Ok(Start::Go { url, until: None }) =
            channel.begin(&call, &Onward::to("https://exam.example/orders/1")).await
        else {
            panic!("an address")
        };
        let url = Url::parse(&url).unwrap();
        assert_eq!(url.origin().ascii_serialization() + url.path(), "https://openapi.alipay.com/gateway.do");
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let of = |name: &str| pairs.iter().find(|(told, _)| told == name).unwrap().1.clone();
        let mut signed: Vec<_> =
            pairs.iter().filter(|(name, _)| name != "sign").map(|(name, value)| format!("{name}={value}")).collect();
        signed.sort();
        assert!(config.key.public().verifies(signed.join("&").as_bytes(), &of("sign")));
        assert_eq!(of("return_url"), "https://exam.example/orders/1");
        assert_eq!(of("notify_url"), NOTIFY);
        bodies.push(of("biz_content"));
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn a_code_is_asked_for_with_the_stored_words() {
    let inner = json!({ "code": "10000", "out_trade_no": NUMBER, "qr_code": "https://qr.alipay.com/bax0" });
    let (server, channel) = told(inner).await;
    let call = channel.prepare(&charge(Surface::Desk)).unwrap();
    for _ in 0..2 {
        let Ok(Start::Scan { code, until: Some(until) }) = channel.begin(&call, &Onward::to("")).await else {
            panic!("a code")
        };
        assert_eq!(code, "https://qr.alipay.com/bax0");
        assert!(until <= Timestamp::now() + SignedDuration::from_hours(2));
    }
    let seen = server.seen();
    assert_eq!(seen[0].method, "POST");
    assert_eq!(seen[0].body, seen[1].body);
    assert!(seen[0].target.starts_with("/gateway.do?") && !seen[0].target.contains("biz_content"));
    assert_eq!(parameter(&seen[0], "notify_url").as_deref(), Some(NOTIFY));
    assert_eq!(parameter(&seen[0], "return_url"), None);
}

#[tokio::test]
async fn an_order_that_is_there_already_is_settled_by_a_query_only() {
    for (code, expected) in [
        ("ACQ.TRADE_HAS_SUCCESS", unclear("ACQ.TRADE_HAS_SUCCESS")),
        ("ACQ.TRADE_HAS_CLOSE", unclear("ACQ.TRADE_HAS_CLOSE")),
        ("ACQ.SYSTEM_ERROR", unclear("ACQ.SYSTEM_ERROR")),
        ("ACQ.INVALID_PARAMETER", refused("ACQ.INVALID_PARAMETER")),
    ] {
        let (_server, channel) = told(json!({ "code": "40004", "sub_code": code })).await;
        let call = channel.prepare(&charge(Surface::Desk)).unwrap();
        assert_eq!(channel.begin(&call, &Onward::to("")).await, expected, "{code}");
    }
}

#[tokio::test]
async fn every_status_of_a_trade_is_told_apart() {
    let with = |changes: Value| {
        let mut inner = success();
        for (name, value) in changes.as_object().unwrap() {
            inner[name.as_str()] = value.clone();
        }
        inner
    };
    let cases = [
        (success(), Ok(paid())),
        (with(json!({ "trade_status": "TRADE_FINISHED" })), Ok(paid())),
        (with(json!({ "trade_status": "TRADE_CLOSED" })), Ok(paid())),
        (with(json!({ "trade_status": "TRADE_CLOSED", "send_pay_date": "" })), Ok(PaymentStatus::Closed)),
        (with(json!({ "trade_status": "WAIT_BUYER_PAY" })), Ok(PaymentStatus::Waiting)),
        (with(json!({ "trade_status": "NEW" })), unclear("garbled answer")),
        (with(json!({ "total_amount": "88,00" })), unclear("garbled answer")),
        (with(json!({ "out_trade_no": REFUND })), unclear("an answer about another trade")),
        (json!({ "code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST" }), Ok(PaymentStatus::NotThere)),
        (json!({ "code": "40004", "sub_code": "ACQ.INVALID_PARAMETER" }), refused("ACQ.INVALID_PARAMETER")),
        (json!({ "code": "20000", "sub_code": "isp.unknow-error" }), unclear("isp.unknow-error")),
        (
            json!({ "code": "40006", "sub_code": "isv.insufficient-isv-permissions" }),
            refused("isv.insufficient-isv-permissions"),
        ),
    ];
    for (inner, expected) in cases {
        let (server, channel) = told(inner.clone()).await;
        assert_eq!(channel.query(NUMBER).await, expected, "{inner}");
        assert_eq!(biz(&server.seen()[0]), json!({ "out_trade_no": NUMBER }));
    }
}

#[tokio::test]
async fn whatever_comes_in_place_of_an_answer_is_unclear() {
    let shapes: [(Told, &str); 6] = [
        ((502, Vec::new(), b"<html>".to_vec()), "http 502"),
        ((302, vec![("location".into(), "http://127.0.0.1:1/".into())], Vec::new()), "http 302"),
        ((200, Vec::new(), Vec::new()), "garbled answer"),
        (
            (200, vec![("content-type".into(), "text/html; charset=GBK".into())], b"<html>\xd2\xb3</html>".to_vec()),
            "garbled answer",
        ),
        ((200, Vec::new(), b"{}".to_vec()), "garbled answer"),
        ((200, Vec::new(), vec![b'a'; 9 * 1024 * 1024]), "answer too large"),
    ];
    for ((status, headers, body), word) in shapes {
        let server = Server::of(move |_, _| (status, headers.clone(), body.clone())).await;
        assert_eq!(channel(&server.url).query(NUMBER).await, unclear(word));
    }
    assert_eq!(channel("http://127.0.0.1:1").query(NUMBER).await, unclear("unreachable"));
}

#[tokio::test]
async fn after_closing_the_truth_is_asked_for() {
    let of = |closed: Value, asked: Value| async move {
        let server = Server::of(move |_, seen| {
            let method = method_of(seen);
            answer(&method, if method == CLOSE { &closed } else { &asked })
        })
        .await;
        let closed = channel(&server.url).close(NUMBER).await;
        (closed, server.seen().len())
    };
    let done = || json!({ "code": "10000", "out_trade_no": NUMBER });
    let not = |code: &str| json!({ "code": "40004", "sub_code": code });
    let waiting = || json!({ "code": "10000", "out_trade_no": NUMBER, "trade_status": "WAIT_BUYER_PAY" });
    let closed = || json!({ "code": "10000", "out_trade_no": NUMBER, "trade_status": "TRADE_CLOSED" });
    assert_eq!(of(done(), closed()).await, (Ok(PaymentStatus::Closed), 2));
    assert_eq!(of(done(), success()).await, (Ok(paid()), 2));
    assert_eq!(of(not("ACQ.TRADE_HAS_SUCCESS"), success()).await, (Ok(paid()), 2));
    assert_eq!(of(not("ACQ.TRADE_NOT_EXIST"), not("ACQ.TRADE_NOT_EXIST")).await, (Ok(PaymentStatus::NotThere), 2));
    assert_eq!(of(done(), waiting()).await, (Ok(PaymentStatus::Waiting), 2));
    assert_eq!(of(not("ACQ.REASON"), waiting()).await, (refused("ACQ.REASON"), 2));
    assert_eq!(of(done(), json!({ "code": "20000" })).await, (unclear("20000"), 2));
}

fn refund() -> RefundOrder<'static> {
    RefundOrder {
        number: REFUND,
        payment: NUMBER,
        total_fen: 8800,
        amount_fen: 3000,
        reason: "退考",
        notify_url: NOTIFY,
    }
}

#[tokio::test]
async fn a_refund_is_done_only_when_its_own_money_moved() {
    let of = |refunded: Value, asked: Value| async move {
        let server = Server::of(move |_, seen| {
            let method = method_of(seen);
            answer(&method, if method == REFUND_QUERY { &asked } else { &refunded })
        })
        .await;
        let first = channel(&server.url).refund(&refund()).await;
        let sent = biz(&server.seen()[0]);
        assert_eq!(
            sent,
            json!({ "out_trade_no": NUMBER, "refund_amount": "30.00", "refund_reason": "退考", "out_request_no": REFUND })
        );
        first
    };
    let moved = |change: &str| json!({ "code": "10000", "out_trade_no": NUMBER, "fund_change": change, "refund_fee": "88.00", "gmt_refund_pay": "2026-11-29 10:00:00" });
    let status = |status: &str| json!({ "code": "10000", "out_trade_no": NUMBER, "out_request_no": REFUND, "refund_status": status });
    let nothing = || json!({ "code": "10000", "msg": "Success" });
    let not = |code: &str| json!({ "code": "40004", "sub_code": code });
    assert_eq!(of(moved("Y"), nothing()).await, Ok(RefundStatus::Done(Some("2026-11-29T02:00:00Z".parse().unwrap()))));
    assert_eq!(of(moved("N"), status("REFUND_SUCCESS")).await, Ok(RefundStatus::Done(None)));
    assert_eq!(of(moved("N"), nothing()).await, Ok(RefundStatus::Processing));
    assert_eq!(of(moved("N"), status("NEW")).await, unclear("unknown refund_status"));
    assert_eq!(of(not("ACQ.SELLER_BALANCE_NOT_ENOUGH"), nothing()).await, Ok(RefundStatus::Short));
    assert_eq!(of(not("ACQ.DISCORDANT_REPEAT_REQUEST"), nothing()).await, unclear("ACQ.DISCORDANT_REPEAT_REQUEST"));
    assert_eq!(of(not("ACQ.TRADE_HAS_FINISHED"), nothing()).await, refused("ACQ.TRADE_HAS_FINISHED"));
    assert_eq!(of(not("ACQ.SYSTEM_ERROR"), nothing()).await, unclear("ACQ.SYSTEM_ERROR"));
}

#[tokio::test]
async fn the_state_of_a_refund_is_asked_by_both_numbers() {
    for (status, expected) in [
        (json!("REFUND_SUCCESS"), Ok(RefundStatus::Done(None))),
        (json!("REFUND_PROCESSING"), Ok(RefundStatus::Processing)),
        (json!("REFUND_FAIL"), Ok(RefundStatus::Abnormal)),
        (json!(""), Ok(RefundStatus::NotThere)),
    ] {
        let (server, channel) =
            told(json!({ "code": "10000", "out_request_no": REFUND, "refund_status": status })).await;
        assert_eq!(channel.query_refund(REFUND, NUMBER).await, expected);
        let sent = biz(&server.seen()[0]);
        assert_eq!(
            sent,
            json!({ "out_trade_no": NUMBER, "out_request_no": REFUND, "query_options": ["gmt_refund_pay"] })
        );
    }
    let (_server, channel) =
        told(json!({ "code": "10000", "out_request_no": NUMBER, "refund_status": "REFUND_SUCCESS" })).await;
    assert_eq!(channel.query_refund(REFUND, NUMBER).await, unclear("an answer about another refund"));
}

#[tokio::test]
async fn a_bill_is_fetched_from_alipays_own_hosts_only() {
    let day = date(2026, 11, 28);
    let (server, channel) = told(json!({ "code": "40004", "sub_code": "isp.bill_not_exist" })).await;
    assert_eq!(channel.bill(day).await, Err(BillError::NotThere));
    assert_eq!(biz(&server.seen()[0]), json!({ "bill_type": "trade", "bill_date": "2026-11-28" }));
    let (_server, channel) =
        told(json!({ "code": "10000", "bill_download_url": "https://evil.example/alipay.com" })).await;
    assert_eq!(channel.bill(day).await, Err(BillError::Unclear("a bill at a foreign address".into())));
    let alipay = Alipay::new(AlipayConfig::of(&samples::alipay()).unwrap());
    let address = |text: &str| alipay.bill_address(text).map(String::from);
    assert_eq!(
        address("http://dwbillcenter.alipay.com/x?a=1").as_deref(),
        Some("https://dwbillcenter.alipay.com/x?a=1")
    );
    for foreign in
        ["http://evilalipay.com/", "https://alipay.com.evil.example/", "http://127.0.0.1/x", "file:///etc/passwd", "x"]
    {
        assert_eq!(address(foreign), None, "{foreign}");
    }
}
