//! What the script asks that sends pictures in pieces, and what it is told.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use pagekit::words::Words;
use registration::pictures::kept::{DraftError, Piece, UploadError};
use serde::Deserialize;
use uuid::Uuid;

use crate::failure::Failure;
use crate::words::picture::picture_fault;

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

impl Asked {
    /// Which upload the address names.
    pub(crate) fn key(&self) -> Result<Uuid, Failure> {
        self.key.parse().map_err(|_| Failure::Bad)
    }

    /// The piece that came with it.
    pub(crate) fn piece(&self, bytes: Bytes) -> Result<Piece, Failure> {
        Ok(Piece { key: self.key()?, total: self.total, offset: self.offset, bytes })
    }

    /// `{"received":N,"done":false}`, done when all of it is here.
    pub(crate) fn received(&self, received: usize) -> Response {
        progress(StatusCode::OK, received, received == self.total)
    }
}

/// How far an upload is.
pub(crate) fn progress(status: StatusCode, received: usize, is_done: bool) -> Response {
    // As a page, so that the layer of failures leaves a 409 alone.
    let json = format!("{{\"received\":{received},\"done\":{is_done}}}");
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], json).into_response()
}

/// What is said of a piece that was not taken: 409 with what is here when it does not follow it; 422 with a sentence when
/// the picture is none.
pub(crate) fn refused(w: Words, error: UploadError) -> Result<Response, Failure> {
    match error {
        UploadError::Offset(received) => Ok(progress(StatusCode::CONFLICT, received, false)),
        UploadError::Size => Err(Failure::Bad),
        UploadError::Draft(DraftError::Busy) => Err(Failure::Unavailable),
        UploadError::Draft(DraftError::Store(error)) => Err(error.into()),
        UploadError::Draft(DraftError::Picture(error)) => Ok(sentence(picture_fault(w, error))),
    }
}

/// A sentence that ends an upload.
pub(crate) fn sentence(text: String) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

/// A picture that no cache keeps.
pub(crate) fn picture(media_type: &'static str, bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], bytes).into_response()
}
