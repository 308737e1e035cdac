//! What robots may read: the exams, and nothing that belongs to somebody.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const RULES: &str = "User-agent: *
Disallow: /me
Disallow: /orders/
Disallow: /sign-in
Disallow: /sign-up
Disallow: /forgotten
Disallow: /handover/
Disallow: /captcha/
Disallow: /check/
Disallow: /preview/
Disallow: /language
Disallow: /api/
";

pub(crate) async fn show() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=86400")], RULES).into_response()
}
