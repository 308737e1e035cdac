//! Pictures on their way: pieces that arrive, how far an upload is, and one's own drafts to look at.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use registration::pictures::kept::{DraftError, Progress, Slot};

use crate::failure::Failure;
use crate::request::sent::upload::{Asked, picture, progress, refused};
use crate::request::signed_in::{SignedIn, SignedInOrPhone};

/// Only what is handed in here; the photo of a form comes with its form.
fn slot(name: &str) -> Result<Slot, Failure> {
    match name.parse() {
        Ok(slot @ (Slot::CardFront | Slot::CardBack | Slot::Holding)) => Ok(slot),
        _ => Err(Failure::NotFound),
    }
}

/// Takes a piece; what is answered stands in [`uploading`](crate::request::sent::upload).
pub(crate) async fn receive(
    SignedInOrPhone(visit): SignedInOrPhone,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let (slot, piece) = (slot(&name)?, asked.piece(bytes)?);
    let total = piece.total;
    let identity = &visit.app.outside.registration.identity;
    match identity.receive(visit.account.id, slot, piece).await {
        Ok(Progress::Received(received)) => Ok(asked.received(received)),
        Ok(Progress::Done(_)) => Ok(asked.received(total)),
        Err(error) => refused(visit.words, error),
    }
}

/// How far an upload is; with `.jpg` behind the slot, one's own draft.
pub(crate) async fn look(
    SignedInOrPhone(visit): SignedInOrPhone,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let identity = &visit.app.outside.registration.identity;
    if let Some(name) = name.strip_suffix(".jpg") {
        let found = identity.drafted(visit.account.id, slot(name)?).await?;
        return found.map(|(_, jpeg)| picture("image/jpeg", jpeg)).ok_or(Failure::NotFound);
    }
    let received = identity.received(visit.account.id, slot(&name)?, asked.key()?).await?;
    Ok(progress(StatusCode::OK, received, false))
}

/// One's own verified photo.
pub(crate) async fn portrait(SignedInOrPhone(visit): SignedInOrPhone) -> Result<Response, Failure> {
    match visit.app.outside.registration.identity.portrait(visit.account.id).await {
        Ok(found) => found.map(|jpeg| picture("image/jpeg", jpeg)).ok_or(Failure::NotFound),
        Err(DraftError::Store(error)) => Err(error.into()),
        Err(DraftError::Busy | DraftError::Picture(_)) => Err(Failure::Unavailable),
    }
}

/// A photo of one's own form, `{id}.jpg`, whether it was handed in or not.
pub(crate) async fn photo(candidate: SignedIn, Path(name): Path<String>) -> Result<Response, Failure> {
    let id = name.strip_suffix(".jpg").and_then(|id| id.parse().ok()).ok_or(Failure::NotFound)?;
    let found = candidate.app.outside.registration.photos.read(candidate.account.id, id).await?;
    found.map(|jpeg| picture("image/jpeg", jpeg)).ok_or(Failure::NotFound)
}
