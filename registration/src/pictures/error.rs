//! Why a picture was not taken in.

use crate::pictures::clean::PictureError;
use crate::pictures::files::CleanError;
use crate::store::StoreError;

/// Why a picture was not taken in. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The bytes are no acceptable picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// Too many pictures at once: try again in a few seconds.
    #[error("too many pictures at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CleanError> for DraftError {
    fn from(error: CleanError) -> Self {
        match error {
            CleanError::Picture(error) => Self::Picture(error),
            CleanError::Busy => Self::Busy,
        }
    }
}
