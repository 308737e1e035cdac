//! The walls that somebody looks at: what was drawn of each last, and how many look.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reservation::ids::ExamId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::parts::Parts;
use crate::request::failure::Failure;

/// Most pages that are kept going at a time.
const VIEWERS_MAX: usize = 200;

/// Which wall: of which exam, in which language.
pub(super) type ScreenKey = (ExamId, &'static str);
/// Where what is drawn goes to all who look.
pub(super) type Drawn = watch::Sender<Parts>;

/// The walls that somebody looks at. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct Screens {
    drawn: Arc<Mutex<HashMap<ScreenKey, Drawn>>>,
    places: Arc<Semaphore>,
}

impl Default for Screens {
    fn default() -> Self {
        Self { drawn: Arc::default(), places: Arc::new(Semaphore::new(VIEWERS_MAX)) }
    }
}

impl Screens {
    fn lock(&self) -> MutexGuard<'_, HashMap<ScreenKey, Drawn>> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One viewer's place; none is left when too many look.
    pub(super) fn place(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| Failure::Unavailable)
    }

    /// What is drawn of a wall; for the first who looks `begin` sees to it that it is.
    pub(super) fn watch(&self, key: &ScreenKey, begin: impl FnOnce(Drawn)) -> watch::Receiver<Parts> {
        let mut drawn = self.lock();
        if let Some(sender) = drawn.get(key) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Parts::default());
        drawn.insert(key.clone(), sender.clone());
        begin(sender);
        receiver
    }

    /// Forgets a wall that nobody looks at; false while somebody does. Nobody begins to look meanwhile.
    pub(super) fn end_unwatched(&self, key: &ScreenKey, sender: &Drawn) -> bool {
        let mut drawn = self.lock();
        let is_unwatched = sender.receiver_count() == 0;
        if is_unwatched {
            drawn.remove(key);
        }
        is_unwatched
    }

    /// Forgets a wall, whoever looks, unless others draw it by now: those who look hear that it is over.
    pub(super) fn end(&self, key: &ScreenKey, sender: &Drawn) {
        let mut drawn = self.lock();
        if drawn.get(key).is_some_and(|other| other.same_channel(sender)) {
            drawn.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_is_drawn_once_for_all_and_not_when_nobody_looks() {
        let (screens, key) = (Screens::default(), ("ce".parse().unwrap(), "zh"));
        let mut begun = Vec::new();
        let first = screens.watch(&key, |sender| begun.push(sender));
        let second = screens.watch(&key, |sender| begun.push(sender));
        assert_eq!(begun.len(), 1);
        assert!(!screens.end_unwatched(&key, &begun[0]));
        drop((first, second));
        assert!(screens.end_unwatched(&key, &begun[0]));
        let _again = screens.watch(&key, |sender| begun.push(sender));
        assert_eq!(begun.len(), 2);
        screens.end(&key, &begun[0]);
        let _beside = screens.watch(&key, |sender| begun.push(sender));
        assert_eq!(begun.len(), 2, "the one that ended is another one");
        screens.end(&key, &begun[1]);
        let _anew = screens.watch(&key, |sender| begun.push(sender));
        assert_eq!(begun.len(), 3);
        let places: Vec<_> = (0..VIEWERS_MAX).map(|_| screens.place().unwrap()).collect();
        assert!(screens.place().is_err());
        drop(places);
        assert!(screens.place().is_ok());
    }
}
