//! Notifications: what is refused, and what told apart.

use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::pay::channel::Channel;
use crate::pay::samples::{self, API_V3_KEY, KEY_ID, NUMBER, REFUND, VENDOR_SERIAL, by_vendor};
use crate::pay::status::{Paid, PaymentStatus, RefundStatus};

const AT: i64 = 1_795_831_200;

/// Made once: a client reads the system's certificates.
static CHANNEL: LazyLock<Channel> =
    LazyLock::new(|| Channel::wechat_pay(WechatPayConfig::of(&samples::wechat_pay()).unwrap()));

fn read_signed(body: &[u8], serial: &str, signature: Option<&str>) -> Result<News, NotGenuine> {
    let made = by_vendor(&[format!("{AT}\nn\n").as_bytes(), body, b"\n"].concat());
    let header = |name: &str| match name {
        "wechatpay-signature" => Some(signature.unwrap_or(&made).to_owned()),
        "wechatpay-timestamp" => Some(AT.to_string()),
        "wechatpay-nonce" => Some("n".to_owned()),
        "wechatpay-serial" => Some(serial.to_owned()),
        _ => None,
    };
    CHANNEL.read_notification(&header, body, Timestamp::from_second(AT + 5).unwrap())
}

fn sealed(event: &str, plain: &Value) -> Value {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_V3_KEY.as_bytes()).unwrap());
    let mut text = plain.to_string().into_bytes();
    let nonce = Nonce::try_assume_unique_for_key(b"fdasflkja484").unwrap();
    key.seal_in_place_append_tag(nonce, Aad::from(b"refund"), &mut text).unwrap();
    json!({
        "id": "EV-1", "create_time": "2026-11-28T10:00:06+08:00", "resource_type": "encrypt-resource",
        "event_type": event, "summary": "x",
        "resource": {
            "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "associated_data": "refund",
            "nonce": "fdasflkja484", "ciphertext": BASE64_STANDARD.encode(text),
        },
    })
}

fn news(event: &str, plain: &Value) -> Result<News, NotGenuine> {
    read_signed(sealed(event, plain).to_string().as_bytes(), KEY_ID, None)
}

fn payment() -> Value {
    json!({
        "appid": "wx8888888888888888", "mchid": "1900000001", "out_trade_no": NUMBER, "transaction_id": "42",
        "trade_type": "NATIVE", "trade_state": "SUCCESS", "success_time": "2026-11-28T10:00:05+08:00",
        "payer": { "openid": "o" }, "amount": { "total": 8800, "payer_total": 8700, "currency": "CNY" },
        "field_of_2030": {},
    })
}

fn refund(status: &str) -> Value {
    json!({
        "mchid": "1900000001", "out_trade_no": NUMBER, "out_refund_no": REFUND, "refund_status": status,
        "success_time": "2026-11-28T10:00:05+08:00", "amount": { "total": 8800, "refund": 3000 },
    })
}

fn paid(reference: &str, payer: &str) -> News {
    let at = Some("2026-11-28T02:00:05Z".parse().unwrap());
    let status =
        PaymentStatus::Paid(Paid { reference: reference.into(), amount_fen: 8800, at, payer: Some(payer.into()) });
    News::Payment { number: NUMBER.into(), status }
}

