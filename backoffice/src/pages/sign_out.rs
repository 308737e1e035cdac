//! Signs out here, and nowhere else: a cookie that somebody copied opens nothing afterwards. This browser is signed out even
//! while no store can be told of it: a desk may be shared.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::app::App;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::Arrival;

pub(crate) async fn leave(State(app): State<App>, arrival: Result<Arrival, Response>) -> Response {
    let ended = session::end(app.outside.cookie_key.clone());
    let failed = match arrival {
        Ok(arrival) => match app.outside.registration.staff.sign_out_here(&arrival.open).await {
            Ok(()) => None,
            Err(error) => Some(Failure::from(error).into_response()),
        },
        // Nobody was signed in, or nobody could be asked.
        Err(response) => Some(response).filter(|response| response.status().is_server_error()),
    };
    (ended, failed.unwrap_or_else(|| Redirect::to("/sign-in").into_response())).into_response()
}

/// A reload of what was refused for a moment.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/")
}
