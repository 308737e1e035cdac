//! The picture of a captcha, and another one.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::Timestamp;
use registration::secrets::captcha::Weight;
use serde::Deserialize;

use crate::app::App;
use crate::failure::Failure;

/// What the other one shall weigh; the form's own is asked for again when this is less.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    weight: u8,
}

/// The token of another one, for a form whose picture cannot be read.
pub(crate) async fn another(State(app): State<App>, Query(wanted): Query<Wanted>) -> Response {
    let captcha = app.outside.registration.accounts.captcha();
    let token = captcha.token_of(Weight::of(wanted.weight), Timestamp::now());
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")], token).into_response()
}

pub(crate) async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failure> {
    let captcha = app.outside.registration.accounts.captcha();
    let picture = captcha.picture(&token, Timestamp::now()).await.ok_or(Failure::NotFound)?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "no-store")], picture).into_response())
}
