//! What UnionPay says, with the certificate that signs it: in answers as pairs that are not encoded.

use bytes::Bytes;

use super::message::{Message, Refusal, joined};
use crate::digests::sha256;
use crate::pay::conduct::AnswerTwist;
use crate::pay::keys::UNIONPAY_CERT;
use crate::pay::rsa::{Key, sign, spoiled};
use crate::vendors::answer::Answer;

/// What it says when nothing is wrong with the message, and something with UnionPay.
pub(super) const BUSY: Refusal = Refusal("06", "系统繁忙，请稍后再试");
const OFTEN: Refusal = Refusal("37", "已超过最大查询次数或操作过于频繁");
/// What is told again of every message.
const ECHOED: [&str; 10] = [
    "accessType",
    "bizType",
    "encoding",
    "merId",
    "orderId",
    "reqReserved",
    "txnAmt",
    "txnSubType",
    "txnTime",
    "txnType",
];

pub(super) type Fields = Vec<(&'static str, String)>;

/// With the certificate and the signature.
pub(super) fn signed(mut fields: Fields) -> Fields {
    fields.push(("version", "5.1.0".to_owned()));
    fields.push(("signMethod", "01".to_owned()));
    fields.push(("signPubKeyCert", UNIONPAY_CERT.trim_end().replace('\n', "\r\n")));
    let text = joined(fields.iter().map(|(name, value)| (*name, value.as_str())));
    let signature = sign(Key::Unionpay, sha256(text.as_bytes()).as_bytes());
    fields.push(("signature", signature));
    fields
}

/// Another signature in its place, which is none.
pub(super) fn spoil(fields: &mut Fields) {
    fields.iter_mut().filter(|(name, _)| *name == "signature").for_each(|(_, value)| *value = spoiled(value));
}

/// The answer as it is sent, `twist` applied to what is in it.
pub(super) fn sealed(message: &Message, outcome: Result<Fields, Refusal>, twist: Option<AnswerTwist>) -> Answer {
    let outcome = match twist {
        Some(AnswerTwist::SystemError | AnswerTwist::ErrorResponse) => Err(BUSY),
        Some(AnswerTwist::Throttled) => Err(OFTEN),
        _ => outcome,
    };
    let (Refusal(code, words), told) = match outcome {
        Ok(told) => (Refusal("00", "成功"), told),
        Err(refusal) => (refusal, Vec::new()),
    };
    let mut fields: Fields = vec![("respCode", code.to_owned()), ("respMsg", format!("{words}[{code}00000]"))];
    let echoed = ECHOED.into_iter().map(|name| (name, message.text(name).to_owned()));
    fields.extend(echoed.filter(|(name, value)| !value.is_empty() && told.iter().all(|(other, _)| other != name)));
    fields.extend(told);
    if twist == Some(AnswerTwist::UnknownFields) {
        fields.push(("aNewField", "{x=1&y=值}".to_owned()));
    }
    // Who cannot be trusted is told without a signature why.
    let is_unsigned = code == "11" || matches!(twist, Some(AnswerTwist::Unsigned | AnswerTwist::ErrorResponse));
    if !is_unsigned {
        fields = signed(fields);
    }
    if matches!(twist, Some(AnswerTwist::WrongSignature | AnswerTwist::Probe)) {
        spoil(&mut fields);
    }
    let body = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let headers = vec![("Content-Type", "text/html;charset=UTF-8".to_owned())];
    Answer { status: 200, headers, body: Bytes::from(body) }
}
