//! JSON in and out: bounded, and with the field that is wrong.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::ApiBody;
use crate::api::problem::Problem;

/// Longest body of a request.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Longest wait for a body.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Bodies are read as they come: one that is compressed is refused by name, not called broken JSON.
pub fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let is_plain = |coding: &HeaderValue| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    match codings.into_iter().all(is_plain) {
        true => Ok(()),
        false => Err(Problem::unsupported_coding()),
    }
}

/// Reads a body as `T`.
pub async fn read<T, B>(body: B) -> Result<T, Problem>
where
    T: DeserializeOwned,
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(Problem::too_large(BODY_BYTES_MAX));
    }
    let collected = tokio::time::timeout(BODY_WAIT, Limited::new(body, BODY_BYTES_MAX).collect())
        .await
        .map_err(|_| Problem::too_slow())?;
    let bytes = match collected {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(Problem::too_large(BODY_BYTES_MAX)),
        Err(_) => return Err(Problem::malformed("The body broke off.")),
    };
    parse(&bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Some editors and languages put it before every text; RFC 8259, 8.1 lets a reader ignore it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Looking out for the path to a fault costs more than reading: only when there is one.
    serde_json::from_slice(bytes).or_else(|_| parse_with_path(bytes))
}

fn parse_with_path<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // UTF-16, GBK, or a compressed body that does not say that it is.
    if std::str::from_utf8(bytes).is_err() {
        return Err(Problem::malformed("The body is no UTF-8: send JSON in UTF-8, and uncompressed."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            // A missing or unknown field is named in the message; its path is the object around it.
            let field = if path == "." { named(&inner.to_string()).unwrap_or("body").to_owned() } else { path };
            Problem::invalid(field, inner)
        } else {
            Problem::malformed(format!("The body is no JSON: {inner}."))
        }
    })?;
    reader.end().map_err(|error| Problem::malformed(format!("The body is no JSON: {error}.")))?;
    Ok(value)
}

fn named(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

/// An answer with a JSON body.
pub fn answer(status: StatusCode, value: &impl Serialize) -> Response<ApiBody> {
    let text = serde_json::to_vec(value).expect("what we answer has only texts, numbers and times");
    text_answer(status, Bytes::from(text))
}

/// An answer whose JSON body is text already.
pub fn text_answer(status: StatusCode, text: Bytes) -> Response<ApiBody> {
    let mut response = Response::new(Either::Left(Full::new(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer without a body.
pub fn no_content() -> Response<ApiBody> {
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::wire::PostHold;

    fn code_and_field(text: &str) -> (&'static str, String) {
        let problem = parse::<PostHold>(text.as_bytes()).unwrap_err();
        let json: serde_json::Value = serde_json::to_value(&problem).unwrap();
        (problem.code, json["field"].as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(code_and_field("{").0, "malformed");
        assert_eq!(code_and_field("").0, "malformed");
        assert_eq!(code_and_field(r#"{"candidate":"c","sittings":["a"]} x"#).0, "malformed");
        assert_eq!(code_and_field(r#"{"candidate":"c"}"#), ("invalid", "sittings".to_owned()));
        assert_eq!(code_and_field(r#"{"candidate":7,"sittings":["a"]}"#), ("invalid", "candidate".to_owned()));
        assert_eq!(code_and_field(r#"{"candidate":"c","sittings":["a b"]}"#), ("invalid", "sittings[0]".to_owned()));
        assert_eq!(code_and_field(r#"{"candidate":"c","sittings":[],"x":1}"#), ("invalid", "x".to_owned()));
        assert_eq!(code_and_field("[]").0, "invalid");
        assert_eq!(code_and_field("\u{feff}{\"candidate\":\"c\"}"), ("invalid", "sittings".to_owned()));
        for unreadable in [&b"\xff\xfe{\0}\0"[..], b"\x1f\x8b\x08\0\0\0\0\0", b"{\"candidate\":\"\xcd\xf5\"}"] {
            let problem = parse::<PostHold>(unreadable).unwrap_err();
            let said = serde_json::to_value(&problem).unwrap()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(problem.code == "malformed" && said.contains("UTF-8"), "{said}");
        }
    }

    #[test]
    fn a_mark_of_byte_order_is_no_fault_and_a_compressed_body_is_refused_by_name() {
        let post = parse::<PostHold>("\u{feff}{\"candidate\":\"c\",\"sittings\":[\"a\"]}".as_bytes()).unwrap();
        assert_eq!(post.candidate.as_str(), "c");
        let with = |coding| HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(coding))]);
        assert!(check_coding(&HeaderMap::new()).is_ok() && check_coding(&with("Identity")).is_ok());
        let refused = check_coding(&with("gzip")).unwrap_err();
        assert_eq!((refused.status, refused.code), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_coding"));
    }
}
