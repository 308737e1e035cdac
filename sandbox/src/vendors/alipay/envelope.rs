//! Alipay's envelope: the answer first, the signature of exactly its characters after it, every slash escaped, all of it
//! in the charset of the request.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::request::{METHODS, Parameters, Refusal};
use crate::pay::conduct::AnswerTwist;
use crate::pay::keys::ALIPAY_CERT_SN;
use crate::pay::rsa::{Key, sign, spoiled};
use crate::vendors::answer::Answer;

/// What it says when nothing is wrong with the request, and something with Alipay.
pub(crate) const UNAVAILABLE: Refusal =
    Refusal { code: "20000", sub_code: "isp.unknow-error", sub_msg: "系统繁忙" };
const LIMITED: Refusal =
    Refusal { code: "40005", sub_code: "isv.app-call-limited", sub_msg: "应用调用次数超限" };

fn msg(code: &str) -> &'static str {
    match code {
        "20000" => "Service Currently Unavailable",
        "40001" => "Missing Required Arguments",
        "40002" => "Invalid Arguments",
        "40005" => "Call Limited",
        _ => "Business Failed",
    }
}

/// The answer as it is sent, `twist` applied to what is in it.
pub(crate) fn sealed(
    parameters: &Parameters,
    outcome: Result<Map<String, Value>, Refusal>,
    twist: Option<AnswerTwist>,
) -> Answer {
    let outcome = match twist {
        Some(AnswerTwist::SystemError | AnswerTwist::ErrorResponse) => Err(UNAVAILABLE),
        Some(AnswerTwist::Throttled) => Err(LIMITED),
        _ => outcome,
    };
    let method = parameters.text("method");
    let is_nameless = !METHODS.contains(&method.as_str())
        || outcome.as_ref().is_err_and(|refusal| refusal.sub_code == "isv.invalid-app-id")
        || twist == Some(AnswerTwist::ErrorResponse);
    let inner = inner(outcome, twist);
    let is_gbk = parameters.is_gbk || twist == Some(AnswerTwist::Gbk);
    let encoded = |text: &str| -> Vec<u8> {
        if is_gbk { encoding_rs::GB18030.encode(text).0.into_owned() } else { text.as_bytes().to_vec() }
    };
    let signed = encoded(&inner);
    let body = if is_nameless {
        [b"{\"error_response\":".as_slice(), &signed, b"}"].concat()
    } else {
        let key = format!("{{\"{}_response\":", method.replace('.', "_"));
        let signature = match twist {
            Some(AnswerTwist::WrongSignature | AnswerTwist::Probe) => spoiled(&sign(Key::Alipay, &signed)),
            _ => sign(Key::Alipay, &signed),
        };
        let has_certificates = parameters.has_certificates();
        let certificate =
            if has_certificates { format!(",\"alipay_cert_sn\":\"{ALIPAY_CERT_SN}\"") } else { String::new() };
        let signature = match twist {
            Some(AnswerTwist::Unsigned) => "}".to_owned(),
            _ => format!("{certificate},\"sign\":\"{signature}\"}}"),
        };
        [key.as_bytes(), &signed, signature.as_bytes()].concat()
    };
    let charset = if is_gbk { "GBK" } else { "utf-8" };
    let headers = vec![("Content-Type", format!("text/html;charset={charset}"))];
    Answer { status: 200, headers, body: Bytes::from(body) }
}

/// `code` and `msg` first, as Alipay has it.
fn inner(outcome: Result<Map<String, Value>, Refusal>, twist: Option<AnswerTwist>) -> String {
    let mut pairs: Vec<(String, Value)> = Vec::new();
    match outcome {
        Ok(values) => {
            pairs.extend([("code".to_owned(), "10000".into()), ("msg".to_owned(), "Success".into())]);
            pairs.extend(values);
        }
        Err(Refusal { code, sub_code, sub_msg }) => {
            let said = [("code", code), ("msg", msg(code)), ("sub_code", sub_code), ("sub_msg", sub_msg)];
            pairs.extend(said.map(|(name, value)| (name.to_owned(), value.into())));
        }
    }
    if twist == Some(AnswerTwist::UnknownFields) {
        pairs.push(("a_new_field".to_owned(), serde_json::json!({ "a/b": ["}", "\"sign\""] })));
    }
    let pairs = pairs.into_iter().map(|(name, value)| format!("{}:{value}", Value::from(name)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(",")).replace('/', "\\/")
}
