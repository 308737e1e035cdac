//! Where it stands, as a word for the page that waits on the computer.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use registration::people::identity::IdentityError;

use crate::failure::Failure;
use crate::pages::identity::facts::word;
use crate::request::signed_in::SignedInOrPhone;

/// `{"state":"none"}`, `waiting`, `refused` or `verified`, and what more was proved.
pub(crate) async fn show(SignedInOrPhone(visit): SignedInOrPhone) -> Result<Response, Failure> {
    let identity = &visit.app.outside.registration.identity;
    if let Err(IdentityError::Store(error)) = identity.follow_liveness(visit.account.id).await {
        return Err(error.into());
    }
    let (state, proofs) = identity.proved(visit.account.id).await?;
    let word = word(&state, &proofs);
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{word}\"}}")).into_response())
}
