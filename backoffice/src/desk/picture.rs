//! A picture as an answer.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// A picture of somebody, or of somebody's payment. As every page, no cache keeps it.
pub(crate) fn jpeg(jpeg: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "image/jpeg"), (CONTENT_DISPOSITION, "inline")], jpeg).into_response()
}
