//! Calls as they go out, and what is made of what comes back.

use std::sync::Mutex;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::keys::digests::sha1_hex;
use crate::pay::samples::{
    self, API_V3_KEY, KEY_ID, NOTIFY, NUMBER, REFUND, Seen, Server, Told, VENDOR_CERT, VENDOR_SERIAL, by_vendor, charge,
};
use crate::pay::status::Paid;
use crate::pay::{channel::Channel, charge::Onward};

const API_URL: &str = "SEATHOLD_WECHAT_PAY_API_URL";
const H5_URL: &str = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2";

fn channel(url: &str, changes: &[(&str, &str)]) -> Channel {
    let variables = samples::wechat_pay().with([(API_URL, url)]).with(changes.iter().copied());
    Channel::wechat_pay(WechatPayConfig::of(&variables).unwrap())
}

/// Signed as WeChat Pay signs, by the key of this number.
fn signed_by(serial: &str, status: u16, body: &str) -> Told {
    let seconds = Timestamp::now().as_second();
    let signature = by_vendor(format!("{seconds}\nn\n{body}\n").as_bytes());
    let headers = [
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Timestamp", seconds.to_string()),
        ("Wechatpay-Nonce", "n".to_owned()),
        ("Wechatpay-Serial", serial.to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    (status, headers.map(|(name, value)| (name.to_owned(), value)).into(), body.as_bytes().to_vec())
}

fn signed(status: u16, body: &Value) -> Told {
    signed_by(KEY_ID, status, &if status == 204 { String::new() } else { body.to_string() })
}

/// As a refusal comes that nobody signed.
fn plain(status: u16, code: &str) -> Told {
    (status, Vec::new(), json!({ "code": code, "message": "x" }).to_string().into_bytes())
}

async fn told(status: u16, body: Value) -> (Server, Channel) {
    let server = Server::of(move |_, _| signed(status, &body)).await;
    let channel = channel(&server.url, &[]);
    (server, channel)
}

fn unclear<T>(word: &str) -> Result<T, PayError> {
    Err(PayError::Unclear(word.to_owned()))
}

fn refused<T>(word: &str) -> Result<T, PayError> {
    Err(PayError::Refused(word.to_owned()))
}

fn transaction(state: &str) -> Value {
    let mut body =
        json!({ "appid": "wx8888888888888888", "mchid": "1900000001", "out_trade_no": NUMBER, "trade_state": state });
    if ["SUCCESS", "REFUND"].contains(&state) {
        body["transaction_id"] = json!("42");
        body["success_time"] = json!("2026-11-28T10:00:05+08:00");
        body["amount"] = json!({ "total": 8800, "payer_total": 8700, "currency": "CNY" });
        body["payer"] = json!({ "openid": "o" });
    }
    body
}

fn paid() -> PaymentStatus {
    let at = Some("2026-11-28T02:00:05Z".parse().unwrap());
    PaymentStatus::Paid(Paid { reference: "42".into(), amount_fen: 8800, at, payer: Some("o".into()) })
}

#[test]
fn the_order_calls_bodies_are_what_they_are() {
    let channel = channel("https://api.mch.weixin.qq.com", &[]);
    let at: Timestamp = "2100-01-01T00:00:59.9Z".parse().unwrap();
    let of = |surface| {
        let call = channel.prepare(&Charge { expires_at: at, ..charge(surface) }).unwrap();
        (call.product, call.body)
    };
    let common = format!(
        r#""appid":"wx8888888888888888","mchid":"1900000001","description":"全国大学英语四级考试/笔试","out_trade_no":"{NUMBER}","time_expire":"2100-01-01T08:00:59+08:00","notify_url":"{NOTIFY}","amount":{{"total":8800,"currency":"CNY"}}"#
    );
    let h5 = format!(r#"{{{common},"scene_info":{{"payer_client_ip":"203.0.113.9","h5_info":{{"type":"Wap"}}}}}}"#);
    assert_eq!(of(Surface::Phone), ("h5".to_owned(), h5));
    assert_eq!(of(Surface::Desk), ("native".to_owned(), format!("{{{common}}}")));
}

#[test]
fn what_cannot_be_asked_for_is_refused_before_it_is_stored() {
    let real = channel("https://api.mch.weixin.qq.com", &[]);
    let good = charge(Surface::Phone);
    let mine = |text: &str| text.parse().unwrap();
    let wrong = [
        Charge { number: "0195f3a1b2c37d4e8f901122334455667", ..good },
        Charge { amount_fen: 0, ..good },
        Charge { expires_at: Timestamp::now(), ..good },
        Charge { subject: "\n", ..good },
        Charge { notify_url: "https://exam.example/notify?", ..good },
        Charge { payer_ip: mine("127.0.0.1"), ..good },
        Charge { payer_ip: mine("::ffff:127.0.0.1"), ..good },
        Charge { payer_ip: mine("::"), ..good },
    ];
    for charge in wrong {
        assert!(matches!(real.prepare(&charge), Err(PayError::Refused(_))), "{charge:?}");
    }
    assert!(real.prepare(&Charge { payer_ip: mine("2001:db8::1"), ..good }).is_ok());
    assert!(real.prepare(&Charge { payer_ip: mine("127.0.0.1"), ..charge(Surface::Desk) }).is_ok());
    // Against a stand-in on this machine, so is the payer.
    assert!(channel("http://127.0.0.1:1", &[]).prepare(&Charge { payer_ip: mine("127.0.0.1"), ..good }).is_ok());
}

#[tokio::test]
async fn the_cashier_is_asked_for_with_the_stored_words_and_comes_back_to_us() {
    let (server, channel) = told(200, json!({ "h5_url": H5_URL })).await;
    let call = channel.prepare(&charge(Surface::Phone)).unwrap();
    for _ in 0..2 {
        let back = Onward::to("https://exam.example/orders/1?a=b&c");
        let Ok(Start::Go { url, until: Some(until) }) = channel.begin(&call, &back).await else { panic!("an address") };
        assert_eq!(url, format!("{H5_URL}&redirect_url=https%3A%2F%2Fexam.example%2Forders%2F1%3Fa%3Db%26c"));
        assert!(until <= Timestamp::now() + SignedDuration::from_mins(5));
    }
    let seen = server.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", "/v3/pay/transactions/h5"));
    assert_eq!((&seen[0].body, &seen[1].body), (&call.body, &call.body));
    assert_eq!(seen[0].headers["wechatpay-serial"], KEY_ID);
    assert_eq!(seen[0].headers["accept"], "application/json");
    assert!(seen[0].headers["user-agent"].starts_with("seathold/"));
    assert_ne!(seen[0].headers["authorization"], seen[1].headers["authorization"]);
    assert!(!call.body.contains("null"));
}

#[tokio::test]
async fn a_code_lasts_two_hours() {
    let (_server, channel) = told(200, json!({ "code_url": "weixin://wxpay/bizpayurl?pr=1" })).await;
    let call = channel.prepare(&charge(Surface::Desk)).unwrap();
    let begun = channel.begin(&call, &Onward::to("")).await;
    let Ok(Start::Scan { code, until: Some(until) }) = begun else { panic!("a code") };
    assert_eq!(code, "weixin://wxpay/bizpayurl?pr=1");
    assert!(until > Timestamp::now() + SignedDuration::from_mins(119));
}

#[tokio::test]
async fn what_is_not_signed_is_never_used() {
    let body = json!({ "code_url": "weixin://x" });
    let unsigned: Told = (200, Vec::new(), body.to_string().into_bytes());
    let other_body = |told: Told| (told.0, told.1, b"{\"code_url\":\"weixin://y\"}".to_vec());
    for (answer, word) in [
        (unsigned, "the signature is not the channel's"),
        (other_body(signed(200, &body)), "the signature is not the channel's"),
        (signed_by("PUB_KEY_ID_2", 200, &body.to_string()), "the signature is not the channel's"),
        (signed_by("PUB_KEY_ID_2", 404, r#"{"code":"ORDER_NOT_EXIST"}"#), "the signature is not the channel's"),
        ((502, Vec::new(), b"<html>".to_vec()), "http 502"),
        ((302, vec![("location".into(), "http://127.0.0.1:1/".into())], Vec::new()), "http 302"),
        ((404, Vec::new(), Vec::new()), "http 404"),
        (signed(200, &json!([])), "garbled answer"),
        (signed(200, &json!({})), "garbled answer"),
    ] {
        let server = Server::of(move |_, _| answer.clone()).await;
        let channel = channel(&server.url, &[]);
        let call = channel.prepare(&charge(Surface::Desk)).unwrap();
        assert_eq!(channel.begin(&call, &Onward::to("")).await, unclear(word));
    }
}

#[tokio::test]
async fn a_probe_in_place_of_an_answer_is_asked_over_three_times_at_most() {
    let probed = |probes: usize| async move {
        let server = Server::of(move |before, _| {
            let (status, mut headers, body) = signed(200, &transaction("SUCCESS"));
            if before < probes {
                headers[0].1 = format!("WECHATPAY/SIGNTEST/{}", headers[0].1);
            }
            (status, headers, body)
        })
        .await;
        (channel(&server.url, &[]).query(NUMBER).await, server.seen().len())
    };
    assert_eq!(probed(1).await, (Ok(paid()), 2));
    assert_eq!(probed(3).await, (Ok(paid()), 4));
    assert_eq!(probed(9).await, (unclear("nothing but probes"), 4));
}

#[tokio::test]
async fn every_status_of_an_order_is_told_apart() {
    let mut cases: Vec<(u16, Value, Result<PaymentStatus, PayError>)> = vec![
        (404, json!({ "code": "ORDER_NOT_EXIST" }), Ok(PaymentStatus::NotThere)),
        (500, json!({ "code": "SYSTEM_ERROR" }), unclear("SYSTEM_ERROR")),
        (429, json!({ "code": "FREQUENCY_LIMITED" }), unclear("FREQUENCY_LIMITED")),
        (401, json!({ "code": "SIGN_ERROR" }), refused("SIGN_ERROR")),
    ];
    for (state, expected) in [
        ("SUCCESS", Ok(paid())),
        ("REFUND", Ok(paid())),
        ("NOTPAY", Ok(PaymentStatus::Waiting)),
        ("USERPAYING", Ok(PaymentStatus::Waiting)),
        ("PAYERROR", Ok(PaymentStatus::Waiting)),
        ("CLOSED", Ok(PaymentStatus::Closed)),
        ("REVOKED", Ok(PaymentStatus::Closed)),
        ("NEW", unclear("unknown trade_state")),
    ] {
        cases.push((200, transaction(state), expected));
    }
    let changed = |path: &str, value: Value| {
        let mut body = transaction("SUCCESS");
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    cases.push((200, changed("/out_trade_no", json!(REFUND)), unclear("an answer about another order")));
    for (path, value) in [("/mchid", json!("1")), ("/appid", json!("wx")), ("/amount/currency", json!("USD"))] {
        cases.push((200, changed(path, value), unclear("an answer about another merchant's order")));
    }
    for (status, body, expected) in cases {
        let (server, channel) = told(status, body.clone()).await;
        assert_eq!(channel.query(NUMBER).await, expected, "{body}");
        let target = format!("/v3/pay/transactions/out-trade-no/{NUMBER}?mchid=1900000001");
        assert_eq!(server.seen()[0].target, target);
        assert!(!server.seen()[0].headers.contains_key("content-type"));
    }
    let channel = channel("http://127.0.0.1:1", &[]);
    assert!(matches!(channel.query("../x?y").await, Err(PayError::Refused(_))));
}

#[tokio::test]
async fn an_order_that_is_there_already_is_settled_by_a_query_only() {
    for (status, body, expected) in [
        (400, json!({ "code": "ORDERPAID", "message": "" }), unclear("ORDERPAID")),
        (403, json!({ "code": "OUT_TRADE_NO_USED", "message": "" }), unclear("OUT_TRADE_NO_USED")),
        (400, json!({ "code": "ORDER_CLOSED", "message": "" }), unclear("ORDER_CLOSED")),
        (400, json!({ "code": "INVALID_REQUEST", "message": "201 商户订单号重复" }), unclear("INVALID_REQUEST")),
        (400, json!({ "code": "INVALID_REQUEST", "message": "x" }), refused("INVALID_REQUEST")),
        (400, json!({ "code": "PARAM_ERROR" }), refused("PARAM_ERROR")),
    ] {
        let (_server, channel) = told(status, body.clone()).await;
        let call = channel.prepare(&charge(Surface::Phone)).unwrap();
        assert_eq!(channel.begin(&call, &Onward::to("https://exam.example/")).await, expected, "{body}");
    }
}

#[tokio::test]
async fn after_closing_the_truth_is_asked_for() {
    let of =
        |closed: Told, state: &'static str| async move {
            let server = Server::of(move |_, seen| {
                if seen.target.ends_with("/close") { closed.clone() } else { signed(200, &transaction(state)) }
            })
            .await;
            let closed = channel(&server.url, &[]).close(NUMBER).await;
            let seen = server.seen();
            assert_eq!(seen[0].body, r#"{"mchid":"1900000001"}"#);
            assert_eq!(seen.len(), 2);
            closed
        };
    let done = || signed(204, &Value::Null);
    assert_eq!(of(done(), "CLOSED").await, Ok(PaymentStatus::Closed));
    assert_eq!(of(done(), "SUCCESS").await, Ok(paid()));
    assert_eq!(of(plain(400, "ORDERPAID"), "SUCCESS").await, Ok(paid()));
    assert_eq!(of(done(), "NOTPAY").await, Ok(PaymentStatus::Waiting));
    assert_eq!(of(plain(403, "NO_AUTH"), "NOTPAY").await, refused("NO_AUTH"));
    assert_eq!(of((204, Vec::new(), Vec::new()), "CLOSED").await, Ok(PaymentStatus::Closed));
}

fn refund() -> RefundOrder<'static> {
    RefundOrder { number: REFUND, payment: NUMBER, total_fen: 8800, amount_fen: 3000, reason: "", notify_url: NOTIFY }
}

fn refunded(status: &str) -> Value {
    json!({ "refund_id": "50", "out_refund_no": REFUND, "out_trade_no": NUMBER, "status": status, "success_time": "2026-11-28T10:00:05+08:00" })
}

#[tokio::test]
async fn a_refunds_state_is_its_own_and_not_the_answers() {
    let done = RefundStatus::Done(Some("2026-11-28T02:00:05Z".parse().unwrap()));
    for (status, body, expected) in [
        (200, refunded("SUCCESS"), Ok(done)),
        (200, refunded("PROCESSING"), Ok(RefundStatus::Processing)),
        (200, refunded("ABNORMAL"), Ok(RefundStatus::Abnormal)),
        (200, refunded("CLOSED"), Ok(RefundStatus::Closed)),
        (200, refunded("NEW"), unclear("unknown status of a refund")),
        (403, json!({ "code": "NOT_ENOUGH" }), Ok(RefundStatus::Short)),
        (403, json!({ "code": "USER_ACCOUNT_ABNORMAL" }), Ok(RefundStatus::Abnormal)),
        (500, json!({ "code": "SYSTEM_ERROR" }), unclear("SYSTEM_ERROR")),
        (400, json!({ "code": "INVALID_REQUEST" }), refused("INVALID_REQUEST")),
    ] {
        let (server, channel) = told(status, body.clone()).await;
        assert_eq!(channel.refund(&refund()).await, expected, "{body}");
        let sent = format!(
            r#"{{"out_trade_no":"{NUMBER}","out_refund_no":"{REFUND}","notify_url":"{NOTIFY}","amount":{{"refund":3000,"total":8800,"currency":"CNY"}}}}"#
        );
        assert_eq!(server.seen()[0].body, sent);
    }
    let (server, _) = told(200, refunded("SUCCESS")).await;
    let from = channel(&server.url, &[("SEATHOLD_WECHAT_PAY_REFUND_FROM", "AVAILABLE")]);
    assert_eq!(from.refund(&refund()).await, Ok(done));
    assert!(server.seen()[0].body.contains(r#""funds_account":"AVAILABLE""#));
    assert_eq!(from.query_refund(REFUND, NUMBER).await, Ok(done));
    assert_eq!(server.seen()[1].target, format!("/v3/refund/domestic/refunds/{REFUND}"));
    assert_eq!(from.query_refund(NUMBER, NUMBER).await, unclear("an answer about another refund"));
    let (_server, channel) = told(404, json!({ "code": "RESOURCE_NOT_EXISTS" })).await;
    assert_eq!(channel.query_refund(REFUND, NUMBER).await, Ok(RefundStatus::NotThere));
}

#[tokio::test]
async fn a_bill_is_fetched_with_an_authorization_of_its_own_and_believed_by_its_hash() {
    let of = |hash: String, file: Vec<u8>| async move {
        let server = Server::of(move |_, seen| match seen.target.split('?').next() {
            Some("/v3/bill/tradebill") => {
                let url = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=a%2Bb";
                signed(200, &json!({ "download_url": url, "hash_type": "SHA1", "hash_value": hash }))
            }
            _ if !seen.headers.contains_key("authorization") => plain(401, "SIGN_ERROR"),
            _ => (200, Vec::new(), file.clone()),
        })
        .await;
        let bill = channel(&server.url, &[]).bill(date(2026, 11, 28)).await;
        let asked: Vec<_> = server.seen().into_iter().map(|seen| seen.target).collect();
        assert_eq!(asked[0], "/v3/bill/tradebill?bill_date=2026-11-28&bill_type=ALL");
        assert_eq!(asked[1..], ["/v3/billdownload/file?token=a%2Bb"]);
        bill
    };
    let table = bill::bill_tests::table().into_bytes();
    let zipped = bill::bill_tests::zipped(&bill::bill_tests::table());
    for (hash, file) in [(&table, &table), (&zipped, &zipped), (&table, &zipped)] {
        assert_eq!(of(sha1_hex(hash), file.clone()).await.unwrap().lines.len(), 2);
    }
    assert_eq!(of(sha1_hex(b""), zipped).await, Err(BillError::Changed("its hash does not fit".into())));
    let (_server, channel) = told(400, json!({ "code": "NO_STATEMENT_EXIST" })).await;
    assert_eq!(channel.bill(date(2026, 11, 28)).await, Err(BillError::NotThere));
}

/// The list of certificates, sealed with this key.
fn listed(key: &str) -> Value {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).unwrap());
    let mut text = VENDOR_CERT.as_bytes().to_vec();
    let nonce = Nonce::try_assume_unique_for_key(b"fdasflkja484").unwrap();
    key.seal_in_place_append_tag(nonce, Aad::from(b"certificate"), &mut text).unwrap();
    let sealed = json!({ "algorithm": "AEAD_AES_256_GCM", "nonce": "fdasflkja484", "associated_data": "certificate", "ciphertext": BASE64_STANDARD.encode(text) });
    json!({ "data": [{ "serial_no": VENDOR_SERIAL, "effective_time": "x", "expire_time": "y", "encrypt_certificate": sealed }] })
}

#[tokio::test]
async fn certificates_are_fetched_in_their_mode_only_and_at_most_once_a_minute() {
    let by = |mode: &'static [(&'static str, &'static str)], seal: &'static str| async move {
        let server = Server::of(move |_, seen: &Seen| match seen.target.as_str() {
            "/v3/certificates" => signed_by(VENDOR_SERIAL, 200, &listed(seal).to_string()),
            _ => signed_by(VENDOR_SERIAL, 200, &transaction("SUCCESS").to_string()),
        })
        .await;
        let channel = channel(&server.url, mode);
        let told = (channel.query(NUMBER).await, channel.query(NUMBER).await);
        let seen = server.seen();
        let lists = seen.iter().filter(|seen| seen.target == "/v3/certificates").count();
        (told.0.is_ok(), told.1.is_ok(), lists, seen.last().unwrap().headers.get("wechatpay-serial").cloned())
    };
    const PUBLIC_KEY: (&str, &str) = ("SEATHOLD_WECHAT_PAY_PUBLIC_KEY", "");
    const ID: (&str, &str) = ("SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID", "");
    const CERT: (&str, &str) = ("SEATHOLD_WECHAT_PAY_PLATFORM_CERT", "");
    const MODE: (&str, &str) = ("SEATHOLD_WECHAT_PAY_VERIFY_WITH", "certificate");
    let new = Some(VENDOR_SERIAL.to_owned());
    assert_eq!(by(&[PUBLIC_KEY, ID, CERT], API_V3_KEY).await, (true, true, 1, new.clone()));
    assert_eq!(by(&[PUBLIC_KEY, ID, CERT], "another key of 32 characters....").await, (false, false, 1, None));
    // With the key only, nobody asks for what such a merchant does not have.
    assert_eq!(by(&[CERT], API_V3_KEY).await, (false, false, 0, Some(KEY_ID.to_owned())));
    // With both, the answers may be by either, and the setting says which is asked for.
    assert_eq!(by(&[], API_V3_KEY).await, (true, true, 0, Some(KEY_ID.to_owned())));
    assert_eq!(by(&[MODE], API_V3_KEY).await, (true, true, 0, new));
}

#[tokio::test]
async fn a_notification_by_an_unknown_certificate_has_the_list_fetched_with_the_next_call() {
    let targets = std::sync::Arc::new(Mutex::new(Vec::new()));
    let seen = targets.clone();
    let server = Server::of(move |_, request| {
        seen.lock().unwrap().push(request.target.clone());
        match request.target.as_str() {
            "/v3/certificates" => signed_by(VENDOR_SERIAL, 200, &listed(API_V3_KEY).to_string()),
            _ => signed_by(KEY_ID, 200, &transaction("NOTPAY").to_string()),
        }
    })
    .await;
    let changes = [("SEATHOLD_WECHAT_PAY_VERIFY_WITH", "certificate"), ("SEATHOLD_WECHAT_PAY_PLATFORM_CERT", "")];
    let channel = channel(&server.url, &changes);
    let (_, headers, body) = signed_by(VENDOR_SERIAL, 200, "{}");
    let header =
        |name: &str| headers.iter().find(|(told, _)| told.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
    let read = || channel.read_notification(&header, &body, Timestamp::now());
    assert_eq!(read(), Err(NotGenuine::Signature));
    assert_eq!(channel.query(NUMBER).await, Ok(PaymentStatus::Waiting));
    assert_eq!(targets.lock().unwrap()[0], "/v3/certificates");
    // Now it is believed, and found to say nothing.
    assert_eq!(read(), Err(NotGenuine::Unreadable));
}
