//! Signs out: this sign-in, on whatever device a copy of its cookie is. Holds stay: they are the account's, not the
//! browser's.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;

use crate::app::App;
use crate::failure::Failure;
use crate::request::cookies::session;

pub(crate) async fn leave(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    let session = session::read(&headers, &app.seal(), Timestamp::now());
    if let Some((id, until)) = session.and_then(|session| Some((session.id?, session.until))) {
        app.outside.registration.accounts.sign_out(id, until).await?;
    }
    Ok((session::end(&app.seal()), Redirect::to("/")).into_response())
}

/// A reload of what was refused for a moment: there is nothing to see here.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/me")
}
