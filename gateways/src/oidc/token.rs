//! What is believed of an ID token (OpenID Connect Core 1.0, 3.1.3.7): signed with RS256 or ES256 by a key of the issuer, for this
//! client, not over, and the answer to this very question.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

/// How our signatures may be made; whatever else a token names, `none` among it, is refused.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];
/// Largest token that is looked at.
const TOKEN_BYTES_MAX: usize = 32 * 1024;
/// By how many seconds the provider's clock and ours may differ.
const LEEWAY_SECONDS: u64 = 60;
/// Longest subject (Core 1.0, 2).
const SUBJECT_CHARS_MAX: usize = 255;
/// Longest text that is taken over to be shown.
const SHOWN_CHARS_MAX: usize = 100;

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is no token, or too large for one.
    #[error("it cannot be read")]
    Garbled,
    /// It is not signed, or in another way than with RS256 or ES256.
    #[error("its algorithm is not allowed")]
    Algorithm,
    /// The issuer has no such key.
    #[error("its key is unknown")]
    Key,
    /// Somebody else signed it, or somebody has changed it.
    #[error("its signature is wrong")]
    Signature,
    /// It is another issuer's.
    #[error("its issuer is another one")]
    Issuer,
    /// Made for another client.
    #[error("it is for another client")]
    Audience,
    /// Over, or not good yet.
    #[error("it is not good at this time")]
    Time,
    /// The answer to another question.
    #[error("its nonce is another one")]
    Nonce,
    /// A claim that must be there is not, or cannot be used.
    #[error("a claim is missing")]
    Claim,
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
}

/// How a token says that it is signed, and with which key.
pub(super) fn signed_with(token: &str) -> Result<(Algorithm, Option<String>), TokenFault> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenFault::Garbled);
    }
    let header = decode_header(token).map_err(|error| match error.kind() {
        // An algorithm that the library does not know, `none` among them.
        ErrorKind::Json(_) => TokenFault::Algorithm,
        _ => TokenFault::Garbled,
    })?;
    if ALGORITHMS.contains(&header.alg) { Ok((header.alg, header.kid)) } else { Err(TokenFault::Algorithm) }
}

/// The issuer's key of this name that signs so. A token that names none is signed by the only one there is.
pub(super) fn pick<'a>(keys: &'a [Jwk], algorithm: Algorithm, kid: Option<&str>) -> Option<&'a Jwk> {
    let mut fitting = keys.iter().filter(|key| is_for(key, algorithm));
    match kid {
        Some(kid) => fitting.find(|key| key.common.key_id.as_deref() == Some(kid)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

fn is_for(key: &Jwk, algorithm: Algorithm) -> bool {
    let common = &key.common;
    let signs = common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let is_named = common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm));
    let is_of_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        _ => false,
    };
    signs && is_named && is_of_kind
}

/// The claims of a token that is to be believed.
pub(super) fn verified(
    token: &str,
    (key, algorithm): (&Jwk, Algorithm),
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, TokenFault> {
    let key = DecodingKey::from_jwk(key).map_err(|_| TokenFault::Key)?;
    let mut rules = Validation::new(algorithm);
    rules.leeway = LEEWAY_SECONDS;
    rules.validate_nbf = true;
    rules.set_audience(&[expected.client]);
    rules.set_issuer(&[expected.issuer]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Map<String, Value>>(token, &key, &rules).map_err(|error| fault(error.kind()))?.claims;
    // The library takes a list of issuers, which a token has not.
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(TokenFault::Issuer);
    }
    let party = claims.get("azp").map(|party| party.as_str() == Some(expected.client));
    let are_several = claims.get("aud").and_then(Value::as_array).is_some_and(|all| all.len() > 1);
    if party == Some(false) || (party.is_none() && are_several) {
        return Err(TokenFault::Audience);
    }
    let nonce = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes()).map_err(|_| TokenFault::Nonce)?;
    Ok(claims)
}

fn fault(kind: &ErrorKind) -> TokenFault {
    match kind {
        ErrorKind::InvalidSignature => TokenFault::Signature,
        ErrorKind::InvalidIssuer => TokenFault::Issuer,
        ErrorKind::InvalidAudience => TokenFault::Audience,
        ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature => TokenFault::Time,
        ErrorKind::InvalidAlgorithm => TokenFault::Algorithm,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => TokenFault::Claim,
        _ => TokenFault::Garbled,
    }
}

/// Who it is, in at most 255 letters of ASCII.
pub(super) fn subject(claims: &Map<String, Value>) -> Result<String, TokenFault> {
    let subject = claims.get("sub").and_then(Value::as_str).ok_or(TokenFault::Claim)?;
    let is_plain = subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    let is_one = !subject.trim().is_empty() && subject.len() <= SUBJECT_CHARS_MAX && is_plain;
    if is_one { Ok(subject.to_owned()) } else { Err(TokenFault::Claim) }
}

/// A claim to be shown to people; empty where there is none.
pub(super) fn text(claims: &Map<String, Value>, name: &str) -> String {
    let text = claims.get(name).and_then(Value::as_str).unwrap_or_default();
    text.trim().chars().filter(|letter| !letter.is_control()).take(SHOWN_CHARS_MAX).collect()
}

/// When the provider was shown who it is.
pub(super) fn authenticated_at(claims: &Map<String, Value>) -> Option<Timestamp> {
    let second = claims.get("auth_time").and_then(Value::as_i64)?;
    Timestamp::from_second(second).ok()
}
