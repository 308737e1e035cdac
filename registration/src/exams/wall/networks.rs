//! Seats given since an opening, counted by network: here in memory, told once a second, added up over all processes, and
//! removed once the two hours are over.
//!
//! What a network is counted under is made of its index and of the opening, under the vault's key: it is found in no other table
//! and in no other opening, and whoever was given a seat is not part of it. Counts are told as they stand, never as what was
//! added, so that what is told twice counts once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use uuid::Uuid;

use super::store::{wall_networks, wall_shares};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// So long after an opening seats are counted.
pub(super) const COUNTED: SignedDuration = SignedDuration::from_hours(2);
/// So much later nothing more is told of it, and again so much later what was told is removed: no count comes after that.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(1);
const KEPT_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// Most networks of an opening that one process tells apart; the seats of all others are one count.
const NETWORKS_MAX: usize = 100_000;
/// Most counts that are told in one statement, and most that are removed by one.
const ROWS_MAX: usize = 5_000;
const REMOVED_MAX: i64 = 20_000;

const _: () = assert!(TOLD_AFTER.as_secs() < KEPT_AFTER.as_secs());

/// An opening: of which exam, and when.
pub(super) type Opening = (ExamId, Timestamp);
/// What a network is counted under in one opening. `None`: all those that are not told apart.
pub(super) type Index = Option<[u8; 32]>;

/// The counts of this process. Cloning is a few reference counts.
#[derive(Clone)]
pub(super) struct Networks {
    vault: Vault,
    process: Uuid,
    openings: Arc<Mutex<HashMap<Opening, HashMap<Index, Count>>>>,
}

/// Seats of one network, and how many of them were told.
#[derive(Clone, Copy, Default)]
struct Count {
    seats: i64,
    told: i64,
}

