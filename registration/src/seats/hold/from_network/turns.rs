//! One after another, by network: few wait, none for long, and nobody who waits keeps a connection to Postgres.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Most of one network that wait for their turn.
const WAITING_MAX: usize = 64;
/// Longest wait; a turn takes some milliseconds.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Whose turn it is. Cloning is a reference count.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<[u8; 32], Line>>>);

/// Those of one network, as long as there are any.
struct Line {
    asking: usize,
    turn: Arc<Semaphore>,
}

/// A place in a network's line, until it is dropped.
struct Place {
    turns: Turns,
    network: [u8; 32],
    turn: Arc<Semaphore>,
}

/// The turn of one of a network, until it is dropped: it is given on before the place is.
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

impl Turns {
    /// One's turn; nothing when too many wait already, or after some seconds.
    pub(crate) async fn take(&self, network: [u8; 32]) -> Option<Turn> {
        let place = self.join(network)?;
        let turn = tokio::time::timeout(WAIT_MAX, Arc::clone(&place.turn).acquire_owned()).await;
        Some(Turn { _permit: turn.ok()?.ok()?, _place: place })
    }

    fn join(&self, network: [u8; 32]) -> Option<Place> {
        let mut lines = self.0.lock().expect("nothing panics while counting");
        let line = lines.entry(network).or_insert_with(|| Line { asking: 0, turn: Arc::new(Semaphore::new(1)) });
        if line.asking > WAITING_MAX {
            return None;
        }
        line.asking += 1;
        Some(Place { turns: self.clone(), network, turn: Arc::clone(&line.turn) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.turns.0.lock().expect("nothing panics while counting");
        if let Some(line) = lines.get_mut(&self.network) {
            line.asking -= 1;
            if line.asking == 0 {
                lines.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_one_network_few_wait_and_others_do_not_wait_for_them() {
        let (turns, here) = (Turns::default(), [1; 32]);
        let first = turns.take(here).await.unwrap();
        let waiting: Vec<Place> = (0..WAITING_MAX).map(|_| turns.join(here).unwrap()).collect();
        assert!(turns.take(here).await.is_none(), "one too many: at once");
        assert!(turns.take([2; 32]).await.is_some(), "another network");
        drop(waiting);
        let second = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take(here).await.is_some() }
        });
        drop(first);
        assert!(second.await.unwrap());
        assert!(turns.0.lock().unwrap().is_empty(), "and nothing is kept of it");
    }
}
