//! UnionPay's answers: pairs as in a form, but not encoded, so that signatures and certificates stand there as they are.
//! Many other things come in their place: pages, nothing, a refusal without signature. Only the last is believed.

use std::collections::BTreeMap;

use super::config::UnionPayConfig;
use super::signature::is_unionpays;
use crate::http::{Reply, VendorError};
use crate::pay::error::PayError;
use crate::pay::form::{PAIRS_MAX, Pairs};
use jiff::Timestamp;

/// Largest answer that is no bill.
pub(super) const BYTES_MAX: usize = 256 * 1024;
/// Refused before anything was done: shape, signature, a missing field, the merchant's state and rights. These may come
/// without a signature.
const REFUSED_AT_THE_DOOR: [&str; 6] = ["10", "11", "13", "31", "32", "43"];

/// The fields of a message that UnionPay signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Those of verified pairs. Nothing where one is not text.
    pub(super) fn of(pairs: &Pairs) -> Option<Self> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        pairs.iter().map(|(name, value)| Some((text(name)?, text(value)?))).collect::<Option<_>>().map(Self)
    }

    /// A field that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What became of the message itself; of one without, the code that says nothing.
    pub(super) fn code(&self) -> &str {
        self.get("respCode").unwrap_or("99")
    }
}

/// Reads an answer.
pub(super) fn read(config: &UnionPayConfig, reply: &Reply, now: Timestamp) -> Result<Fields, PayError> {
    let unclear = |word: &str| PayError::Unclear(word.to_owned());
    if reply.status != 200 {
        return Err(unclear(&format!("http {}", reply.status)));
    }
    let pairs = pairs_of(&reply.body).ok_or_else(|| unclear("garbled answer"))?;
    if !pairs.contains_key(b"signature".as_slice()) {
        let code = pairs.get(b"respCode".as_slice()).and_then(|code| std::str::from_utf8(code).ok());
        return Err(match code.filter(|code| REFUSED_AT_THE_DOOR.contains(code)) {
            Some(code) => PayError::Refused(VendorError::code(code).into_code()),
            None => unclear("an answer without signature"),
        });
    }
    if !is_unionpays(config, &pairs, now) {
        return Err(unclear("the signature is not UnionPay's"));
    }
    let fields = Fields::of(&pairs).ok_or_else(|| unclear("garbled answer"))?;
    if fields.get("merId").is_some_and(|merchant| merchant != config.merchant) {
        return Err(unclear("an answer about another merchant"));
    }
    Ok(fields)
}

/// The pairs of an answer. Within braces and brackets an `&` belongs to the value; a name that comes twice would be
/// signed once and read as the other.
fn pairs_of(body: &[u8]) -> Option<Pairs> {
    let body = body.trim_ascii();
    let body = body.strip_prefix(b"{").and_then(|body| body.strip_suffix(b"}")).unwrap_or(body);
    let mut pairs = Pairs::new();
    let mut rest = body;
    while !rest.is_empty() {
        let name_end = rest.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (&rest[..name_end], &rest[name_end + 1..]);
        let end = value_end(value);
        if name.is_empty() || pairs.len() >= PAIRS_MAX || pairs.insert(name.to_vec(), value[..end].to_vec()).is_some() {
            return None;
        }
        rest = value.get(end + 1..).unwrap_or_default();
    }
    (!pairs.is_empty()).then_some(pairs)
}

fn value_end(value: &[u8]) -> usize {
    let mut closes = None;
    for (place, byte) in value.iter().enumerate() {
        match (closes, byte) {
            (None, b'&') => return place,
            (None, b'{') => closes = Some(b'}'),
            (None, b'[') => closes = Some(b']'),
            (Some(end), byte) if *byte == end => closes = None,
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod answer_tests;
