//! Verifies ACS3-HMAC-SHA256 over the headers that the caller says it signed.

use std::time::Duration;

use jiff::Timestamp;

use super::Refusal;
use crate::desk::Desk;
use crate::digests::{hex, hmac, is_same, pairs, percent_encoded, sha256};
use crate::keys::{ALIYUN_ID, ALIYUN_KEY};
use crate::vendors::call::Call;

/// The vendor's window.
const SECONDS_OFF_MAX: i64 = 15 * 60;
/// A nonce is remembered as long as its request would be accepted.
const NONCE_LASTS: Duration = Duration::from_secs(30 * 60);
const NEEDED: [&str; 5] = ["host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

pub(super) fn verify(desk: &Desk, call: &Call) -> Result<(), Refusal> {
    let incomplete = || Refusal(400, "IncompleteSignature", "the Authorization header is incomplete");
    let wrong = || Refusal(400, "SignatureDoesNotMatch", "the signature is wrong");
    let parts = call.header("authorization").strip_prefix("ACS3-HMAC-SHA256 ").ok_or_else(incomplete)?;
    let part = |name: &str| {
        parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')).ok_or_else(incomplete)
    };
    let (id, signed, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
    if id != ALIYUN_ID {
        return Err(Refusal(404, "InvalidAccessKeyId.NotFound", "the AccessKey ID does not exist"));
    }
    let date: Timestamp = call.header("x-acs-date").parse().map_err(|_| incomplete())?;
    if (Timestamp::now().as_second() - date.as_second()).abs() > SECONDS_OFF_MAX {
        return Err(Refusal(400, "IllegalTimestamp", "the date is more than fifteen minutes off"));
    }
    let names: Vec<&str> = signed.split(';').collect();
    if !names.is_sorted() || NEEDED.iter().any(|needed| !names.contains(needed)) {
        return Err(incomplete());
    }
    let content = sha256(&call.body);
    if call.header("x-acs-content-sha256") != content {
        return Err(Refusal(400, "InvalidContentHash", "x-acs-content-sha256 is not the body's hash"));
    }
    let host = call.header("host");
    let hosts = [host, host.rsplit_once(':').map_or(host, |(host, _)| host)];
    let is_right = hosts.into_iter().any(|host| {
        let value = |name: &str| if name == "host" { host } else { call.header(name) };
        let headers: String = names.iter().map(|name| format!("{name}:{}\n", value(name))).collect();
        let query = canonical(call.uri.query().unwrap_or_default());
        let request = format!("{}\n{}\n{query}\n{headers}\n{signed}\n{content}", call.method, call.uri.path());
        let text = format!("ACS3-HMAC-SHA256\n{}", sha256(request.as_bytes()));
        is_same(&hex(&hmac(ALIYUN_KEY.as_bytes(), &text)), signature)
    });
    if !is_right {
        return Err(wrong());
    }
    // Only of good requests: nobody else can use a caller's nonce up.
    if !desk.nonces.put(call.header("x-acs-signature-nonce"), NONCE_LASTS) {
        return Err(Refusal(400, "SignatureNonceUsed", "the nonce was used before"));
    }
    Ok(())
}

/// Python's SDK sends a blank as `+` and signs `%20`: decoded, sorted, encoded again.
fn canonical(query: &str) -> String {
    let mut pairs: Vec<String> = pairs(query)
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent_encoded(&name), percent_encoded(&value)))
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}
