//! WeChat Pay's answers: signed over the bytes of the body, by the kind of key that the request named.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::authorization::{Problem, problem};
use crate::digests::random;
use crate::pay::conduct::AnswerTwist;
use crate::pay::keys::{WECHAT_KEY_ID, WECHAT_PLATFORM_SERIAL};
use crate::pay::rsa::{Key, sign, spoiled};
use crate::vendors::answer::Answer;
use crate::vendors::call::Call;

/// What is said when nothing is wrong.
#[derive(Debug)]
pub(crate) enum Reply {
    Json(Value),
    /// 204: signed all the same.
    Nothing,
    /// A bill: the one answer that is not signed.
    File(Vec<u8>),
}

/// The key that the request wants answers signed by.
pub(crate) fn wanted_key(call: &Call, has_no_certificate: bool) -> Result<Key, Problem> {
    match call.header("wechatpay-serial") {
        "" | WECHAT_KEY_ID => Ok(Key::Wechat),
        WECHAT_PLATFORM_SERIAL if !has_no_certificate => Ok(Key::WechatPlatform),
        _ => Err(problem(400, "PARAM_ERROR", "Http头Wechatpay-Serial中的平台证书序列号或微信支付公钥ID错误")),
    }
}

/// The four headers over a body, five with their kind.
pub(crate) fn signed(key: Key, body: &[u8], at: i64, is_probe: bool) -> Vec<(&'static str, String)> {
    let nonce = random();
    let text = [format!("{at}\n{nonce}\n").as_bytes(), body, b"\n"].concat();
    let signature = if is_probe { format!("WECHATPAY/SIGNTEST/{}", random()) } else { sign(key, &text) };
    let serial = if key == Key::WechatPlatform { WECHAT_PLATFORM_SERIAL } else { WECHAT_KEY_ID };
    vec![
        ("Wechatpay-Timestamp", at.to_string()),
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Serial", serial.to_owned()),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
    ]
}

/// Another signature than the right one among these headers.
pub(crate) fn spoil(headers: &mut [(&'static str, String)]) {
    for (name, value) in headers {
        if *name == "Wechatpay-Signature" {
            *value = spoiled(value);
        }
    }
}

/// The answer as it is sent, `twist` applied to what is in it.
pub(crate) fn sealed(key: Key, outcome: Result<Reply, Problem>, twist: Option<AnswerTwist>) -> Answer {
    let outcome = match twist {
        Some(AnswerTwist::SystemError | AnswerTwist::ErrorResponse) => {
            Err(problem(500, "SYSTEM_ERROR", "系统异常，请稍后重试"))
        }
        Some(AnswerTwist::Throttled) => Err(problem(429, "FREQUENCY_LIMITED", "频率超限，请降低请求接口频率")),
        _ => outcome,
    };
    let is_file = matches!(outcome, Ok(Reply::File(_)));
    let (status, body) = match outcome {
        Ok(Reply::Json(mut value)) => {
            if twist == Some(AnswerTwist::UnknownFields) {
                value["a_new_field"] = json!({ "of": ["things", 1] });
            }
            (200, value.to_string().into_bytes())
        }
        Ok(Reply::Nothing) => (204, Vec::new()),
        Ok(Reply::File(bytes)) => (200, bytes),
        Err(Problem { status, code, message, detail }) => {
            let mut told = json!({ "code": code, "message": message });
            if let Some(detail) = detail {
                told["detail"] = detail;
            }
            (status, told.to_string().into_bytes())
        }
    };
    let mut headers = vec![("Request-Id", random().to_uppercase())];
    if status != 204 {
        let kind = if is_file { "application/octet-stream" } else { "application/json; charset=utf-8" };
        headers.push(("Content-Type", kind.to_owned()));
    }
    let is_signed = !is_file && twist != Some(AnswerTwist::Unsigned);
    // A bill has no signature, but the tests of whether one is looked at come there, too.
    if is_signed || twist == Some(AnswerTwist::Probe) {
        let mut signature = signed(key, &body, Timestamp::now().as_second(), twist == Some(AnswerTwist::Probe));
        if twist == Some(AnswerTwist::WrongSignature) {
            spoil(&mut signature);
        }
        headers.extend(signature);
    }
    Answer { status, headers, body: Bytes::from(body) }
}
