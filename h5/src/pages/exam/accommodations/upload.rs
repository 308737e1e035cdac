//! Proofs on their way: pieces that arrive, how far an upload is, and one's own drafts to look at.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use registration::application::accommodations::PROOF_SLOTS;
use registration::pictures::kept::{Progress, Slot};

use crate::failure::Failure;
use crate::request::sent::upload::{Asked, picture, progress, refused};
use crate::request::signed_in::SignedIn;

fn slot(name: &str) -> Result<Slot, Failure> {
    let slot = name.parse().ok().filter(|slot| PROOF_SLOTS.contains(slot));
    slot.ok_or(Failure::NotFound)
}

/// Takes a piece; what is answered stands in [`upload`](crate::request::sent::upload).
pub(crate) async fn receive(
    candidate: SignedIn,
    Path((_, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let (slot, piece) = (slot(&name)?, asked.piece(bytes)?);
    let total = piece.total;
    let accommodations = &candidate.app.outside.registration.accommodations;
    match accommodations.receive(candidate.account.id, slot, piece).await {
        Ok(Progress::Received(received)) => Ok(asked.received(received)),
        Ok(Progress::Done(_)) => Ok(asked.received(total)),
        Err(error) => refused(candidate.words, error),
    }
}

/// How far an upload is; with `.jpg` behind the slot, one's own draft.
pub(crate) async fn look(
    candidate: SignedIn,
    Path((_, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let accommodations = &candidate.app.outside.registration.accommodations;
    if let Some(name) = name.strip_suffix(".jpg") {
        let found = accommodations.drafted(candidate.account.id, slot(name)?).await?;
        return found.map(|(_, jpeg)| picture("image/jpeg", jpeg)).ok_or(Failure::NotFound);
    }
    let received = accommodations.received(candidate.account.id, slot(&name)?, asked.key()?).await?;
    Ok(progress(StatusCode::OK, received, false))
}
