//! The program that browsers run beside the pages of orders, to keep tickets and receipts: it must stand above those pages,
//! and is asked for anew with every visit.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const OFFLINE_JS: &str = include_str!("../../../assets/offline.js");

pub(crate) async fn show() -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, OFFLINE_JS).into_response()
}
