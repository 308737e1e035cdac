//! Printing papers beside everything else: where it may block, and only so many at once. A paper costs some tens of
//! milliseconds of a core, which pages must not wait for.

use std::sync::Arc;
use std::time::Duration;

use papers::{Paper, PaperError, Picture, Press, Proof, Ticket};
use registration::model::order::Order;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::failure::Failure;

/// Longest wait for a place; then the reader is told to come back.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Most who wait for a place.
const WAITING_MAX: usize = 64;

/// The press of this process, and the places at it. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Printing {
    press: Arc<Press>,
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrintFailure {
    /// Too many print at once: try again in a moment.
    #[error("too many papers are printed at once")]
    Busy,
    /// The paper could not be made.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The thread that printed died.
    #[error("printing broke off")]
    BrokenOff,
}

impl Printing {
    /// So many papers at once at this press.
    pub fn new(press: Arc<Press>, at_once: usize) -> Self {
        let places = Arc::new(Semaphore::new(at_once.max(1)));
        Self { press, places, waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }

    /// Tickets, each on a page of its own.
    pub(crate) async fn tickets(&self, tickets: Vec<Ticket>) -> Result<Paper, PrintFailure> {
        self.print(move |press| press.tickets(&tickets)).await
    }

    /// A ticket as a picture of so many pixels' width.
    pub(crate) async fn picture(&self, ticket: Ticket, width: u32) -> Result<Picture, PrintFailure> {
        self.print(move |press| press.picture(&ticket, width)).await
    }

    /// A proof of registration.
    pub(crate) async fn proof(&self, proof: Proof) -> Result<Paper, PrintFailure> {
        self.print(move |press| press.proof(&proof)).await
    }

    async fn print<T: Send + 'static>(
        &self,
        print: impl FnOnce(&Press) -> Result<T, PaperError> + Send + 'static,
    ) -> Result<T, PrintFailure> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| PrintFailure::Busy)?;
        let place = tokio::time::timeout(WAIT_MAX, Arc::clone(&self.places).acquire_owned()).await;
        drop(waiting);
        let Ok(Ok(place)) = place else { return Err(PrintFailure::Busy) };
        let press = Arc::clone(&self.press);
        // Whoever gives up meanwhile keeps the place until the work is done.
        let printed = spawn_blocking(move || {
            let _place = place;
            print(&press)
        });
        Ok(printed.await.map_err(|_| PrintFailure::BrokenOff)??)
    }
}

/// What is answered when nothing was printed.
pub(crate) fn not_printed(failure: PrintFailure) -> Failure {
    match failure {
        PrintFailure::Busy => Failure::Unavailable,
        PrintFailure::Paper(error) => {
            tracing::error!(%error, "a paper could not be printed");
            Failure::Broken
        }
        PrintFailure::BrokenOff => {
            tracing::error!("printing a paper broke off");
            Failure::Broken
        }
    }
}

/// A character that no font here has is printed as a marked box; whoever runs the site learns that one is missing.
pub(crate) fn told(order: &Order, missing: &[char]) {
    if !missing.is_empty() {
        metrics::counter!("seathold_paper_characters_missing_total").increment(1);
        let characters: Vec<String> = missing.iter().map(|letter| format!("U+{:04X}", u32::from(*letter))).collect();
        let characters = characters.join(" ");
        tracing::warn!(order = %order.id, characters, "a paper has characters that no font here has");
    }
}
