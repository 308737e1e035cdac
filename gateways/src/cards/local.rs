//! Reads cards on this machine with the program tesseract and its Chinese (chi_sim): no picture leaves it.
//!
//! The picture is made grey, straight and even; one run finds all text with its places, further runs read what
//! matters in a crop: the name alone on its line, and the number and dates by digits alone where the first run's are not
//! proved by each other. Starting the program is half the cost of a crop.

mod back;
mod front;
pub(crate) mod layout;
mod number;
pub(crate) mod picture;
pub(crate) mod tesseract;

#[cfg(test)]
#[path = "local/local_tests.rs"]
mod local_tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::card::{CardSide, CardText};
use super::error::CardError;
use super::fields;
use super::places::{Place, Places};
pub(super) use back::{authority_of, proved_end};
pub(super) use front::name_of;
use layout::Rows;
use picture::Page;
use tesseract::Tesseract;

/// Longest time for a side, all runs together.
const READ_WAIT: Duration = Duration::from_secs(20);

/// The program, and how many may use it at once.
#[derive(Debug)]
pub struct LocalReader {
    tesseract: Tesseract,
    places: Places,
}

impl LocalReader {
    /// With the program `tesseract` of `PATH`, if it is there with its Chinese. At most half of the cores read.
    pub fn find() -> Option<Self> {
        Self::with(PathBuf::from("tesseract"), Places::of_this_machine())
    }

    fn with(program: PathBuf, places: Places) -> Option<Self> {
        Some(Self { tesseract: Tesseract::find(program)?, places })
    }

    /// A place, when it is one's turn. Who is turned away has cost nothing.
    pub(super) async fn place(&self) -> Result<Place, CardError> {
        self.places.take().await
    }

    /// Reads a side, at a place.
    pub(super) async fn read(&self, side: CardSide, picture: Bytes) -> Result<CardText, CardError> {
        match tokio::time::timeout(READ_WAIT, self.read_now(side, picture)).await {
            Ok(read) => read,
            Err(_) => Err(CardError::Unavailable("timeout".into())),
        }
    }

    async fn read_now(&self, side: CardSide, picture: Bytes) -> Result<CardText, CardError> {
        let pages = tokio::task::spawn_blocking(move || picture::pages(&picture));
        let pages = pages.await.map_err(|_| CardError::Unavailable("picture".into()))??;
        let is_sharp = pages.is_sharp;
        let mut best = Err(if is_sharp { CardError::NoCard } else { CardError::Blurred });
        // A picture may stand on its head or on its side: the first turn that shows a whole card counts.
        for turn in pages.turns() {
            let page = pages.page(*turn).await?;
            let words = self.tesseract.words(&page).await?;
            let rows = Rows::of(&words);
            if !rows.markers().is_card() {
                continue;
            }
            match self.read_page(side, &page, &rows).await {
                Ok(read) if is_whole(&read) => return Ok(read),
                Err(fault @ CardError::Unavailable(_)) => return Err(fault),
                Ok(read) if best.is_err() => best = Ok(read),
                Err(refusal) if best.is_err() => best = Err(refusal),
                Ok(_) | Err(_) => {}
            }
        }
        best
    }

    /// Reads what the labels have shown to be a card.
    async fn read_page(&self, side: CardSide, page: &Arc<Page>, rows: &Rows) -> Result<CardText, CardError> {
        let markers = rows.markers();
        let found = if markers.back > markers.front { CardSide::Back } else { CardSide::Front };
        if found != side {
            return Err(CardError::WrongSide);
        }
        let read = match side {
            CardSide::Front => front::read(&self.tesseract, page, rows).await?,
            CardSide::Back => back::read(&self.tesseract, page, rows).await?,
        };
        fields::checked(side, read)
    }
}

/// Is there all that a side has?
fn is_whole(read: &CardText) -> bool {
    (read.name.is_some() && read.number.is_some()) || (read.authority.is_some() && read.valid_until.is_some())
}
