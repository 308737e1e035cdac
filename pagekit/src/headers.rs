//! The headers that every page carries.

use axum::Router;
use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};
use tower_http::set_header::SetResponseHeaderLayer;

/// What a page may load, and from where: everything from here, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The headers that every page carries, unless it has its own.
fn fixed() -> [(HeaderName, &'static str); 7] {
    [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: under it a browser says `Origin: null` on our own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // A page that needs the camera says so itself.
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
        // A page shows who is signed in; static files set their own.
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept-Language, Cookie"),
    ]
}

/// Adds the headers to one page where it has not its own.
pub fn add_headers(headers: &mut HeaderMap) {
    for (name, value) in fixed() {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Adds the headers where a handler has not set its own.
pub fn with_headers<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    fixed().into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    })
}