impl Networks {
    pub(super) fn new(vault: Vault) -> Self {
        Self { vault, process: Uuid::new_v4(), openings: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Opening, HashMap<Index, Count>>> {
        self.openings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts seats that were given to this network: the index by which what one network may have is counted, which is not
    /// kept.
    pub(super) fn given(&self, opening: Opening, network: &[u8; 32], seats: usize) {
        let index = self.index(&opening, network);
        self.count(opening, index, seats);
    }

    /// What a network is counted under in this opening, and nowhere else.
    fn index(&self, (exam, opened_at): &Opening, network: &[u8; 32]) -> [u8; 32] {
        let kind = format!("seats shared out {exam} {}", opened_at.as_microsecond());
        self.vault.index_of_bytes(&kind, network)
    }

    fn count(&self, opening: Opening, index: [u8; 32], seats: usize) {
        let mut openings = self.lock();
        let counts = openings.entry(opening).or_default();
        let is_told_apart = counts.len() < NETWORKS_MAX || counts.contains_key(&Some(index));
        let count = counts.entry(is_told_apart.then_some(index)).or_default();
        count.seats = count.seats.saturating_add(i64::try_from(seats).unwrap_or_default());
    }

    /// The counts that were not told as they stand; what is over is forgotten.
    fn untold(&self, now: Timestamp) -> Vec<(Opening, Vec<(Index, i64)>)> {
        let mut openings = self.lock();
        openings.retain(|(_, opened_at), _| now.duration_since(*opened_at) <= COUNTED + TOLD_AFTER);
        let mut untold = Vec::new();
        for (opening, counts) in openings.iter() {
            let rows: Vec<(Index, i64)> = counts
                .iter()
                .filter(|(_, count)| count.seats > count.told)
                .map(|(index, count)| (*index, count.seats))
                .collect();
            if !rows.is_empty() {
                untold.push((opening.clone(), rows));
            }
        }
        untold
    }

    /// Notes that these counts were told.
    fn note_told(&self, opening: &Opening, rows: &[(Index, i64)]) {
        let mut openings = self.lock();
        let Some(counts) = openings.get_mut(opening) else { return };
        for (index, seats) in rows {
            if let Some(count) = counts.get_mut(index) {
                count.told = count.told.max(*seats);
            }
        }
    }

    /// Tells the counts that have changed. What could not be told is told the next time.
    pub(super) async fn tell(&self, database: &Database, now: Timestamp) -> Result<(), StoreError> {
        for (opening, untold) in self.untold(now) {
            for rows in untold.chunks(ROWS_MAX) {
                let client = database.client().await?;
                wall_networks::put(&client, self.process, &opening, rows, COUNTED + TOLD_AFTER).await?;
                self.note_told(&opening, rows);
            }
        }
        Ok(())
    }

    /// Notes how the seats of an opening were shared out in the end, and removes its counts, some of them each time.
    pub(super) async fn end_one(&self, database: &Database) -> Result<(), StoreError> {
        let client = database.client().await?;
        let Some(opening) = wall_networks::over(&client, COUNTED + KEPT_AFTER).await? else { return Ok(()) };
        let (exam, ended_at) = (&opening.0, opening.1 + COUNTED);
        // Once some are removed, what is left says nothing.
        if !wall_shares::is_noted(&client, exam, ended_at).await? {
            let sums = wall_networks::sums(&client, std::slice::from_ref(&opening)).await?;
            wall_shares::put(&client, exam, ended_at, &sums[0]).await?;
        }
        wall_networks::remove(&client, &opening, REMOVED_MAX).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(exam: &str) -> Opening {
        (exam.parse().unwrap(), "2026-11-20T04:00:00Z".parse().unwrap())
    }

    fn networks() -> (tempfile::TempDir, Networks) {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        (dir, Networks::new(vault))
    }

    /// The counts that are to be told, in order.
    fn untold(networks: &Networks, after: SignedDuration) -> Vec<i64> {
        let all = networks.untold(opening("ce").1 + after);
        let mut seats: Vec<i64> = all.into_iter().flat_map(|(_, rows)| rows).map(|(_, seats)| seats).collect();
        seats.sort_unstable();
        seats
    }

    #[test]
    fn a_network_is_another_one_in_each_opening() {
        let (_dir, networks) = networks();
        let (first, later) = (opening("ce"), ("ce".parse().unwrap(), opening("ce").1 + COUNTED));
        let index = |opening: &Opening| networks.index(opening, &[7; 32]);
        assert_eq!(index(&first), index(&first));
        let all = [index(&first), index(&later), index(&opening("other")), [7; 32]];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
    }

    #[test]
    fn what_was_not_told_is_told_as_it_stands_and_what_was_told_is_not_told_again() {
        let (_dir, networks) = networks();
        let soon = SignedDuration::from_secs(1);
        networks.given(opening("ce"), &[1; 32], 1);
        networks.given(opening("ce"), &[2; 32], 2);
        assert_eq!(untold(&networks, soon), [1, 2]);
        networks.given(opening("ce"), &[1; 32], 2);
        let before = networks.untold(opening("ce").1 + soon);
        assert_eq!(untold(&networks, soon), [2, 3], "nobody heard of them");
        // One more comes while they are told.
        networks.given(opening("ce"), &[2; 32], 1);
        for (opening, rows) in &before {
            networks.note_told(opening, rows);
        }
        assert_eq!(untold(&networks, soon), [3], "all of that network");
        assert_eq!(untold(&networks, COUNTED + TOLD_AFTER + soon), [0; 0]);
        assert!(networks.lock().is_empty(), "and nothing is kept of what is over");
    }

    #[test]
    fn more_networks_than_there_is_room_for_are_one_count() {
        let (_dir, networks) = networks();
        let index = |number: usize| {
            let mut index = [0; 32];
            index[..8].copy_from_slice(&number.to_be_bytes());
            index
        };
        let opening = opening("ce");
        for number in 0..NETWORKS_MAX + 3 {
            networks.count(opening.clone(), index(number), 1);
        }
        networks.count(opening.clone(), index(0), 4);
        let counts = networks.lock().remove(&opening).unwrap();
        assert_eq!(counts.len(), NETWORKS_MAX + 1);
        assert_eq!([counts[&None].seats, counts[&Some(index(0))].seats], [3, 5]);
    }
}
