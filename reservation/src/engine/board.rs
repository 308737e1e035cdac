//! What is free, kept in memory and fed from the pool's events: every page reads this, never Redis.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::ids::SittingNumber;
use crate::sitting::{Availability, Level, Sitting};
use crate::store::event::{Event, Kind, StreamId};

/// One sitting's counts.
#[derive(Debug, Default)]
struct Counts {
    capacity: i64,
    free: i64,
    /// The event that `free` is from; older ones change nothing.
    as_of: StreamId,
    /// How many running clocks end in which second since 1970.
    deadlines: BTreeMap<i64, i64>,
}

/// The counts of one pool's sittings.
#[derive(Debug, Default)]
struct Sittings {
    counts: HashMap<SittingNumber, Counts>,
    /// The newest event that a call of our own wrote.
    noted: StreamId,
    /// The newest event that came round.
    applied: StreamId,
}

/// What is free in one pool.
#[derive(Debug)]
pub struct Board {
    sittings: RwLock<Sittings>,
    version: watch::Sender<u64>,
}

impl Default for Board {
    fn default() -> Self {
        Self { sittings: RwLock::default(), version: watch::Sender::new(0) }
    }
}

/// The second at whose end a clock has surely run out.
fn second(lapses_ms: i64) -> i64 {
    lapses_ms.div_euclid(1_000) + i64::from(lapses_ms.rem_euclid(1_000) > 0)
}

impl Board {
    fn write(&self, change: impl FnOnce(&mut Sittings)) {
        change(&mut self.sittings.write().expect("nothing panics while it holds the board"));
        self.version.send_modify(|version| *version += 1);
    }

    /// Starts over from Redis's counts (sitting, capacity, free) and the ledger's deadlines,
    /// both read after the event `as_of`.
    pub fn reset(
        &self,
        counts: &[(SittingNumber, i64, i64)],
        deadlines: BTreeMap<(SittingNumber, i64), i64>,
        as_of: StreamId,
    ) {
        self.write(|board| {
            board.counts.clear();
            (board.applied, board.noted) = (as_of, as_of);
            for &(sitting, capacity, free) in counts {
                board.counts.insert(sitting, Counts { capacity, free, as_of, deadlines: BTreeMap::new() });
            }
            for ((sitting, second), holds) in deadlines {
                board.counts.entry(sitting).or_default().deadlines.insert(second, holds);
            }
        });
    }

    /// Takes over what a script call of our own answered, before its event comes round.
    pub fn note(&self, free: &[(SittingNumber, i64)], event: Option<StreamId>) {
        let Some(event) = event else { return };
        self.write(|board| {
            board.noted = board.noted.max(event);
            for &(sitting, seats) in free {
                // Of a sitting that is new here, the capacity is not known yet either.
                if let Some(counts) = board.counts.get_mut(&sitting).filter(|counts| counts.as_of < event) {
                    (counts.free, counts.as_of) = (seats, event);
                }
            }
        });
    }

    /// Takes over capacities that a call of our own has set, with the free seats that it answered.
    pub fn resized(&self, capacities: &[(SittingNumber, u32)], free: &[(SittingNumber, i64)], event: Option<StreamId>) {
        self.write(|board| {
            for &(sitting, capacity) in capacities {
                board.counts.entry(sitting).or_default().capacity = capacity.into();
            }
            for &(sitting, seats) in free {
                let counts = board.counts.entry(sitting).or_default();
                // Without an event nothing changed: only a sitting that is new here learns from it.
                if counts.as_of <= event.unwrap_or_default() {
                    (counts.free, counts.as_of) = (seats, event.unwrap_or_default());
                }
            }
        });
    }

    /// Takes over events, in order. Each must come once: deadlines are counted.
    pub fn apply(&self, events: &[Event]) {
        self.write(|board| {
            for event in events {
                board.applied = event.id;
                for &(sitting, capacity) in &event.capacities {
                    board.counts.entry(sitting).or_default().capacity = capacity;
                }
                for &(sitting, seats) in &event.free {
                    let counts = board.counts.entry(sitting).or_default();
                    if counts.as_of < event.id {
                        (counts.free, counts.as_of) = (seats, event.id);
                    }
                }
                for record in &event.records {
                    let step = match record.kind {
                        Kind::Held => 1,
                        Kind::Frozen | Kind::Released | Kind::Expired => -1,
                        Kind::Confirmed | Kind::Cancelled => continue,
                    };
                    let deadlines = &mut board.counts.entry(record.sitting).or_default().deadlines;
                    let second = second(record.lapses_ms);
                    let holds = deadlines.get(&second).copied().unwrap_or_default() + step;
                    // A hold that was taken frozen, or frozen twice, never had a running clock here.
                    if holds > 0 {
                        deadlines.insert(second, holds)
                    } else {
                        deadlines.remove(&second)
                    };
                }
            }
        });
    }

