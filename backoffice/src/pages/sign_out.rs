//! Signs out.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::session;

pub(crate) async fn leave(State(app): State<App>) -> Response {
    (session::end(app.outside.cookie_key.clone()), Redirect::to("/sign-in")).into_response()
}
