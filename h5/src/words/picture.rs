//! What is wrong with a picture.

use pagekit::words::Words;
use registration::pictures::clean::PictureError;

/// What is wrong with a file.
pub(crate) fn picture_fault(w: Words, error: PictureError) -> String {
    match error {
        PictureError::TooLarge { limit_bytes } => {
            w.with("tile-too-large", &[("limit", (limit_bytes / (1024 * 1024)).into())])
        }
        PictureError::NotAPicture => w.t("upload-not-a-picture"),
        PictureError::Heic => w.t("tile-heic"),
        PictureError::Damaged => w.t("tile-damaged"),
        PictureError::TooManyPixels { .. } | PictureError::TooLong { .. } => w.t("tile-too-many-pixels"),
        PictureError::TooSmall { width, height } => {
            w.with("upload-too-small", &[("width", width.into()), ("height", height.into())])
        }
        PictureError::Blank => w.t("tile-blank"),
        // Of pictures of orders alone.
        PictureError::NoText => w.t("upload-no-text"),
    }
    .into_owned()
}