    /// What is free in these sittings.
    pub fn availability<'a>(&self, sittings: impl Iterator<Item = &'a Arc<Sitting>>) -> Vec<Availability> {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        sittings
            .map(|sitting| {
                let counts = board.counts.get(&sitting.number);
                let capacity =
                    counts.map_or(sitting.spec.capacity, |counts| u32::try_from(counts.capacity).unwrap_or_default());
                let free = counts.map_or(0, |counts| u32::try_from(counts.free).unwrap_or_default()).min(capacity);
                let level = Level::of(free, capacity);
                let next_release_at = match (level, counts) {
                    (Level::Full, Some(counts)) => next_release(counts),
                    _ => None,
                };
                Availability { sitting: sitting.clone(), capacity, free, level, next_release_at }
            })
            .collect()
    }

    /// Free seats of these sittings, and with them those whose clocks run out by `until`.
    pub fn supply<'a>(&self, sittings: impl Iterator<Item = &'a Arc<Sitting>>, until: Timestamp) -> u64 {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        let counts = sittings.filter_map(|sitting| board.counts.get(&sitting.number));
        let soon = |counts: &Counts| counts.deadlines.range(..=until.as_second()).map(|(_, holds)| holds).sum::<i64>();
        // Below zero after a capacity was lowered: then lapsing holds free nothing at first.
        counts.map(|counts| u64::try_from(counts.free + soon(counts)).unwrap_or_default()).sum()
    }

    /// When the next clock of this sitting runs out.
    pub fn next_release_at(&self, sitting: SittingNumber) -> Option<Timestamp> {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        board.counts.get(&sitting).and_then(next_release)
    }

    /// Does the board lack events about a sitting that Redis just said is full?
    pub fn is_behind(&self, sitting: SittingNumber) -> bool {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        board.applied < board.noted || board.counts.get(&sitting).is_none_or(|counts| counts.free > 0)
    }

    /// The capacity that Redis has for a sitting.
    pub fn capacity(&self, sitting: SittingNumber) -> Option<i64> {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        board.counts.get(&sitting).map(|counts| counts.capacity)
    }

    /// Wakes at every change.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

fn next_release(counts: &Counts) -> Option<Timestamp> {
    // While more is taken than the capacity has, one hold less frees nothing.
    let mut missing = 1 - counts.free.min(0);
    let at = counts.deadlines.iter().find(|(_, holds)| {
        missing -= **holds;
        missing <= 0
    });
    at.and_then(|(&second, _)| Timestamp::from_second(second).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Generation;
    use crate::store::event::Record;

    const SITTING: SittingNumber = SittingNumber(1);

    fn event(seq: i64, free: i64, kind: Kind, lapses_ms: i64) -> Event {
        Event {
            id: StreamId { ms: 1, seq },
            epoch: 1,
            now_ms: 1,
            free: vec![(SITTING, free)],
            capacities: vec![],
            records: vec![Record {
                kind,
                candidate: "c".parse().unwrap(),
                group: SITTING,
                sitting: SITTING,
                generation: Generation(1),
                lapses_ms,
                reference: None,
            }],
        }
    }

    #[test]
    fn an_older_event_does_not_undo_a_newer_answer() {
        let board = Board::default();
        board.reset(&[(SITTING, 2, 2)], BTreeMap::new(), StreamId::default());
        board.note(&[(SITTING, 0)], Some(StreamId { ms: 1, seq: 5 }));
        board.apply(&[event(4, 1, Kind::Held, 5_000)]);
        assert_eq!(board.sittings.read().unwrap().counts[&SITTING].free, 0);
    }

    #[test]
    fn the_next_release_is_the_first_clock_that_frees_a_seat() {
        let board = Board::default();
        board.reset(&[(SITTING, 1, 1)], BTreeMap::new(), StreamId::default());
        board.apply(&[event(1, 0, Kind::Held, 5_001), event(2, -1, Kind::Held, 9_000)]);
        assert_eq!(board.next_release_at(SITTING), Timestamp::from_second(9).ok());
        board.apply(&[event(3, 0, Kind::Expired, 5_001)]);
        assert_eq!(board.next_release_at(SITTING), Timestamp::from_second(9).ok());
        board.apply(&[event(4, 0, Kind::Frozen, 9_000)]);
        assert_eq!(board.next_release_at(SITTING), None);
    }
}
