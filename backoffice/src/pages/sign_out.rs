//! Signs out, on whatever device: a cookie that somebody copied opens nothing afterwards.

use axum::response::{IntoResponse, Redirect, Response};

use crate::failure::Failure;
use crate::request::session;
use crate::request::visit::Visit;

pub(crate) async fn leave(visit: Visit) -> Result<Response, Failure> {
    let outside = &visit.app.outside;
    outside.registration.staff.sign_out(&visit.staff).await?;
    Ok((session::end(outside.cookie_key.clone()), Redirect::to("/sign-in")).into_response())
}
