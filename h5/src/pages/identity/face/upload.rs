//! A picture of now on its way: pieces that arrive, and how far it is.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use registration::people::faces::is_screenshot;
use registration::pictures::kept::Progress;

use crate::failure::Failure;
use crate::request::exam::find_in;
use crate::request::sent::upload::{Asked, progress, refused, sentence};
use crate::request::signed_in::SignedIn;

/// Takes a piece; what is answered stands in [`upload`](crate::request::sent::upload).
pub(crate) async fn receive(
    candidate: SignedIn,
    Path(exam): Path<String>,
    Query(asked): Query<Asked>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let exam = find_in(&candidate.app, &exam)?;
    let piece = asked.piece(bytes)?;
    if exam.rules.face.camera_only && piece.offset == 0 && is_screenshot(&piece.bytes) {
        return Ok(sentence(candidate.words.t("face-error-not-camera").into_owned()));
    }
    let total = piece.total;
    match candidate.app.outside.registration.faces.receive(candidate.account.id, piece).await {
        Ok(Progress::Received(received)) => Ok(asked.received(received)),
        Ok(Progress::Done(_)) => Ok(asked.received(total)),
        Err(error) => refused(candidate.words, error),
    }
}

/// How far it is.
pub(crate) async fn look(candidate: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let faces = &candidate.app.outside.registration.faces;
    let received = faces.received(candidate.account.id, asked.key()?).await?;
    Ok(progress(StatusCode::OK, received, false))
}
