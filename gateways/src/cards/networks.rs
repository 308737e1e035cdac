//! Reads cards in this process with the networks of PP-OCR ([`ocr`]): no picture leaves it.
//!
//! Lines are looked for in a small copy, and again in a larger one where what was asked for is not found. Which way the
//! picture lies follows from how the lines lie to each other; only those that matter are read.

mod back;
mod front;
mod rows;
mod sight;

#[cfg(test)]
#[path = "networks/networks_tests.rs"]
mod networks_tests;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ocr::{ModelsError, Picture, Reader};
use tokio::sync::SemaphorePermit;

use super::card::{Asked, CardSide, CardText};
use super::error::CardError;
use super::fields;
use super::local::picture::is_sharp;
use super::places::Places;
use sight::{Seen, Sight, broken};

/// The longer side of the copy in which lines are looked for, in pixels: enough for a card that fills half of its picture,
/// and what is tried after it.
const SIDES: [u32; 3] = [192, 352, 736];
/// A picture with a shorter longer side shows no card that could be read.
const SIDE_MIN: u32 = 320;
/// Fewer lines than this are no card.
const LINES_MIN: usize = 2;

/// The networks, and how many may use them at once.
#[derive(Debug)]
pub struct NetworkReader {
    reader: Arc<Reader>,
    places: Places,
}

impl NetworkReader {
    /// With the networks in this directory. At most half of the cores read.
    ///
    /// # Errors
    ///
    /// When they are missing or other ones than were measured.
    pub fn load(dir: &Path) -> Result<Self, ModelsError> {
        Ok(Self { reader: Arc::new(Reader::load(dir)?), places: Places::of_this_machine() })
    }

    pub(super) async fn place(&self) -> Result<SemaphorePermit<'_>, CardError> {
        self.places.take().await
    }

    /// Reads a side, at a place. Time is bounded by the sizes of what the networks are given, some two seconds of a core.
    pub(super) async fn read(
        &self,
        side: CardSide,
        picture: Bytes,
        asked: Option<Asked>,
    ) -> Result<CardText, CardError> {
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || read(&reader, side, &picture, asked.as_ref()));
        read.await.map_err(|_| CardError::Unavailable("the networks broke off".into()))?
    }
}

fn read(reader: &Reader, side: CardSide, bytes: &[u8], asked: Option<&Asked>) -> Result<CardText, CardError> {
    let picture = Picture::decode(bytes).map_err(|_| CardError::Unreadable)?;
    let (width, height) = picture.size();
    if width.max(height) < SIDE_MIN {
        return Err(CardError::NoCard);
    }
    let sight = Sight { reader, picture: &picture, asked };
    let (mut best, mut is_card) = (None, false);
    for copy in SIDES {
        let lines = reader.lines(&picture, copy).map_err(broken)?;
        if lines.len() < LINES_MIN {
            continue;
        }
        let seen = match side {
            CardSide::Front => front::read(&sight, &lines)?,
            CardSide::Back => back::read(&sight, &lines)?,
        };
        match seen {
            Seen::Text(text) if is_whole(&text) => return fields::checked(side, text),
            Seen::Text(text) => {
                is_card = true;
                best = best.filter(|best| found(best) >= found(&text)).or(Some(text));
            }
            Seen::OtherSide => return Err(CardError::WrongSide),
            Seen::None => {}
        }
    }
    match best {
        Some(text) if found(&text) > 0 => fields::checked(side, text),
        _ if !is_sharp(bytes) => Err(CardError::Blurred),
        _ if is_card => Err(CardError::Unreadable),
        _ => Err(CardError::NoCard),
    }
}

/// Is there all that a side has, and is sure of it what was asked?
fn is_whole(text: &CardText) -> bool {
    let is_sure = |verdict: Option<ocr::Verdict>| verdict != Some(ocr::Verdict::Unsure);
    (text.name.is_some() && text.number.is_some() && is_sure(text.name_is) && is_sure(text.number_is))
        || (text.authority.is_some() && text.valid_until.is_some())
}

/// How much was found.
fn found(text: &CardText) -> usize {
    [&text.name, &text.number, &text.authority, &text.valid_until].into_iter().flatten().count()
}
