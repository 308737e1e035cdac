//! Our signature is what openssl makes of the same fields; whoever signs as UnionPay must be vouched for, and be it.

use serde_json::Value;

use super::*;
use crate::pay::samples::{
    self, UNIONPAY_CERT, UNIONPAY_OTHER_CERT, UNIONPAY_STRAY_MIDDLE, UNIONPAY_TEST_CERT, by_unionpay,
};
use crate::settings::Variables;

type Texts = BTreeMap<String, String>;

fn vectors() -> Value {
    samples::vectors(include_str!("../../../../tests/vectors/unionpay.json"))
}

fn texts(value: &Value) -> Texts {
    serde_json::from_value(value.clone()).unwrap()
}

fn pairs(texts: &Texts) -> Pairs {
    texts.iter().map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes())).collect()
}

fn config(variables: &Variables) -> UnionPayConfig {
    UnionPayConfig::of(variables).unwrap()
}

fn public() -> Variables {
    samples::unionpay().with([
        ("SEATHOLD_UNIONPAY_MIDDLE_CERT", include_str!("../../../../tests/keys/unionpay/public_middle.pem")),
        ("SEATHOLD_UNIONPAY_ROOT_CERT", include_str!("../../../../tests/keys/unionpay/public_root.pem")),
    ])
}

#[test]
fn an_order_is_signed_as_openssl_signs_it() {
    let order = &vectors()["order"];
    let mut fields = texts(&order["fields"]);
    let number = fields.remove("certId");
    fields.insert("nothing".into(), String::new());
    let signed = signed(&config(&samples::unionpay()), fields);
    assert_eq!((signed.get("certId"), signed.get("nothing")), (number.as_ref(), None));
    let text = text_of(signed.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    assert_eq!(String::from_utf8(text.clone()).unwrap(), order["text"].as_str().unwrap());
    assert_eq!(sha256_hex(&text), order["digest"].as_str().unwrap());
    assert_eq!(signed["signature"], order["signature"].as_str().unwrap());
}

#[test]
fn what_unionpays_own_platform_signed_is_its() {
    let (config, told) = (config(&public()), texts(&vectors()["notification"]));
    let then: Timestamp = "2022-09-08T05:22:06Z".parse().unwrap();
    assert!(is_unionpays(&config, &pairs(&told), then));
    // Its certificate has ended since, and had not yet begun before.
    for other in ["2025-07-31T01:19:17Z", "2020-07-31T01:19:15Z"] {
        assert!(!is_unionpays(&config, &pairs(&told), other.parse().unwrap()), "{other}");
    }
    for name in told.keys() {
        let mut less = told.clone();
        less.remove(name);
        assert!(!is_unionpays(&config, &pairs(&less), then), "without {name}");
        let mut changed = told.clone();
        changed.insert(name.clone(), format!("{}1", told[name]));
        assert!(!is_unionpays(&config, &pairs(&changed), then), "with another {name}");
    }
    let mut more = told.clone();
    more.insert("extra".into(), "1".into());
    assert!(!is_unionpays(&config, &pairs(&more), then));
}

#[test]
fn another_company_with_a_certificate_of_the_same_authority_is_not_unionpay() {
    let now = Timestamp::now();
    let said = |certificate: &str| {
        let fields = [("version", VERSION), ("signMethod", METHOD), ("respCode", "00")];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        pairs(&by_unionpay(fields, certificate))
    };
    let real = config(&samples::unionpay());
    assert!(is_unionpays(&real, &said(UNIONPAY_CERT), now));
    assert!(!is_unionpays(&real, &said(UNIONPAY_OTHER_CERT), now));
    assert!(!is_unionpays(&real, &said(UNIONPAY_TEST_CERT), now), "its test platform is not it");
    let test = samples::unionpay().with([("SEATHOLD_UNIONPAY_GATEWAY_URL", "https://gateway.test.95516.com")]);
    assert!(is_unionpays(&config(&test), &said(UNIONPAY_TEST_CERT), now));
    assert!(!is_unionpays(&config(&test), &said(UNIONPAY_OTHER_CERT), now));
    // Signed by the same key, and vouched for by nobody that we know.
    assert!(!is_unionpays(&config(&public()), &said(UNIONPAY_CERT), now));
    assert!(!is_unionpays(&real, &said(samples::VENDOR_CERT), now));
}

#[test]
fn a_middle_certificate_that_hangs_on_another_root_is_refused_at_the_start() {
    let stray = samples::unionpay().with([("SEATHOLD_UNIONPAY_MIDDLE_CERT", UNIONPAY_STRAY_MIDDLE)]);
    let told = UnionPayConfig::of(&stray).unwrap_err().to_string();
    assert!(told.starts_with("SEATHOLD_UNIONPAY_MIDDLE_CERT holds O=STRAY OCA"), "{told}");
}
