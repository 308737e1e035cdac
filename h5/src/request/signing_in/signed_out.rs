//! Where those are sent who are not signed in, or not any more.

use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use pagekit::local_path::query_value;

use crate::request::cookies::session;

/// Sends who asks for a page of a candidate's to sign in and back to it. Who sends a form, or has a cookie, was signed
/// in before: it is said that this has ended.
pub(crate) fn signed_out(parts: &Parts, path: &str) -> Response {
    if parts.method == http::Method::GET && !session::is_there(&parts.headers) {
        return to_sign_in(path);
    }
    to_sign_in_again(path)
}

/// Sends the visitor to sign in and back.
pub(crate) fn to_sign_in(next: &str) -> Response {
    Redirect::to(&format!("/sign-in?next={}", query_value(next))).into_response()
}

/// Marks the answer to a form whose sender is not signed in any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended;

/// Sends who was signed in a moment ago to sign in again and back to `path`. A form's address shows its page, too.
pub(crate) fn to_sign_in_again(path: &str) -> Response {
    let mut response = Redirect::to(&format!("/sign-in?next={}&ended=1", query_value(path))).into_response();
    response.extensions_mut().insert(Ended);
    response
}
