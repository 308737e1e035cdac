//! Who may use this machine's cores for reading cards, and who waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::CardError;

/// Longest wait for a place.
const PLACE_WAIT: Duration = Duration::from_secs(10);
/// Cards that wait for each that is being read, which takes up to two seconds: whoever comes later would wait in vain.
const WAITING_PER_PLACE: usize = 4;

/// A place, until the last who works at it drops it.
pub(super) type Place = Arc<OwnedSemaphorePermit>;

/// Places at which a whole card is read on one core each.
#[derive(Debug)]
pub(super) struct Places {
    places: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Places {
    /// Half of the cores, or one.
    pub(super) fn of_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new((cores / 2).max(1))
    }

    pub(super) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: Semaphore::new(places * WAITING_PER_PLACE) }
    }

    /// A place, when it is one's turn. Who is turned away has cost nothing.
    pub(super) async fn take(&self) -> Result<Place, CardError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| CardError::Busy)?;
        let place = tokio::time::timeout(PLACE_WAIT, Arc::clone(&self.places).acquire_owned()).await;
        place.ok().and_then(Result::ok).map(Arc::new).ok_or(CardError::Busy)
    }

    /// A place for a short piece of work that nobody waits for: behind all who came before it, however long they take. How long is
    /// waited and how many do so is the caller's bound.
    pub(super) async fn take_in_turn(&self) -> Result<Place, CardError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.map(Arc::new).map_err(|_| CardError::Busy)
    }
}

/// Works at a place on a blocking thread. The place is the work's, not the caller's: who goes away while a core still works for
/// them does not let the next one onto it.
pub(super) async fn work_at<T: Send + 'static>(
    place: Option<Place>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CardError> {
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work()
    });
    done.await.map_err(|_| CardError::Unavailable("the reader broke off".into()))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn who_goes_away_leaves_the_place_to_what_works_there() {
        let places = Places::new(1);
        let place = places.take().await.unwrap();
        let (finish, until) = mpsc::sync_channel::<()>(1);
        // Begun, and given up at once.
        let given_up = tokio::time::timeout(Duration::ZERO, work_at(Some(place), move || until.recv().is_ok())).await;
        assert!(given_up.is_err());
        assert_eq!(places.places.available_permits(), 0, "somebody works there");
        finish.send(()).unwrap();
        assert!(places.take().await.is_ok());
    }
}
