//! Ends every session of the account, this one apart.

use axum::response::{IntoResponse, Redirect, Response};

use crate::failure::Failure;
use crate::request::cookies::session;
use crate::request::visit::Candidate;

pub(crate) async fn leave(candidate: Candidate) -> Result<Response, Failure> {
    let (visit, mut account) = (&candidate.visit, candidate.account.clone());
    let epoch = visit.app.outside.registration.accounts.sign_out_everywhere(account.id).await?;
    account.session_epoch = epoch.ok_or(Failure::NotFound)?;
    let session = visit.app.outside.registration.accounts.begin_session(&account, visit.machine(), false).await?;
    let cookies = session::begin(&account, session, &visit.app.seal(), visit.now);
    Ok((cookies, Redirect::to("/me/devices?said=everywhere")).into_response())
}

/// A reload of what was refused for a moment.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/me")
}
