//! Verifies TC3-HMAC-SHA256 over the headers that the caller says it signed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Refusal;
use crate::digests::{hex, hmac, is_same, sha256};
use crate::keys::{TENCENT_ID, TENCENT_KEY};
use crate::vendors::call::Call;

/// The vendor's window.
const SECONDS_OFF_MAX: i64 = 300;

pub(super) fn verify(call: &Call) -> Result<(), Refusal> {
    let wrong = || Refusal("AuthFailure.SignatureFailure", "the signature is wrong");
    let incomplete = || Refusal("AuthFailure.InvalidAuthorization", "the Authorization header is incomplete");
    let parts = call.header("authorization").strip_prefix("TC3-HMAC-SHA256 ").ok_or_else(incomplete)?;
    let part = |name: &str| {
        parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')).ok_or_else(incomplete)
    };
    let (credential, signed, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
    let mut scope = credential.split('/');
    let (Some(id), Some(date), Some(service), Some("tc3_request")) =
        (scope.next(), scope.next(), scope.next(), scope.next())
    else {
        return Err(incomplete());
    };
    if id != TENCENT_ID {
        return Err(Refusal("AuthFailure.SecretIdNotFound", "the SecretId does not exist"));
    }
    let timestamp: i64 = call.header("x-tc-timestamp").parse().map_err(|_| incomplete())?;
    let off = Timestamp::now().as_second() - timestamp;
    let time = Timestamp::from_second(timestamp).map_err(|_| wrong())?;
    if off.abs() > SECONDS_OFF_MAX || time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string() != date {
        return Err(Refusal("AuthFailure.SignatureExpire", "the timestamp is more than five minutes off"));
    }
    let names: Vec<&str> = signed.split(';').collect();
    if !names.contains(&"content-type") || !names.contains(&"host") || !names.is_sorted() {
        return Err(wrong());
    }
    let key = hmac(format!("TC3{TENCENT_KEY}").as_bytes(), date);
    let key = hmac(&hmac(&key, service), "tc3_request");
    let is_right = hosts(call.header("host")).any(|host| {
        let headers: String = names.iter().map(|name| format!("{name}:{}\n", value(call, name, host))).collect();
        let query = call.uri.query().unwrap_or_default();
        let request = format!("{}\n/\n{query}\n{headers}\n{signed}\n{}", call.method, sha256(&call.body));
        let text =
            format!("TC3-HMAC-SHA256\n{timestamp}\n{date}/{service}/tc3_request\n{}", sha256(request.as_bytes()));
        is_same(&hex(&hmac(&key, &text)), signature)
    });
    if is_right { Ok(()) } else { Err(wrong()) }
}

/// Python's SDK signs the host with its port, Node's without.
fn hosts(host: &str) -> impl Iterator<Item = &str> {
    [host, host.rsplit_once(':').map_or(host, |(host, _)| host)].into_iter()
}

fn value(call: &Call, name: &str, host: &str) -> String {
    match name {
        "host" => host.to_owned(),
        "x-tc-action" => call.header(name).to_lowercase(),
        _ => call.header(name).to_owned(),
    }
}
