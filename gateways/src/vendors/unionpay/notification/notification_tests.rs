//! Notifications: what is verified, what is refused, and what told apart.

use std::collections::BTreeMap;

use proptest::prelude::*;
use url::form_urlencoded::Serializer;

use super::*;
use crate::pay::form::{BYTES_MAX, PAIRS_MAX};
use crate::pay::samples::{self, NUMBER, REFUND, UNIONPAY_CERT, UNIONPAY_MERCHANT, UNIONPAY_OTHER_CERT, by_unionpay};
use crate::pay::status::{Paid, PaymentStatus, RefundStatus};

type Texts = BTreeMap<String, String>;

fn texts() -> Texts {
    [
        ("accessType", "0"),
        ("accNo", "6226********0048"),
        ("bizType", "000201"),
        ("currencyCode", "156"),
        ("encoding", "UTF-8"),
        ("merId", UNIONPAY_MERCHANT),
        ("orderId", NUMBER),
        ("queryId", "782611281000050674028"),
        ("reqReserved", "20261128101500"),
        ("respCode", "00"),
        ("respMsg", "成功[0000000]"),
        ("settleAmt", "8800"),
        ("signMethod", "01"),
        ("traceNo", "067402"),
        ("traceTime", "1128100005"),
        ("txnAmt", "8800"),
        ("txnSubType", "01"),
        ("txnTime", "20261128100000"),
        ("txnType", "01"),
        ("version", "5.1.0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn form(texts: &Texts) -> Vec<u8> {
    Serializer::new(String::new()).extend_pairs(texts).finish().into_bytes()
}

fn now() -> Timestamp {
    "2026-11-28T02:01:00Z".parse().unwrap()
}

fn heard(texts: &Texts) -> Result<News, NotGenuine> {
    read(&UnionPayConfig::of(&samples::unionpay()).unwrap(), &form(texts), now())
}

/// Signed anew after changes; an empty value stands there and says nothing.
fn with(changes: &[(&str, &str)]) -> Result<News, NotGenuine> {
    let mut texts = texts();
    texts.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    heard(&by_unionpay(texts, UNIONPAY_CERT))
}

fn paid() -> Result<News, NotGenuine> {
    let status = PaymentStatus::Paid(Paid {
        reference: "782611281000050674028".into(),
        amount_fen: 8_800,
        at: Some("2026-11-28T02:00:05Z".parse().unwrap()),
        payer: None,
    });
    Ok(News::Payment { number: NUMBER.into(), status })
}

#[test]
fn what_unionpays_own_platform_sent_is_read() {
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/unionpay.json"));
    let told: Texts = serde_json::from_value(vectors["notification"].clone()).unwrap();
    let variables = samples::unionpay().with([
        ("SEATHOLD_UNIONPAY_MIDDLE_CERT", include_str!("../../../../tests/keys/unionpay/public_middle.pem")),
        ("SEATHOLD_UNIONPAY_ROOT_CERT", include_str!("../../../../tests/keys/unionpay/public_root.pem")),
    ]);
    let then: Timestamp = "2022-09-08T05:22:06Z".parse().unwrap();
    let news = read(&UnionPayConfig::of(&variables).unwrap(), &form(&told), then).unwrap();
    let News::Payment { number, status: PaymentStatus::Paid(paid) } = news else { panic!("{news:?}") };
    assert_eq!((number.as_str(), paid.amount_fen, paid.at), ("yansongda20220908132206", 1, Some(then)));
    assert_eq!(paid.reference, "782209081322060674028");
}

#[test]
fn any_changed_added_or_removed_pair_breaks_the_signature() {
    let whole = by_unionpay(texts(), UNIONPAY_CERT);
    assert_eq!(heard(&whole), paid());
    for name in whole.keys() {
        let (mut less, mut changed) = (whole.clone(), whole.clone());
        less.remove(name);
        changed.insert(name.clone(), format!("{}0", whole[name]));
        for wrong in [less, changed] {
            assert_eq!(heard(&wrong), Err(NotGenuine::Signature), "{name}");
        }
    }
    let mut more = whole.clone();
    more.insert("extra".into(), String::new());
    assert_eq!(heard(&more), Err(NotGenuine::Signature));
    assert_eq!(heard(&by_unionpay(texts(), UNIONPAY_OTHER_CERT)), Err(NotGenuine::Signature));
    let config = UnionPayConfig::of(&samples::unionpay()).unwrap();
    let twice = [form(&whole), b"&orderId=another".to_vec()].concat();
    assert_eq!(read(&config, &twice, now()), Err(NotGenuine::Unreadable));
}

#[test]
fn a_new_field_of_the_vendors_is_verified_and_passed_over() {
    assert_eq!(with(&[("fieldOf2030", "中 +%&={x}")]), paid());
}

#[test]
fn every_field_that_we_rest_on_must_be_there_though_signed() {
    for name in ["merId", "orderId", "queryId", "respCode", "txnAmt", "txnTime", "txnType", "currencyCode"] {
        let mut texts = texts();
        texts.remove(name);
        assert_eq!(heard(&by_unionpay(texts, UNIONPAY_CERT)), Err(NotGenuine::Unreadable), "{name}");
        assert_eq!(with(&[(name, "")]), Err(NotGenuine::Unreadable), "{name}");
    }
    for (name, value) in [("version", "5.0.0"), ("signMethod", "11"), ("signMethod", "")] {
        assert_eq!(with(&[(name, value)]), Err(NotGenuine::Signature), "{name}");
    }
}

#[test]
fn another_merchants_and_other_moneys_news_is_not_ours() {
    assert_eq!(with(&[("merId", "777290058167152")]), Err(NotGenuine::Foreign));
    assert_eq!(with(&[("currencyCode", "344")]), Err(NotGenuine::Foreign));
    for amount in ["88.00", "-8800", "8800 ", "1e4", "99999999999999"] {
        assert_eq!(with(&[("txnAmt", amount)]), Err(NotGenuine::Unreadable), "{amount}");
    }
}

#[test]
fn payments_and_refunds_are_told_apart() {
    let refund = [("txnType", "04"), ("txnSubType", "00"), ("orderId", REFUND), ("reqReserved", NUMBER)];
    let told = |code: &str, status: RefundStatus| {
        let changes = [refund.as_slice(), &[("respCode", code)]].concat();
        let news = News::Refund { number: REFUND.into(), payment: NUMBER.into(), status };
        assert_eq!(with(&changes), Ok(news), "{code}");
    };
    told("00", RefundStatus::Done(Some("2026-11-28T02:00:05Z".parse().unwrap())));
    told("05", RefundStatus::Processing);
    told("61", RefundStatus::Abnormal);
    told("36", RefundStatus::Closed);
    let by_hand = [refund.as_slice(), &[("reqReserved", "")]].concat();
    assert_eq!(with(&by_hand), Ok(News::Other("04".into())));
    assert_eq!(with(&[("txnType", "31")]), Ok(News::Other("31".into())));
    let status = |code: &str, status: PaymentStatus| {
        assert_eq!(with(&[("respCode", code)]), Ok(News::Payment { number: NUMBER.into(), status }), "{code}");
    };
    status("05", PaymentStatus::Waiting);
    status("61", PaymentStatus::Waiting);
    status("42", PaymentStatus::Closed);
    assert_eq!(with(&[("respCode", "A6")]), paid());
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_fall(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let config = UnionPayConfig::of(&samples::unionpay()).unwrap();
        prop_assert!(read(&config, &body, now()).is_err());
    }

    #[test]
    fn nothing_signed_makes_it_fall(name in "[a-zA-Z]{1,12}", value in "\\PC{0,30}") {
        let _ = with(&[(&name, &value)]);
    }

    #[test]
    fn no_certificate_makes_it_fall(pem in proptest::collection::vec(any::<u8>(), 0..200)) {
        use base64::Engine as _;
        let pem = base64::prelude::BASE64_STANDARD.encode(pem);
        let mut texts = texts();
        texts.insert("signPubKeyCert".into(), format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----"));
        texts.insert("signature".into(), pem);
        prop_assert_eq!(heard(&texts), Err(NotGenuine::Signature));
    }
}

#[test]
fn too_large_is_refused() {
    let config = UnionPayConfig::of(&samples::unionpay()).unwrap();
    assert_eq!(read(&config, &vec![b'a'; BYTES_MAX + 1], now()), Err(NotGenuine::Unreadable));
    let many: String = (0..=PAIRS_MAX).map(|number| format!("a{number}=1&")).collect();
    assert_eq!(read(&config, many.as_bytes(), now()), Err(NotGenuine::Unreadable));
}
