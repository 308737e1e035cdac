//! `POST /oidc/token`: a code becomes a token, for the client that asked for it and knows what it asked with.

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use super::provider::{CLIENT, Code, SECRET, TokenTwist};
use super::signing::{KEY_NAME, sign, text};
use crate::desk::Desk;
use crate::digests::{is_same, pairs, percent_decoded, random};

/// How long a token is good, in seconds.
const LASTS_SECONDS: i64 = 300;

pub(crate) async fn exchange(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let is_form =
        headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let Ok(body) = std::str::from_utf8(&body) else { return refusal("invalid_request") };
    if !is_form {
        return refusal("invalid_request");
    }
    let form = pairs(body);
    let value = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    if !is_client(&headers, (value("client_id"), value("client_secret"))) {
        let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"sandbox\"")];
        return (StatusCode::UNAUTHORIZED, challenge, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    if value("grant_type") != "authorization_code" {
        return refusal("unsupported_grant_type");
    }
    // Whatever is wrong with the rest, the code is used up.
    let Some(code) = desk.provider.take(value("code")) else { return refusal("invalid_grant") };
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, value("code_verifier").as_bytes()));
    if !is_same(&challenge, &code.challenge) || value("redirect_uri") != code.redirect {
        return refusal("invalid_grant");
    }
    let token = token(desk.provider.issuer(), &code);
    let answer =
        json!({ "access_token": random(), "token_type": "Bearer", "expires_in": LASTS_SECONDS, "id_token": token });
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

fn refusal(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response()
}

/// Does the client show its secret, in the header or in the form, and not in both (RFC 6749, 2.3)?
fn is_client(headers: &HeaderMap, (id, secret): (&str, &str)) -> bool {
    let Some(header) = headers.get(AUTHORIZATION) else { return id == CLIENT && is_same(secret, SECRET) };
    let pair = header.to_str().ok().and_then(|text| text.strip_prefix("Basic "));
    let pair = pair.and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
    let Some(colon) = pair.iter().position(|byte| *byte == b':') else { return false };
    let decoded = |part: &[u8]| String::from_utf8(percent_decoded(part)).unwrap_or_default();
    secret.is_empty() && decoded(&pair[..colon]) == CLIENT && is_same(&decoded(&pair[colon + 1..]), SECRET)
}

fn token(issuer: &str, code: &Code) -> String {
    let (now, twist) = (Timestamp::now().as_second(), code.twist);
    let began = if twist == TokenTwist::Expired { now - 2 * LASTS_SECONDS - 300 } else { now };
    let methods = if code.has_second_factor { json!(["pwd", "otp", "mfa"]) } else { json!(["pwd"]) };
    let claims = json!({
        "iss": if twist == TokenTwist::OtherIssuer { "https://idp.elsewhere.example" } else { issuer },
        "aud": if twist == TokenTwist::OtherAudience { "somebody-else" } else { CLIENT },
        "sub": code.subject,
        "nonce": if twist == TokenTwist::OtherNonce { "another" } else { code.nonce.as_str() },
        "iat": began,
        "exp": began + LASTS_SECONDS,
        "auth_time": began,
        "amr": methods,
        "preferred_username": code.subject,
    });
    let header = |algorithm: &str, key: &str| json!({ "alg": algorithm, "typ": "JWT", "kid": key });
    let right = text(&header("RS256", KEY_NAME), &claims);
    match twist {
        TokenTwist::Unsigned => format!("{}.", text(&header("none", KEY_NAME), &claims)),
        TokenTwist::OtherKey => {
            let text = text(&header("RS256", "nobody-s"), &claims);
            format!("{text}.{}", sign(&text))
        }
        TokenTwist::Spoiled => format!("{right}.{}", sign("another text")),
        TokenTwist::Right
        | TokenTwist::OtherNonce
        | TokenTwist::OtherAudience
        | TokenTwist::Expired
        | TokenTwist::OtherIssuer => format!("{right}.{}", sign(&right)),
    }
}
