//! Where it stands, as a word for the page that waits on the computer; and who need not be on a page any more.

use axum::response::{IntoResponse, Redirect, Response};
use http::header::CONTENT_TYPE;
use maud::Markup;
use pagekit::words::Words;
use registration::identity::IdentityError;
use registration::steps::IdentityState;

use super::From;
use crate::failure::Failure;
use crate::request::identity_visit::IdentityVisit;
use crate::view::waits::{Waits, waits};

/// `{"state":"none"}`, `waiting`, `refused` or `verified`.
pub(crate) async fn show(visit: IdentityVisit) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    if let Err(IdentityError::Store(error)) = identity.follow_liveness(visit.account.id).await {
        return Err(error.into());
    }
    let word = word(&identity.state(visit.account.id).await?);
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{word}\"}}")).into_response())
}

/// The state as a word.
pub(crate) fn word(state: &IdentityState) -> &'static str {
    match state {
        IdentityState::None => "none",
        IdentityState::Waiting { .. } => "waiting",
        IdentityState::Refused { .. } => "refused",
        IdentityState::Verified { .. } => "verified",
    }
}

/// The line that turns a page of the check when the state is another.
pub(crate) fn state_waits(w: Words, state: &IdentityState) -> Markup {
    waits(w, &Waits::patiently("/me/identity/state", word(state)))
}

/// To the first page, for who is verified or did not begin there.
pub(super) async fn elsewhere(visit: &IdentityVisit, from: &From) -> Result<Option<Response>, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    let is_verified = matches!(identity.state(visit.account.id).await?, IdentityState::Verified { .. });
    let has_begun = identity.has_consented(visit.account.id).await?;
    Ok((is_verified || !has_begun).then(|| Redirect::to(&from.to("")).into_response()))
}
