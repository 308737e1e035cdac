//! Notifications: what is verified, what is refused, and what told apart.

use encoding_rs::GBK;
use proptest::prelude::*;
use url::form_urlencoded::{self, Serializer};

use super::*;
use crate::pay::form::{BYTES_MAX, PAIRS_MAX};
use crate::pay::samples::{self, NUMBER, REFUND, by_vendor};
use crate::pay::status::{Paid, PaymentStatus};

type Fields = BTreeMap<String, String>;

fn config() -> AlipayConfig {
    AlipayConfig::of(&samples::alipay()).unwrap()
}

fn vector() -> String {
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/alipay.json"));
    vectors["notification"].as_str().unwrap().to_owned()
}

fn fields() -> Fields {
    let vector = vector();
    let pairs = form_urlencoded::parse(vector.as_bytes()).into_owned();
    pairs.filter(|(name, _)| !name.starts_with("sign")).collect()
}

/// Signed anew by the channel, after changes.
fn signed(fields: &Fields) -> Vec<u8> {
    let pairs: Vec<_> = fields
        .iter()
        .filter(|(name, _)| *name != "alipay_cert_sn")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let sign = by_vendor(pairs.join("&").as_bytes());
    let mut form = Serializer::new(String::new());
    form.extend_pairs(fields).append_pair("sign_type", "RSA2").append_pair("sign", &sign);
    form.finish().into_bytes()
}

fn with(changes: &[(&str, &str)]) -> Result<News, NotGenuine> {
    let mut fields = fields();
    fields.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    read(&config(), &signed(&fields))
}

fn paid() -> PaymentStatus {
    PaymentStatus::Paid(Paid {
        reference: "2026112822001400000000000001".into(),
        amount_fen: 8800,
        at: Some("2026-11-28T02:00:05Z".parse().unwrap()),
        payer: Some("2088102116773037".into()),
    })
}

fn payment(status: PaymentStatus) -> Result<News, NotGenuine> {
    Ok(News::Payment { number: NUMBER.into(), status })
}

#[test]
fn what_the_vendors_library_accepts_is_accepted() {
    assert_eq!(read(&config(), vector().as_bytes()), payment(paid()));
}

#[test]
fn any_changed_added_or_removed_pair_breaks_the_signature() {
    let whole = vector();
    for (place, _) in whole.match_indices('&') {
        assert_eq!(
            read(&config(), [&whole[..place], "&extra=1", &whole[place..]].concat().as_bytes()),
            Err(NotGenuine::Signature)
        );
    }
    let pairs: Vec<&str> = whole.split('&').collect();
    for gone in 0..pairs.len() {
        let left: Vec<&str> =
            pairs.iter().enumerate().filter(|(place, _)| *place != gone).map(|(_, pair)| *pair).collect();
        let is_unsigned = pairs[gone].starts_with("sign_type");
        assert_eq!(read(&config(), left.join("&").as_bytes()).is_ok(), is_unsigned, "{}", pairs[gone]);
    }
    let twice = format!("{whole}&out_trade_no=another");
    assert_eq!(read(&config(), twice.as_bytes()), Err(NotGenuine::Unreadable));
}

#[test]
fn a_new_field_of_the_vendors_is_verified_and_passed_over() {
    assert_eq!(with(&[("field_of_2030", "中 +%&=")]), payment(paid()));
}

#[test]
fn every_field_that_we_rest_on_must_be_there_though_signed() {
    for name in
        ["app_id", "notify_type", "notify_id", "seller_id", "out_trade_no", "trade_no", "trade_status", "total_amount"]
    {
        let mut fields = fields();
        fields.remove(name);
        assert_eq!(read(&config(), &signed(&fields)), Err(NotGenuine::Unreadable), "{name}");
        assert_eq!(with(&[(name, "")]), Err(NotGenuine::Unreadable), "{name}");
    }
}

#[test]
fn another_merchants_news_is_not_ours() {
    assert_eq!(with(&[("app_id", "2021000000000002")]), Err(NotGenuine::Foreign));
    assert_eq!(with(&[("seller_id", "2088000000000002")]), Err(NotGenuine::Foreign));
    for amount in ["88", "88.001", "1e2", "-88.00"] {
        assert_eq!(with(&[("total_amount", amount)]).is_ok(), amount == "88", "{amount}");
    }
}

