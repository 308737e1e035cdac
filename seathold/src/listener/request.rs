//! What every request gets on either address: an id that is echoed, a span without personal data, an answer even when
//! the handler panics, and a refusal when too much is under way. It costs every request, so it allocates next to nothing.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{Either, Full};
use httpkit::quiet::{Quiet, spread_seconds};
use hyper::body::Incoming;
use metrics::Counter;
use tracing::Instrument;

use super::arriving::Arriving;
use super::wire::Rest;
use super::{Answers, Door};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer id of the caller's is replaced.
const ID_BYTES_MAX: usize = 64;
/// What is no page loads nothing and stands in no frame, wherever a browser may show it; pages say their own.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
/// Browsers that were here by https come by nothing else for a year. Without TLS they pass it over (RFC 6797, 8.1).
const HTTPS_ONLY: &str = "max-age=31536000";
const PANIC: &str = r#"{"type":"urn:seathold:problem:internal","title":"Internal Server Error","status":500,"code":"internal","detail":"The server failed. Nothing that it had not confirmed was changed."}"#;

/// Differs from every earlier process's, so that ids do not come twice.
static PROCESS: LazyLock<u64> = LazyLock::new(|| {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ (since.as_secs() << 16) ^ (u64::from(std::process::id()) << 40)
});
static COUNTER: AtomicU64 = AtomicU64::new(0);
/// Refusals are one line a second in the log, however many they are.
static REFUSED: Quiet = Quiet::new();

/// What all connections of one address share.
pub(super) struct Desk<A> {
    pub(super) answers: A,
    pub(super) door: Door,
    pub(super) refused: Counter,
    /// Is each answer the last on its line by now?
    pub(super) last_words: AtomicBool,
}

/// Answers one request of a connection with this peer.
pub(super) async fn answered<A: Answers>(
    desk: &Desk<A>,
    peer: IpAddr,
    rest: &Rest,
    request: Request<Incoming>,
) -> Response<Either<A::Body, Full<Bytes>>> {
    let id = request_id(&request);
    let mut response = match desk.door.work.begin(desk.answers.claim(&request)) {
        Some(turn) => {
            let from = desk.door.proxies.client(peer, request.headers());
            let request = request.map(|body| Arriving::new(body, turn.interval()));
            let response = worked_on(&desk.answers, &id, from, request).await;
            // The answer is made. Who reads it slowly keeps a connection, and no place among the work.
            drop(turn);
            response
        }
        None => {
            rest.begin();
            desk.refused.increment(1);
            REFUSED.say(|requests| tracing::warn!(listener = desk.door.name, requests, "too busy, refusing requests"));
            let mut response = desk.answers.busy(&request).map(Either::Left);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(spread_seconds()));
            response
        }
    };
    guard(response.headers_mut(), desk.answers.is_https());
    response.headers_mut().insert(REQUEST_ID, id);
    if desk.last_words.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What every answer says to browsers, refusals and failures among them.
fn guard(headers: &mut HeaderMap, is_https: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NO_PAGE));
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
}

async fn worked_on<A: Answers>(
    answers: &A,
    id: &HeaderValue,
    from: IpAddr,
    mut request: Request<Arriving>,
) -> Response<Either<A::Body, Full<Bytes>>> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    // The path only: a query may hold what somebody typed.
    let path = answers.logged(uri.path());
    let span = tracing::debug_span!("request", id = id.to_str().unwrap_or_default(), %method, path);
    // Pages name it to whoever asks for help.
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let work = AssertUnwindSafe(answers.answer(request, from)).catch_unwind();
    let outcome = if span.is_disabled() { work.await } else { work.instrument(span).await };
    if let Ok(response) = outcome {
        tracing::debug!(?id, status = response.status().as_u16(), "answered");
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(?id, %method, path, "a request failed");
        }
        return response.map(Either::Left);
    }
    tracing::error!(?id, %method, path, "a handler panicked");
    let mut response = Response::new(Either::Right(Full::from(PANIC)));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// The caller's id when it is a plain word, so that a proxy's and our logs speak of the same request.
fn request_id<B>(request: &Request<B>) -> HeaderValue {
    match request.headers().get(REQUEST_ID).filter(|id| is_plain(id.as_bytes())) {
        Some(id) => id.clone(),
        None => made_id(COUNTER.fetch_add(1, Ordering::Relaxed)),
    }
}

/// Process and number, 16 hexadecimal digits each.
fn made_id(number: u64) -> HeaderValue {
    let mut text = [b'-'; 33];
    for (digits, mut value) in [(0..16, *PROCESS), (17..33, number)] {
        for digit in text[digits].iter_mut().rev() {
            *digit = b"0123456789abcdef"[usize::from(value.to_le_bytes()[0] & 15)];
            value >>= 4;
        }
    }
    HeaderValue::from_bytes(&text).expect("hexadecimal digits are a header value")
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
    fn every_answer_says_what_browsers_may_do_with_it_and_a_page_says_it_itself() {
        let mut bare = HeaderMap::new();
        guard(&mut bare, false);
        assert_eq!(bare[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(bare[header::CONTENT_SECURITY_POLICY], NO_PAGE);
        assert!(!bare.contains_key(header::STRICT_TRANSPORT_SECURITY));
        let own = HeaderValue::from_static("default-src 'self'");
        let mut page = HeaderMap::from_iter([(header::CONTENT_SECURITY_POLICY, own.clone())]);
        guard(&mut page, true);
        assert_eq!(page.get_all(header::CONTENT_SECURITY_POLICY).iter().collect::<Vec<_>>(), [&own]);
        assert_eq!(page[header::STRICT_TRANSPORT_SECURITY], HTTPS_ONLY);
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_replaced() {
        assert_eq!(with_id("abc-1_2.3"), "abc-1_2.3");
        let made = with_id("a b");
        assert_ne!(made, "a b");
        assert_ne!(with_id("a b"), made, "ids do not come twice");
        assert!(is_plain(made.as_bytes()));
        assert_ne!(request_id(&Request::new(())), made);
        assert!(made_id(0x1f).to_str().unwrap().ends_with("-000000000000001f"));
    }
}
