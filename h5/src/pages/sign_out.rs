//! Signs out. Holds stay: they are the account's, not the browser's.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::session;

pub(crate) async fn leave(State(app): State<App>) -> Response {
    (session::end(app.outside.cookie_key.clone(), app.is_secure()), Redirect::to("/")).into_response()
}

/// A reload of what was refused for a moment: there is nothing to see here.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/me")
}
