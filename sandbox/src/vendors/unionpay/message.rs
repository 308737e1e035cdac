//! A message to UnionPay: its fields, its signature, and every reason to refuse it before its business is looked at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::digests::{pairs, sha256};
use crate::pay::clock::china_zone;
use crate::pay::keys::{UNIONPAY_MERCHANT, UNIONPAY_MERCHANT_SERIAL};
use crate::pay::rsa::{Key, is_signed};

const FIELDS_MAX: usize = 100;
const FIELD_BYTES_MAX: usize = 4 * 1024;
/// What every message has.
const REQUIRED: [&str; 9] =
    ["version", "encoding", "signMethod", "txnType", "txnSubType", "bizType", "accessType", "merId", "txnTime"];

/// Why it is not done: the code, and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) &'static str, pub(super) &'static str);

pub(super) const MALFORMED: Refusal = Refusal("10", "报文格式错误");
pub(super) const MISSING: Refusal = Refusal("13", "报文交易要素缺失");

/// The fields as they came.
#[derive(Debug, Clone)]
pub(super) struct Message(BTreeMap<String, String>);

impl Message {
    pub(super) fn of(body: &[u8]) -> Self {
        Self(pairs(&String::from_utf8_lossy(body)).into_iter().take(FIELDS_MAX).collect())
    }

    /// The field's text; an absent one is empty.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// All of them but the signature.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(name, _)| *name != "signature").map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Is it the merchant's, and may it be asked?
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.0.values().any(|value| value.is_empty() || value.len() > FIELD_BYTES_MAX) {
            return Err(MALFORMED);
        }
        if REQUIRED.iter().chain(&["certId", "signature"]).any(|name| self.text(name).is_empty()) {
            return Err(MISSING);
        }
        let is_meant = self.text("version") == "5.1.0"
            && self.text("encoding").eq_ignore_ascii_case("utf-8")
            && self.text("signMethod") == "01"
            && self.text("accessType") == "0";
        if !is_meant || time(self.text("txnTime")).is_none() {
            return Err(MALFORMED);
        }
        if self.text("merId") != UNIONPAY_MERCHANT {
            return Err(Refusal("31", "商户状态不正确"));
        }
        let signed = sha256(joined(self.fields()).as_bytes());
        let is_certificates = self.text("certId") == UNIONPAY_MERCHANT_SERIAL;
        if !is_certificates || !is_signed(Key::UnionpayMerchant, signed.as_bytes(), self.text("signature")) {
            return Err(Refusal("11", "验证签名失败"));
        }
        Ok(())
    }

    /// What an order is named by: 8 to 40 letters and digits.
    pub(super) fn order(&self) -> Result<&str, Refusal> {
        let number = self.text("orderId");
        let is_number = (8..=40).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_number { Ok(number) } else { Err(MALFORMED) }
    }

    /// An amount, in fen.
    pub(super) fn amount(&self) -> Result<u64, Refusal> {
        let text = self.text("txnAmt");
        let is_amount = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let amount = if is_amount { text.parse().ok() } else { None };
        amount.filter(|amount| *amount > 0).ok_or(MALFORMED)
    }
}

/// `20261128100000`, of China.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let is_time = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = DateTime::strptime("%Y%m%d%H%M%S", Some(text).filter(|_| is_time)?).ok()?;
    Some(at.to_zoned(china_zone()).ok()?.timestamp())
}

/// In the order of the names.
pub(super) fn joined<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable();
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