#[test]
fn what_the_libraries_sign_and_seal_is_read_under_either_key() {
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/wechat_pay.json"));
    let body = vectors["notification"].as_str().unwrap();
    for serial in [KEY_ID, VENDOR_SERIAL] {
        let header = |name: &str| match name {
            "wechatpay-signature" => vectors["notification_signature"].as_str().map(str::to_owned),
            "wechatpay-timestamp" => Some(vectors["seconds"].to_string()),
            "wechatpay-nonce" => vectors["nonce"].as_str().map(str::to_owned),
            "wechatpay-serial" => Some(serial.to_owned()),
            _ => None,
        };
        let news = CHANNEL.read_notification(&header, body.as_bytes(), Timestamp::from_second(AT).unwrap());
        assert_eq!(news, Ok(paid("4200000000202611280000000001", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")));
    }
}

#[test]
fn a_probe_and_a_wrong_signature_are_refused_unread() {
    let body = sealed("TRANSACTION.SUCCESS", &payment()).to_string();
    assert_eq!(read_signed(body.as_bytes(), KEY_ID, Some("WECHATPAY/SIGNTEST/abc=")), Err(NotGenuine::Probe));
    assert_eq!(read_signed(body.as_bytes(), KEY_ID, Some("AAAA")), Err(NotGenuine::Signature));
    assert_eq!(read_signed(b"not json", KEY_ID, None), Err(NotGenuine::Unreadable));
}

#[test]
fn every_part_that_we_rest_on_must_be_there_though_signed() {
    assert_eq!(news("TRANSACTION.SUCCESS", &payment()), Ok(paid("42", "o")));
    for name in ["appid", "mchid", "out_trade_no", "transaction_id", "trade_state", "amount"] {
        for gone in [None, Some(Value::Null)] {
            let mut plain = payment();
            match gone {
                None => drop(plain.as_object_mut().unwrap().remove(name)),
                Some(null) => plain[name] = null,
            }
            assert_eq!(news("TRANSACTION.SUCCESS", &plain), Err(NotGenuine::Unreadable), "{name}");
        }
    }
    for name in ["total", "currency"] {
        let mut plain = payment();
        plain["amount"].as_object_mut().unwrap().remove(name);
        assert_eq!(news("TRANSACTION.SUCCESS", &plain), Err(NotGenuine::Unreadable), "{name}");
    }
    for name in ["mchid", "out_trade_no", "out_refund_no", "refund_status"] {
        let mut plain = refund("SUCCESS");
        plain.as_object_mut().unwrap().remove(name);
        assert_eq!(news("REFUND.SUCCESS", &plain), Err(NotGenuine::Unreadable), "{name}");
    }
    for name in ["id", "event_type", "resource"] {
        let mut envelope = sealed("TRANSACTION.SUCCESS", &payment());
        envelope.as_object_mut().unwrap().remove(name);
        assert_eq!(read_signed(envelope.to_string().as_bytes(), KEY_ID, None), Err(NotGenuine::Unreadable), "{name}");
    }
    for name in ["algorithm", "ciphertext", "nonce", "associated_data"] {
        let mut envelope = sealed("TRANSACTION.SUCCESS", &payment());
        envelope["resource"].as_object_mut().unwrap().remove(name);
        assert_eq!(read_signed(envelope.to_string().as_bytes(), KEY_ID, None), Err(NotGenuine::Unreadable), "{name}");
    }
}

#[test]
fn another_merchants_news_is_not_ours() {
    for (path, value) in [("/appid", json!("wx1")), ("/mchid", json!("1900000002")), ("/amount/currency", json!("USD"))]
    {
        let mut plain = payment();
        *plain.pointer_mut(path).unwrap() = value;
        assert_eq!(news("TRANSACTION.SUCCESS", &plain), Err(NotGenuine::Foreign), "{path}");
    }
    let mut plain = refund("SUCCESS");
    plain["mchid"] = json!("1900000002");
    assert_eq!(news("REFUND.SUCCESS", &plain), Err(NotGenuine::Foreign));
    for amount in [json!(-1), json!(1.5), json!("8800"), json!(1e30)] {
        let mut plain = payment();
        plain["amount"]["total"] = amount;
        assert_eq!(news("TRANSACTION.SUCCESS", &plain), Err(NotGenuine::Unreadable));
    }
}

#[test]
fn payments_and_refunds_come_to_one_address() {
    let refunded = |status| Ok(News::Refund { number: REFUND.into(), payment: NUMBER.into(), status });
    let done = RefundStatus::Done(Some("2026-11-28T02:00:05Z".parse().unwrap()));
    assert_eq!(news("REFUND.SUCCESS", &refund("SUCCESS")), refunded(done));
    assert_eq!(news("REFUND.ABNORMAL", &refund("ABNORMAL")), refunded(RefundStatus::Abnormal));
    assert_eq!(news("REFUND.CLOSED", &refund("CLOSED")), refunded(RefundStatus::Closed));
    assert_eq!(news("REFUND.NEW", &refund("NEW")), Ok(News::Other("REFUND.NEW".into())));
    assert_eq!(news("PAYSCORE.USER_PAID", &json!({})), Ok(News::Other("PAYSCORE.USER_PAID".into())));
    let mut plain = payment();
    plain["trade_state"] = json!("NEW");
    assert_eq!(news("TRANSACTION.SUCCESS", &plain), Ok(News::Other("TRANSACTION.SUCCESS".into())));
}

proptest! {
    #[test]
    fn a_nonce_of_any_length_is_survived(nonce in "[a-z0-9]{0,64}") {
        prop_assume!(nonce != "fdasflkja484");
        let mut envelope = sealed("TRANSACTION.SUCCESS", &payment());
        envelope["resource"]["nonce"] = json!(nonce);
        prop_assert_eq!(read_signed(envelope.to_string().as_bytes(), KEY_ID, None), Err(NotGenuine::Unreadable));
    }

    #[test]
    fn nothing_that_comes_makes_it_fall(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_signed(&body, KEY_ID, None).is_err());
    }
}
