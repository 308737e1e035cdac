//! Where it stands, as a word for the page that waits on the computer; and who need not be on a page any more.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::CONTENT_TYPE;
use registration::identity::IdentityError;
use registration::steps::IdentityState;

use super::From;
use crate::failure::Failure;
use crate::identity_visit::IdentityVisit;

/// `{"state":"none"}`, `waiting`, `refused` or `verified`.
pub(crate) async fn show(visit: IdentityVisit) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    if let Err(IdentityError::Store(error)) = identity.follow_liveness(visit.account.id).await {
        return Err(error.into());
    }
    let word = match identity.state(visit.account.id).await? {
        IdentityState::None => "none",
        IdentityState::Waiting { .. } => "waiting",
        IdentityState::Refused { .. } => "refused",
        IdentityState::Verified { .. } => "verified",
    };
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{word}\"}}")).into_response())
}

/// To the first page, for who is verified or did not begin there.
pub(super) async fn elsewhere(visit: &IdentityVisit, from: &From) -> Result<Option<Response>, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    let is_verified = matches!(identity.state(visit.account.id).await?, IdentityState::Verified { .. });
    let has_begun = identity.has_consented(visit.account.id).await?;
    Ok((is_verified || !has_begun).then(|| Redirect::to(&from.to("")).into_response()))
}

/// A reload of a refused form that became a GET.
pub(crate) async fn back(Query(from): Query<From>) -> Redirect {
    Redirect::to(&from.to(""))
}