#[test]
fn payments_closings_and_refunds_are_told_apart() {
    let refund = |at: &str| {
        Ok(News::Refund {
            number: REFUND.into(),
            payment: NUMBER.into(),
            status: RefundStatus::Done(Some(at.parse().unwrap())),
        })
    };
    let at = "2026-11-29 10:00:00.123";
    let partial = [("out_biz_no", REFUND), ("gmt_refund", at), ("refund_fee", "30.00")];
    let full = [
        ("trade_status", "TRADE_CLOSED"),
        ("out_biz_no", REFUND),
        ("gmt_refund", at),
        ("refund_fee", "88.00"),
        ("gmt_close", at),
    ];
    assert_eq!(with(&partial), refund("2026-11-29T02:00:00Z"));
    assert_eq!(with(&full), refund("2026-11-29T02:00:00Z"));
    // Weeks later, of a trade of which a part went back: no refund of its own.
    assert_eq!(
        with(&[("trade_status", "TRADE_FINISHED"), ("gmt_refund", at), ("refund_fee", "30.00")]),
        payment(paid())
    );
    assert_eq!(with(&[("trade_status", "TRADE_FINISHED")]), payment(paid()));
    assert_eq!(
        with(&[("trade_status", "TRADE_CLOSED"), ("gmt_payment", ""), ("gmt_close", at)]),
        payment(PaymentStatus::Closed)
    );
    // Given back in the console: it was paid all the same.
    assert_eq!(with(&[("trade_status", "TRADE_CLOSED"), ("gmt_refund", at), ("refund_fee", "88.00")]), payment(paid()));
    assert_eq!(with(&[("trade_status", "WAIT_BUYER_PAY"), ("gmt_payment", "")]), payment(PaymentStatus::Waiting));
    assert_eq!(with(&[("trade_status", "TRADE_NEW_WORD")]), Ok(News::Other("TRADE_NEW_WORD".into())));
    assert_eq!(with(&[("notify_type", "trade_deposit_back")]), Ok(News::Other("trade_deposit_back".into())));
    assert_eq!(
        with(&[("buyer_id", ""), ("buyer_open_id", "074a")]).unwrap(),
        News::Payment {
            number: NUMBER.into(),
            status: match paid() {
                PaymentStatus::Paid(paid) => PaymentStatus::Paid(Paid { payer: Some("074a".into()), ..paid }),
                other => other,
            }
        }
    );
}

#[test]
fn a_form_in_gbk_is_verified_in_its_own_bytes() {
    let mut pairs: BTreeMap<Vec<u8>, Vec<u8>> =
        fields().into_iter().map(|(name, value)| (name.into_bytes(), GBK.encode(&value).0.into_owned())).collect();
    pairs.insert(b"charset".to_vec(), b"GBK".to_vec());
    let sign = by_vendor(&text_to_verify(&pairs, true));
    pairs.insert(b"sign".to_vec(), sign.into_bytes());
    let encode = |bytes: &[u8]| bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    assert_eq!(read(&config(), body.join("&").as_bytes()), payment(paid()));
}

#[test]
fn a_certificates_number_is_not_part_of_what_it_signs() {
    let config = AlipayConfig::of(&samples::alipay_by_certificates()).unwrap();
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/alipay.json"));
    let mut fields = fields();
    fields.insert("alipay_cert_sn".into(), vectors["alipay_cert_sn"].as_str().unwrap().into());
    assert_eq!(read(&config, &signed(&fields)), payment(paid()));
    fields.insert("alipay_cert_sn".into(), "0".into());
    assert_eq!(read(&config, &signed(&fields)), Err(NotGenuine::Signature));
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_fall(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&config(), &body).is_err());
    }

    #[test]
    fn nothing_signed_makes_it_fall(name in "[a-z_]{1,12}", value in "\\PC{0,30}") {
        let _ = with(&[(&name, &value)]);
    }
}

#[test]
fn too_large_is_refused() {
    assert_eq!(read(&config(), &vec![b'a'; BYTES_MAX + 1]), Err(NotGenuine::Unreadable));
    let many: String = (0..=PAIRS_MAX).map(|number| format!("a{number}=1&")).collect();
    assert_eq!(read(&config(), many.as_bytes()), Err(NotGenuine::Unreadable));
}
