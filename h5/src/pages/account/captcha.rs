//! The picture of a captcha.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::Timestamp;

use crate::app::App;
use crate::failure::Failure;

pub(crate) async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failure> {
    let captcha = app.outside.registration.accounts.captcha();
    let picture = captcha.picture(&token, Timestamp::now()).await.ok_or(Failure::NotFound)?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "no-store")], picture).into_response())
}
