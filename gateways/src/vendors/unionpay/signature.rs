//! What is signed, and by whom: all pairs but the signature, sorted by name; the hexadecimal digits of their SHA-256 are
//! the text that RSA signs. Answers and notifications bring the certificate that verifies them.
//! <https://open.unionpay.com/tjweb/support/faq/mchlist?id=38>.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::config::UnionPayConfig;
use crate::keys::Certificate;
use crate::keys::digests::sha256_hex;
use crate::pay::form::Pairs;

pub(super) const VERSION: &str = "5.1.0";
/// RSA with certificates.
pub(super) const METHOD: &str = "01";
const SIGNATURE: &[u8] = b"signature";

/// Sorted by name, joined, not encoded.
pub(super) fn text_of<'a>(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let joined: Vec<Vec<u8>> =
        pairs.filter(|(name, _)| *name != SIGNATURE).map(|(name, value)| [name, b"=", value].concat()).collect();
    joined.join(&b'&')
}

/// The fields with the number of our certificate and our signature. An empty value is none.
pub(super) fn signed(config: &UnionPayConfig, mut fields: BTreeMap<String, String>) -> BTreeMap<String, String> {
    fields.retain(|_, value| !value.is_empty());
    fields.insert("certId".to_owned(), config.own.serial_decimal());
    let text = text_of(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let signature = config.key.sign(sha256_hex(&text).as_bytes());
    fields.insert("signature".to_owned(), signature);
    fields
}

/// Did UnionPay sign these?
pub(super) fn is_unionpays(config: &UnionPayConfig, pairs: &Pairs, now: Timestamp) -> bool {
    let text = |name: &str| pairs.get(name.as_bytes()).and_then(|value| std::str::from_utf8(value).ok());
    let (Some(VERSION), Some(METHOD)) = (text("version"), text("signMethod")) else { return false };
    let (Some(signature), Some(pem)) = (text("signature"), text("signPubKeyCert")) else { return false };
    let Some(certificate) = Certificate::all_in(pem).into_iter().next() else { return false };
    let Some(key) = certificate.key.as_ref().filter(|_| config.is_unionpays(&certificate, now)) else { return false };
    let signed = text_of(pairs.iter().map(|(name, value)| (name.as_slice(), value.as_slice())));
    key.verifies(sha256_hex(&signed).as_bytes(), signature)
}

#[cfg(test)]
mod signature_tests;
