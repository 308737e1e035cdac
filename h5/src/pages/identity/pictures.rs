//! Pictures on their way: pieces that arrive, how far an upload is, and one's own drafts to look at.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use registration::identity_pictures::{DraftError, Piece, Progress, Slot, UploadError};
use serde::Deserialize;

use super::parts::picture_fault;
use crate::failure::Failure;
use crate::identity_visit::IdentityVisit;
use crate::visit::Candidate;

/// Which upload, how large, and where this piece starts.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    key: String,
    #[serde(default)]
    total: usize,
    #[serde(default)]
    offset: usize,
}

/// Only what is handed in here; the photo of a form comes with its form.
fn slot(name: &str) -> Result<Slot, Failure> {
    match name.parse() {
        Ok(slot @ (Slot::CardFront | Slot::CardBack | Slot::Holding)) => Ok(slot),
        _ => Err(Failure::NotFound),
    }
}

/// `{"received":N,"done":false}`; 409 with what is here when the piece does not follow it; 422 with a sentence when the
/// picture is none.
pub(crate) async fn receive(
    visit: IdentityVisit,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let (slot, key) = (slot(&name)?, asked.key.parse().map_err(|_| Failure::Bad)?);
    let total = asked.total;
    let piece = Piece { key, total, offset: asked.offset, bytes };
    let identity = &visit.visit.app.outside.registration.identity;
    match identity.receive(visit.account.id, slot, piece).await {
        Ok(Progress::Received(received)) => Ok(progress(StatusCode::OK, received, false)),
        Ok(Progress::Done(_)) => Ok(progress(StatusCode::OK, total, true)),
        Err(UploadError::Offset(received)) => Ok(progress(StatusCode::CONFLICT, received, false)),
        Err(UploadError::Size) => Err(Failure::Bad),
        Err(UploadError::Draft(DraftError::Busy)) => Err(Failure::Unavailable),
        Err(UploadError::Draft(DraftError::Store(error))) => Err(error.into()),
        Err(UploadError::Draft(DraftError::Picture(error))) => {
            let text = picture_fault(visit.visit.words, error);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response())
        }
    }
}

/// How far an upload is; with `.jpg` behind the slot, one's own draft.
pub(crate) async fn look(
    visit: IdentityVisit,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    if let Some(name) = name.strip_suffix(".jpg") {
        let found = identity.drafted(visit.account.id, slot(name)?).await?;
        return found.map(|(_, jpeg)| picture(jpeg)).ok_or(Failure::NotFound);
    }
    let (slot, key) = (slot(&name)?, asked.key.parse().map_err(|_| Failure::Bad)?);
    let received = identity.received(visit.account.id, slot, key).await?;
    Ok(progress(StatusCode::OK, received, false))
}

/// One's own verified photo.
pub(crate) async fn portrait(visit: IdentityVisit) -> Result<Response, Failure> {
    let found = visit.visit.app.outside.registration.identity.portrait(visit.account.id).await?;
    found.map(picture).ok_or(Failure::NotFound)
}

/// A photo of one's own form, `{id}.jpg`, whether it was handed in or not.
pub(crate) async fn photo(candidate: Candidate, Path(name): Path<String>) -> Result<Response, Failure> {
    let id = name.strip_suffix(".jpg").and_then(|id| id.parse().ok()).ok_or(Failure::NotFound)?;
    let found = candidate.visit.app.outside.registration.photos.read(candidate.account.id, id).await?;
    found.map(picture).ok_or(Failure::NotFound)
}

/// A JPEG that no cache keeps.
pub(crate) fn picture(jpeg: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "no-store")], jpeg).into_response()
}

fn progress(status: StatusCode, received: usize, is_done: bool) -> Response {
    // As a page, so that the layer of failures leaves a 409 alone.
    let json = format!("{{\"received\":{received},\"done\":{is_done}}}");
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], json).into_response()
}
