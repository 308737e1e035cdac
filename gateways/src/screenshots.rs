//! Reading of order pictures: a candidate's screenshot of a payment goes in, what it says comes out.
//!
//! [`lines`](line::Line) of text with their places are what any reader gives; [`find`](find::find) makes fields of them and
//! knows neither the reader nor the picture, so that another reader is another file beside [`local`] and `networks`.

pub(crate) mod amount;
pub(crate) mod find;
pub(crate) mod labels;
pub(crate) mod line;
pub mod local;
mod networks;
pub(crate) mod number;
pub(crate) mod picture;
pub(crate) mod time;

#[cfg(test)]
#[path = "screenshots/find_tests.rs"]
mod find_tests;
#[cfg(test)]
#[path = "screenshots/reader_tests.rs"]
mod reader_tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::cards::error::CardError;
use crate::cards::networks::NetworkReader;
pub use find::{OrderText, find};
pub use line::Line;
use local::LocalScreenshots;
pub use time::ShownTime;

/// Longest time for a picture with all its parts.
const PICTURE_WAIT: Duration = Duration::from_secs(60);

/// Reads order pictures, one after the other. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct ScreenshotReader(Arc<OneByOne>);

/// Who reads, and whose turn it is.
#[derive(Debug)]
struct OneByOne {
    reader: Reader,
    turn: Semaphore,
}

#[derive(Debug)]
enum Reader {
    Local(LocalScreenshots),
    Networks(NetworkReader),
}

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
        Self::of(Reader::Local(reader))
    }

    /// In this process, with the networks that read cards and at their places; no picture leaves it.
    pub fn networks(reader: NetworkReader) -> Self {
        Self::of(Reader::Networks(reader))
    }

    fn of(reader: Reader) -> Self {
        Self(Arc::new(OneByOne { reader, turn: Semaphore::new(1) }))
    }

    /// Reads a JPEG or PNG. Takes a core for a second or some; whoever comes meanwhile waits for their turn.
    ///
    /// # Errors
    ///
    /// [`ScreenshotError`]; that nothing was found on a picture is no error.
    pub async fn read(&self, picture: Bytes) -> Result<OrderText, ScreenshotError> {
        let OneByOne { reader, turn } = &*self.0;
        let _turn = turn.acquire().await.map_err(|_| ScreenshotError::Unavailable("closed".into()))?;
        let read = async {
            match reader {
                Reader::Local(local) => local.read(picture).await,
                Reader::Networks(networks) => networks::read(networks, picture).await,
            }
        };
        match tokio::time::timeout(PICTURE_WAIT, read).await {
            Ok(read) => read,
            Err(_) => Err(ScreenshotError::Unavailable("timeout".into())),
        }
    }
}

/// What readers of cards say of a picture that is none.
fn unavailable(error: CardError) -> ScreenshotError {
    match error {
        CardError::Unavailable(why) => ScreenshotError::Unavailable(why),
        other => ScreenshotError::Unavailable(other.to_string()),
    }
}
