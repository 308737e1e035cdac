//! Our signatures against those that the vendor's own libraries made, byte for byte.

use serde_json::Value;

use super::*;
use crate::pay::samples;

fn vectors() -> Value {
    samples::vectors(include_str!("../../../../tests/vectors/alipay.json"))
}

fn same(config: &AlipayConfig, vector: &Value, method: &str) {
    let told = vector["parameters"].as_object().unwrap();
    let mut parameters = common(config, method, "2026-11-28T02:00:00Z".parse().unwrap());
    for name in ["notify_url", "return_url", "biz_content"] {
        if let Some(value) = told.get(name) {
            parameters.insert(name, value.as_str().unwrap().to_owned());
        }
    }
    assert_eq!(text_to_sign(&parameters), vector["text"].as_str().unwrap());
    sign(config, &mut parameters);
    for (name, value) in &parameters {
        assert_eq!(told.get(*name).and_then(Value::as_str), Some(value.as_str()), "{name}");
    }
    assert_eq!(parameters.len(), told.len());
}

#[test]
fn the_vendors_libraries_sign_alike_by_key_and_by_certificate() {
    let vectors = vectors();
    let by_key = AlipayConfig::of(&samples::alipay()).unwrap();
    same(&by_key, &vectors["by_key"], "alipay.trade.wap.pay");
    let by_certificate = AlipayConfig::of(&samples::alipay_by_certificates()).unwrap();
    same(&by_certificate, &vectors["by_certificate"], "alipay.trade.query");
    let Trust::Certificates { app, alipay, roots } = &by_certificate.trust else { panic!("certificates") };
    assert_eq!(app.alipay_number(), vectors["app_cert_sn"]);
    assert!(alipay.contains_key(vectors["alipay_cert_sn"].as_str().unwrap()));
    assert_eq!(roots.len(), 2, "one of three is not signed by RSA");
}

#[test]
fn an_empty_value_is_neither_signed_nor_sent() {
    let parameters = Parameters::from([("a", String::new()), ("b", "1 + 中".to_owned()), ("sign", "s".to_owned())]);
    assert_eq!(text_to_sign(&parameters), "b=1 + 中");
    assert_eq!(encoded(&parameters), "b=1+%2B+%E4%B8%AD&sign=s");
}

#[test]
fn keys_and_certificates_are_not_mixed() {
    let both = samples::alipay_by_certificates().with([("SEATHOLD_ALIPAY_PUBLIC_KEY", samples::VENDOR_PUBLIC)]);
    assert!(AlipayConfig::of(&both).unwrap_err().to_string().contains("both set"));
    let neither = samples::alipay().with([("SEATHOLD_ALIPAY_PUBLIC_KEY", "")]);
    assert!(AlipayConfig::of(&neither).unwrap_err().to_string().starts_with("SEATHOLD_ALIPAY_PUBLIC_KEY is not set"));
}
