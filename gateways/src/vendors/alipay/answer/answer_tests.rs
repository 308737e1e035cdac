//! Every shape of an answer that has been seen, and what is made of it.

use encoding_rs::GBK;
use serde_json::Value;

use super::*;
use crate::pay::samples::{self, by_vendor};
use crate::vendors::alipay::config::AlipayConfig;

const METHOD: &str = "alipay.trade.query";

fn trust() -> Trust {
    AlipayConfig::of(&samples::alipay()).unwrap().trust
}

fn signed(inner: &str) -> String {
    format!(r#"{{"alipay_trade_query_response":{inner},"sign":"{}"}}"#, by_vendor(inner.as_bytes()))
}

fn of(body: &str) -> Result<Said, PayError> {
    read_body(&trust(), METHOD, body.as_bytes(), UTF_8)
}

fn unclear(word: &str) -> Result<Said, PayError> {
    Err(PayError::Unclear(word.to_owned()))
}

#[test]
fn the_bytes_as_they_came_are_verified() {
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/alipay.json"));
    let body = vectors["answer"]["body"].as_str().unwrap();
    let Ok(Said::Done(fields)) = of(body) else { panic!("{:?}", of(body)) };
    assert_eq!(fields["trade_status"], "TRADE_SUCCESS");
    assert_eq!(of(&body.replace("88.00", "88.01")), unclear("signature"));
    // What is only written otherwise is another text.
    let inner = r#"{"code":"10000","url":"https:\/\/a\/b"}"#;
    assert!(matches!(of(&signed(inner)), Ok(Said::Done(_))));
    assert_eq!(of(&signed(inner).replace(r"\/", "/")), unclear("signature"));
}

#[test]
fn every_other_shape_is_unclear() {
    for body in [
        "",
        "<html>502</html>",
        "null",
        "[]",
        "{}",
        r#"{"sign":"x"}"#,
        r#"{"alipay_trade_query_response":1}"#,
        "\u{feff}{}",
    ] {
        assert!(matches!(of(body), Err(PayError::Unclear(_))), "{body}");
    }
    assert_eq!(read_body(&trust(), METHOD, b"\xff\xfe", UTF_8), unclear("garbled answer"));
    let unsigned = r#"{"alipay_trade_query_response":{"code":"10000"}}"#;
    assert_eq!(of(unsigned), unclear("unsigned answer"));
    let unsigned = r#"{"alipay_trade_query_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}}"#;
    assert_eq!(of(unsigned), unclear("unsigned answer"));
    let by_ours = unsigned.replace("}}", r#"},"sign":"AAAA"}"#);
    assert_eq!(of(&by_ours), unclear("signature"));
}

#[test]
fn refusals_are_told_from_faults() {
    let door = r#"{"error_response":{"code":"40002","msg":"x","sub_code":"isv.invalid-signature"}}"#;
    assert_eq!(of(door), Err(PayError::Refused("isv.invalid-signature".into())));
    let cases = [
        (r#"{"code":"20000","sub_code":"isp.unknow-error"}"#, unclear("isp.unknow-error")),
        (r#"{"code":"20000"}"#, unclear("20000")),
        (r#"{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR"}"#, unclear("ACQ.SYSTEM_ERROR")),
        (r#"{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}"#, Ok(Said::Not("ACQ.TRADE_NOT_EXIST".into()))),
        (r#"{"code":"40004","sub_code":"张三 a"}"#, Ok(Said::Not("a".into()))),
        (r#"{"code":"77777"}"#, unclear("77777")),
        ("{}", unclear("")),
    ];
    for (inner, said) in cases {
        assert_eq!(of(&signed(inner)), said, "{inner}");
    }
}

#[test]
fn an_answer_in_gbk_is_verified_in_gbk() {
    // The second byte of 乗 and of 誠 is one of JSON's own characters.
    let inner = r#"{"code":"10000","subject":"英语乗誠四级"}"#;
    let raw = GBK.encode(inner).0.into_owned();
    let sign = by_vendor(&raw);
    let body =
        [br#"{"alipay_trade_query_response":"#.as_slice(), &raw, format!(r#","sign":"{sign}"}}"#).as_bytes()].concat();
    let Ok(Said::Done(fields)) = read_body(&trust(), METHOD, &body, GBK) else { panic!("verified") };
    assert_eq!(fields.get("subject").and_then(Value::as_str), Some("英语乗誠四级"));
    assert_eq!(read_body(&trust(), METHOD, &body, UTF_8), unclear("garbled answer"));
    assert_eq!(encoding_of(Some("GBK")), GBK);
    assert_eq!(encoding_of(Some("nonsense")), UTF_8);
}

#[test]
fn a_certificate_answers_under_its_number() {
    let config = AlipayConfig::of(&samples::alipay_by_certificates()).unwrap();
    let vectors = samples::vectors(include_str!("../../../../tests/vectors/alipay.json"));
    let number = vectors["alipay_cert_sn"].as_str().unwrap();
    let with = |number: &str| {
        signed(r#"{"code":"10000"}"#).replace(r#"","sign"#, "").replacen(
            r#""sign""#,
            &format!(r#""alipay_cert_sn":"{number}","sign""#),
            1,
        )
    };
    let of = |body: String| read_body(&config.trust, METHOD, body.as_bytes(), UTF_8);
    assert!(matches!(of(with(number)), Ok(Said::Done(_))));
    assert_eq!(of(with("0")), unclear("signature"));
    assert!(matches!(of(signed(r#"{"code":"10000"}"#)), Ok(Said::Done(_))));
}
