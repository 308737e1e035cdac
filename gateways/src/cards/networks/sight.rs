//! A picture and who reads it, and what one look at it found.

use ocr::{Line, Picture, ReadError, Reader, Reading};

use crate::cards::card::{Asked, CardText};
use crate::cards::error::CardError;

/// What one look at a picture found.
pub(super) enum Seen {
    /// All that was asked for, or as much of it as there is.
    Text(CardText),
    /// It is the other side.
    OtherSide,
    /// No card at all.
    None,
}

/// A picture and who reads it.
pub(super) struct Sight<'a> {
    pub(super) reader: &'a Reader,
    pub(super) picture: &'a Picture,
    /// Whom the account says to be.
    pub(super) asked: Option<&'a Asked>,
}

impl Sight<'_> {
    /// Reads a line, its characters made so many times as wide as they are.
    pub(super) fn line(&self, line: &Line, widened: f32) -> Result<Reading, CardError> {
        self.reader.read(self.picture, line, widened).map_err(broken)
    }
}

/// That the networks did not run.
pub(super) fn broken(error: ReadError) -> CardError {
    let ReadError::Broken(why) = error;
    CardError::Unavailable(why)
}
