//! Reading of order pictures: a candidate's screenshot of a payment goes in, what it says comes out.
//!
//! [`lines`](line::Line) of text with their places are what any reader gives; [`find`](find::find) makes fields of them and
//! knows neither the reader nor the picture, so that another reader is another file beside [`local`].

pub(crate) mod amount;
pub(crate) mod find;
pub(crate) mod labels;
pub(crate) mod line;
pub mod local;
pub(crate) mod number;
pub(crate) mod picture;
pub(crate) mod time;

#[cfg(test)]
#[path = "screenshots/find_tests.rs"]
mod find_tests;
#[cfg(test)]
#[path = "screenshots/local_tests.rs"]
mod local_tests;

use std::sync::Arc;

use bytes::Bytes;

pub use find::{OrderText, find};
pub use line::Line;
use local::LocalScreenshots;
pub use time::ShownTime;

/// Reads order pictures, one after the other. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct ScreenshotReader(Arc<LocalScreenshots>);

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ScreenshotError {
    /// The bytes are no picture that can be read: another try says the same.
    #[error("the picture cannot be decoded")]
    Unreadable,
    /// The reader does not work, or took too long. Holds what went wrong; a later try may go well.
    #[error("the reader of screenshots does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

impl ScreenshotReader {
    /// On this machine, with the program tesseract; no picture leaves it.
    pub fn local(reader: LocalScreenshots) -> Self {
        Self(Arc::new(reader))
    }

    /// Reads a JPEG or PNG. Takes a core for some seconds; whoever comes meanwhile waits for their turn.
    ///
    /// # Errors
    ///
    /// [`ScreenshotError`]; that nothing was found on a picture is no error.
    pub async fn read(&self, picture: Bytes) -> Result<OrderText, ScreenshotError> {
        self.0.read(picture).await
    }
}
