//! What every request gets on either address: an id that is echoed, a span without personal data, and an answer
//! even when the handler panics.

use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer id of the caller's is replaced.
const ID_BYTES_MAX: usize = 64;
const PANIC: &str = r#"{"type":"urn:seathold:problem:internal","title":"Internal Server Error","status":500,"code":"internal","detail":"The server failed. Nothing that it had not confirmed was changed."}"#;

/// Differs from every earlier process's, so that ids do not come twice.
static PROCESS: LazyLock<u64> = LazyLock::new(|| {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ (since.as_secs() << 16) ^ (u64::from(std::process::id()) << 40)
});
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Answers one request.
pub(super) async fn answered<F, Fut, B>(mut request: Request<Incoming>, answer: F) -> Response<Either<B, Full<Bytes>>>
where
    F: Fn(Request<Incoming>) -> Fut,
    Fut: Future<Output = Response<B>>,
{
    let id = request_id(&request);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    // The path only: a query may hold what somebody typed.
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), method = %request.method(), path = request.uri().path());
    let outcome = AssertUnwindSafe(answer(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = if let Ok(response) = outcome {
        response.map(Either::Left)
    } else {
        span.in_scope(|| tracing::error!("a handler panicked"));
        let mut response = Response::new(Either::Right(Full::from(PANIC)));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    };
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The caller's id when it is a plain word, so that a proxy's and our logs speak of the same request.
fn request_id<B>(request: &Request<B>) -> HeaderValue {
    match request.headers().get(REQUEST_ID).filter(|id| is_plain(id.as_bytes())) {
        Some(id) => id.clone(),
        None => {
            let id = format!("{:x}-{:x}", *PROCESS, COUNTER.fetch_add(1, Ordering::Relaxed));
            HeaderValue::try_from(id).expect("hexadecimal digits are a header value")
        }
    }
}

fn is_plain(id: &[u8]) -> bool {
    (1..=ID_BYTES_MAX).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_id(id: &'static str) -> HeaderValue {
        request_id(&Request::builder().header(REQUEST_ID, id).body(()).unwrap())
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_replaced() {
        assert_eq!(with_id("abc-1_2.3"), "abc-1_2.3");
        let made = with_id("a b");
        assert_ne!(made, "a b");
        assert_ne!(with_id("a b"), made, "ids do not come twice");
        assert!(is_plain(made.as_bytes()));
        assert_ne!(request_id(&Request::new(())), made);
    }
}
