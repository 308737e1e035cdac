//! Who may use this machine's cores for reading cards, and who waits.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::CardError;

/// Longest wait for a place.
const PLACE_WAIT: Duration = Duration::from_secs(10);
/// Cards that wait for each that is being read, which takes up to a second: whoever comes later would wait in vain.
const WAITING_PER_PLACE: usize = 9;

/// Places at which a whole card is read on one core each.
#[derive(Debug)]
pub(super) struct Places {
    places: Semaphore,
    waiting: Semaphore,
}

impl Places {
    /// Half of the cores, or one.
    pub(super) fn of_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new((cores / 2).max(1))
    }

    pub(super) fn new(places: usize) -> Self {
        Self { places: Semaphore::new(places), waiting: Semaphore::new(places * WAITING_PER_PLACE) }
    }

    /// A place, when it is one's turn. Who is turned away has cost nothing.
    pub(super) async fn take(&self) -> Result<SemaphorePermit<'_>, CardError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| CardError::Busy)?;
        let place = tokio::time::timeout(PLACE_WAIT, self.places.acquire()).await;
        place.ok().and_then(Result::ok).ok_or(CardError::Busy)
    }
}
