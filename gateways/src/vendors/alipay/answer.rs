//! Alipay's answers: one member holds what is said, another the signature of exactly its bytes. Many other things come
//! in their place: pages, nothing, an error without signature. Those are unclear.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8};
use serde_json::Value;
use serde_json::value::RawValue;

use super::config::Trust;
use super::signature::is_alipays;
use crate::http::{Reply, VendorError};
use crate::pay::error::PayError;

/// Refused before anything was looked at: rights, parameters, signature. These may come without a signature.
const REFUSED_AT_THE_DOOR: [&str; 4] = ["20001", "40001", "40002", "40006"];

/// What a call says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// Done: its fields.
    Done(Value),
    /// It could not be done as things stand: the code that says why, signed.
    Not(String),
}

/// A text's name, with the encoding that an answer or a form declares.
pub(super) fn encoding_of(label: Option<&str>) -> &'static Encoding {
    label.and_then(|label| Encoding::for_label(label.trim().as_bytes())).unwrap_or(UTF_8)
}

/// Reads the answer of `method`.
pub(super) fn read(trust: &Trust, method: &str, reply: &Reply) -> Result<Said, PayError> {
    if reply.status != 200 {
        return Err(PayError::Unclear(format!("http {}", reply.status)));
    }
    let kind = reply.header("content-type").unwrap_or_default();
    let label = kind.split(';').find_map(|part| part.trim().strip_prefix("charset="));
    read_body(trust, method, &reply.body, encoding_of(label.map(|label| label.trim_matches('"'))))
}

fn read_body(trust: &Trust, method: &str, body: &[u8], encoding: &'static Encoding) -> Result<Said, PayError> {
    let garbled = || PayError::Unclear("garbled answer".to_owned());
    let (text, has_errors) = encoding.decode_without_bom_handling(body);
    if has_errors {
        return Err(garbled());
    }
    let parts: BTreeMap<String, &RawValue> = serde_json::from_str(&text).map_err(|_| garbled())?;
    let own = format!("{}_response", method.replace('.', "_"));
    let said = parts.get(&own).or_else(|| parts.get("error_response")).ok_or_else(garbled)?.get();
    let word = |name: &str| parts.get(name).and_then(|value| serde_json::from_str::<String>(value.get()).ok());
    let is_signed = match word("sign") {
        None => false,
        Some(signature) => {
            // The signature is of the bytes as they came. What was decoded is encoded back; that it comes out as it
            // went in is looked at, because an encoding may write one character in several ways.
            let raw = encoding.encode(said).0;
            let is_whole = encoding.encode(&text).0 == body;
            if !is_whole || !is_alipays(trust, &raw, &signature, word("alipay_cert_sn").as_deref()) {
                return Err(PayError::Unclear("signature".to_owned()));
            }
            true
        }
    };
    meaning(serde_json::from_str(said).map_err(|_| garbled())?, is_signed)
}

fn meaning(fields: Value, is_signed: bool) -> Result<Said, PayError> {
    let word = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = word("code");
    let sub_code = if word("sub_code").is_empty() { code } else { word("sub_code") };
    let sub_code = VendorError::code(sub_code).into_code();
    match code {
        door if REFUSED_AT_THE_DOOR.contains(&door) => Err(PayError::Refused(sub_code)),
        _ if !is_signed => Err(PayError::Unclear("unsigned answer".to_owned())),
        "10000" => Ok(Said::Done(fields)),
        "40003" | "40004" if !sub_code.to_ascii_uppercase().contains("SYSTEM_ERROR") => Ok(Said::Not(sub_code)),
        _ => Err(PayError::Unclear(sub_code)),
    }
}

#[cfg(test)]
mod answer_tests;
