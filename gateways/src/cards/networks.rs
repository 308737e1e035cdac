//! Reads cards in this process with the networks of PP-OCR ([`ocr`]): no picture leaves it.
//!
//! Lines are looked for in a small copy, and again in a larger one where what was asked for is not found. Which way the
//! picture lies follows from how the lines lie to each other; only those that matter are read.

mod back;
mod front;
mod name;
pub(crate) mod rows;
mod sight;

#[cfg(test)]
#[path = "networks/networks_tests.rs"]
mod networks_tests;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ocr::{Letter, ModelsError, Picture, Reader, Verdict};

use super::card::{Asked, CardSide, CardText};
use super::error::CardError;
use super::fields;
use super::local::picture::is_sharp;
use super::places::{Place, Places, work_at};
use sight::{Seen, Sight, broken};

/// The longer side of the copy in which lines are looked for, in pixels: enough for a card that fills half of its picture,
/// and what is tried after it.
const SIDES: [u32; 3] = [192, 352, 736];
/// A picture with a shorter longer side shows no card that could be read.
const SIDE_MIN: u32 = 320;
/// Fewer lines than this are no card.
const LINES_MIN: usize = 2;

/// The networks, and how many may use them at once, whatever they read. Cloning is two reference counts: cards and pictures of
/// orders are read by one loaded set.
#[derive(Debug, Clone)]
pub struct NetworkReader {
    reader: Arc<Reader>,
    places: Arc<Places>,
}

impl NetworkReader {
    /// With the networks in this directory. At most half of the cores read.
    ///
    /// # Errors
    ///
    /// When they are missing or other ones than were measured.
    pub fn load(dir: &Path) -> Result<Self, ModelsError> {
        Ok(Self { reader: Arc::new(Reader::load(dir)?), places: Arc::new(Places::of_this_machine()) })
    }

    pub(super) async fn place(&self) -> Result<Place, CardError> {
        self.places.take().await
    }

    /// Does a short piece of work in the background, when a place is free and nobody who came before wants it. The work keeps the
    /// place until it is done, also where whoever asked has gone.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> T + Send + 'static,
    ) -> Result<T, CardError> {
        let place = self.places.take_in_turn().await?;
        let reader = Arc::clone(&self.reader);
        work_at(Some(place), move || work(&reader)).await
    }

    /// Reads a side, at a place that nobody else gets until it is done. Time is bounded by the sizes of what the networks are
    /// given, some two seconds of a core.
    pub(super) async fn read(
        &self,
        side: CardSide,
        picture: Bytes,
        asked: Option<Asked>,
        place: Option<Place>,
    ) -> Result<CardText, CardError> {
        let reader = Arc::clone(&self.reader);
        work_at(place, move || read(&reader, side, &picture, asked.as_ref())).await?
    }
}

fn read(reader: &Reader, side: CardSide, bytes: &[u8], asked: Option<&Asked>) -> Result<CardText, CardError> {
    let picture = Picture::decode(bytes).map_err(|_| CardError::Unreadable)?;
    let (width, height) = picture.size();
    if width.max(height) < SIDE_MIN {
        return Err(CardError::NoCard);
    }
    let sight = Sight { reader, picture: &picture, asked };
    let can_be_sure = asked.is_none_or(|asked| !reader.alphabet().letters(&asked.name).contains(&Letter::Unknown));
    let mut best: Option<CardText> = None;
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
            Seen::Text(text) => {
                let text = match best.take() {
                    Some(before) => together(before, text),
                    None => text,
                };
                if is_whole(&text) || (!can_be_sure && is_whole_but_for_the_name(&text)) {
                    return fields::checked(side, text);
                }
                best = Some(text);
            }
            Seen::OtherSide => return Err(CardError::WrongSide),
            Seen::None => {}
        }
    }
    match best {
        Some(text) if found(&text) > 0 => fields::checked(side, text),
        _ if !is_sharp(bytes) => Err(CardError::Blurred),
        Some(_) => Err(CardError::Unreadable),
        None => Err(CardError::NoCard),
    }
}

/// A text that was read, and what is said of it.
type Field = (Option<String>, Option<Verdict>);

/// What two copies of a picture say, field by field: the one may show the name and the other the number.
fn together(before: CardText, now: CardText) -> CardText {
    let (name, name_is) = surer((before.name, before.name_is), (now.name, now.name_is));
    let (number, number_is) = surer((before.number, before.number_is), (now.number, now.number_is));
    CardText {
        name,
        name_is,
        birth: number.as_deref().and_then(fields::birth_of).map(|birth| birth.to_string()),
        number,
        number_is,
        valid_until: before.valid_until.or(now.valid_until),
        authority: before.authority.or(now.authority),
        warnings: before.warnings,
    }
}

/// What is sure, else what was read first. Where both are sure of different things, nobody is.
fn surer(before: Field, now: Field) -> Field {
    let is_sure = |verdict: Option<Verdict>| matches!(verdict, Some(Verdict::Equal | Verdict::Differs));
    match (is_sure(before.1), is_sure(now.1)) {
        (true, true) if before.1 != now.1 => (before.0, Some(Verdict::Unsure)),
        (true, _) => before,
        (false, true) => now,
        (false, false) => (before.0.or(now.0), before.1.or(now.1)),
    }
}

/// Is there all that a side has, and is sure of it what was asked?
fn is_whole(text: &CardText) -> bool {
    let is_sure = |verdict: Option<Verdict>| verdict != Some(Verdict::Unsure);
    (text.name.is_some() && text.number.is_some() && is_sure(text.name_is) && is_sure(text.number_is))
        || (text.authority.is_some() && text.valid_until.is_some())
}

/// Is there all that there will be of a front whose name has a character that the networks do not know? What its drawing has not
/// told on one copy it does not tell on a larger one, which lies on the same pixels.
fn is_whole_but_for_the_name(text: &CardText) -> bool {
    text.name.is_some() && text.number.is_some() && text.number_is != Some(Verdict::Unsure)
}

/// How much was found.
fn found(text: &CardText) -> usize {
    [&text.name, &text.number, &text.authority, &text.valid_until].into_iter().flatten().count()
}
