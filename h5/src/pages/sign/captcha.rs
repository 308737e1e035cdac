//! The picture of a captcha, and another one.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::Timestamp;

use crate::app::App;
use crate::failure::Failure;

/// The token of another one, for a form whose picture cannot be read.
pub(crate) async fn another(State(app): State<App>) -> Response {
    let token = app.outside.registration.accounts.captcha().token(Timestamp::now());
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")], token).into_response()
}

pub(crate) async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failure> {
    let captcha = app.outside.registration.accounts.captcha();
    let picture = captcha.picture(&token, Timestamp::now()).await.ok_or(Failure::NotFound)?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "no-store")], picture).into_response())
}
