//! What time it is here: a page asks before it says that something has ended or begun, and when it was asleep.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use jiff::Timestamp;

/// `{"now":N}`, milliseconds since 1970.
pub(crate) async fn show() -> Response {
    let json = format!("{{\"now\":{}}}", Timestamp::now().as_millisecond());
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}
