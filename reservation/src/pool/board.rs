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
    /// As free as the events that came round say: what our own calls answered may be ahead of the clocks.
    followed: i64,
    /// How many running clocks end in which second since 1970.
    deadlines: BTreeMap<i64, i64>,
    /// The sum of them.
    held: i64,
}

/// One less in this second; false when there is none.
fn take_one(deadlines: &mut BTreeMap<i64, i64>, second: i64) -> bool {
    let Some(holds) = deadlines.get_mut(&second) else { return false };
    *holds -= 1;
    if *holds <= 0 {
        deadlines.remove(&second);
    }
    true
}

/// The counts of one pool's sittings.
#[derive(Debug, Default)]
struct Sittings {
    counts: HashMap<SittingNumber, Counts>,
    /// How many running clocks of all sittings end in which second since 1970: a census has no time to add them up.
    lapses: BTreeMap<i64, i64>,
    /// The newest event that a call of our own wrote.
    noted: StreamId,
    /// The newest event that came round.
    applied: StreamId,
}

impl Sittings {
    /// So many clocks more that end in this second.
    fn add_clocks(&mut self, sitting: SittingNumber, second: i64, holds: i64) {
        let counts = self.counts.entry(sitting).or_default();
        *counts.deadlines.entry(second).or_default() += holds;
        counts.held += holds;
        *self.lapses.entry(second).or_default() += holds;
    }

    /// One clock less that ends in this second. A hold that was taken frozen, or frozen twice,
    /// never had one here.
    fn forget_clock(&mut self, sitting: SittingNumber, second: i64) {
        let counts = self.counts.entry(sitting).or_default();
        if take_one(&mut counts.deadlines, second) {
            counts.held -= 1;
            take_one(&mut self.lapses, second);
        }
    }
}

/// What Redis counts in a pool's sittings, and between which events it was read.
#[derive(Debug, Default)]
pub struct CountsRead {
    /// Of each sitting its number, its capacity, and its free seats.
    pub counts: Vec<(SittingNumber, i64, i64)>,
    /// The newest event before they were read: each counts at least what it and those before it did.
    pub after: StreamId,
    /// The newest event after they were read: none counts anything newer.
    pub before: StreamId,
}

/// How many running clocks of the ledger end where and when, and up to which event it knows them.
#[derive(Debug, Default)]
pub struct DeadlinesRead {
    /// The number of clocks that end, by sitting and second since 1970.
    pub deadlines: BTreeMap<(SittingNumber, i64), i64>,
    /// Whoever reads on does so after this event.
    pub cursor: StreamId,
}

/// What a board counts in one sitting, all of it as of the same event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// The seats of the sitting in all.
    pub capacity: i64,
    /// Its free seats, without those kept for a waiting list; below 0 after the capacity was lowered.
    pub free: i64,
    /// Holds with a running clock.
    pub held: i64,
}

/// What a board counts in all its sittings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Each sitting, in the order of the numbers.
    pub counted: Vec<Counted>,
    /// How many clocks run out by the end of which second since 1970.
    pub lapses: BTreeMap<i64, i64>,
}

/// What is free in one pool.
#[derive(Debug, Default)]
pub struct Board {
    sittings: RwLock<Sittings>,
    changes: watch::Sender<u64>,
}

/// The second at whose end a clock has surely run out.
fn second(lapses_ms: i64) -> i64 {
    lapses_ms.div_euclid(1_000) + i64::from(lapses_ms.rem_euclid(1_000) > 0)
}

impl Board {
    /// An empty board that counts `changes` up at every change; the boards of one exam share it.
    pub fn announcing(changes: watch::Sender<u64>) -> Self {
        Self { sittings: RwLock::default(), changes }
    }

    fn write(&self, change: impl FnOnce(&mut Sittings)) {
        change(&mut self.sittings.write().expect("nothing panics while it holds the board"));
        self.changes.send_modify(|version| *version += 1);
    }

    /// Starts over from the ledger's deadlines and Redis's counts. The board lacks the events between the two until
    /// they are applied.
    pub fn reset(&self, counts: &CountsRead, deadlines: DeadlinesRead) {
        let DeadlinesRead { deadlines, cursor } = deadlines;
        let as_of = counts.after;
        self.write(|board| {
            board.counts.clear();
            board.lapses.clear();
            (board.applied, board.noted) = (cursor, counts.before);
            for &(sitting, capacity, free) in &counts.counts {
                let counts = Counts { capacity, free, as_of, followed: free, ..Counts::default() };
                board.counts.insert(sitting, counts);
            }
            for ((sitting, second), holds) in deadlines {
                board.add_clocks(sitting, second, holds);
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
                    counts.followed = seats;
                    if counts.as_of < event.id {
                        (counts.free, counts.as_of) = (seats, event.id);
                    }
                }
                for made in &event.made {
                    let second = second(made.lapses_ms);
                    for hold in made.holds() {
                        board.add_clocks(hold.sitting, second, 1);
                    }
                }
                for record in &event.records {
                    if matches!(record.kind, Kind::Frozen | Kind::Released | Kind::Expired) {
                        board.forget_clock(record.sitting, second(record.lapses_ms));
                    }
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
        self.next_release_at_or(sitting, None)
    }

    /// When the next clock of this sitting runs out; while the board lacks events about a sitting
    /// that Redis just said is full, what Redis `told`. One look answers both: between two, the
    /// events could come, and clocks that are known by then would be known to neither.
    pub fn next_release_at_or(&self, sitting: SittingNumber, told: Option<Timestamp>) -> Option<Timestamp> {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        let counts = board.counts.get(&sitting);
        let is_behind = || board.applied < board.noted || counts.is_none_or(|counts| counts.free > 0);
        counts.and_then(next_release).or_else(|| told.filter(|_| is_behind()))
    }

    /// The second since 1970 in which the first clock of all runs out.
    pub fn first_deadline(&self) -> Option<i64> {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        board.counts.values().filter_map(|counts| counts.deadlines.keys().next().copied()).min()
    }

    /// What is counted in every sitting as of the newest event that came round, and when which clocks run out: those
    /// that run now, to the second. Costs O(sittings + seconds), however many clocks run.
    pub fn census(&self) -> Census {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        let counted = |(&sitting, counts): (&SittingNumber, &Counts)| {
            let &Counts { capacity, followed: free, held, .. } = counts;
            Counted { sitting, capacity, free, held }
        };
        let mut census = Census { counted: board.counts.iter().map(counted).collect(), lapses: board.lapses.clone() };
        drop(board);
        census.counted.sort_unstable_by_key(|counted| counted.sitting);
        census
    }

    /// The capacity that Redis has for a sitting.
    pub fn capacity(&self, sitting: SittingNumber) -> Option<i64> {
        let board = self.sittings.read().expect("nothing panics while it holds the board");
        board.counts.get(&sitting).map(|counts| counts.capacity)
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

    const SITTING: SittingNumber = SittingNumber(1);

    /// An entry as Redis would give it: `made` and `records` are its fields h and d.
    fn event(seq: i64, free: i64, made: &str, records: &str) -> Event {
        let fields = [("e", "1"), ("t", "1"), ("f", &format!("1 {free}")), ("s", ""), ("d", records), ("h", made)];
        let map = fields.map(|(name, text)| (name.to_owned(), redis::Value::BulkString(text.as_bytes().to_vec())));
        let entry = redis::streams::StreamId { id: format!("1-{seq}"), map: map.into(), ..Default::default() };
        Event::parse(&entry).unwrap()
    }

    /// The sitting's counts, of just after this event.
    fn counted(capacity: i64, free: i64, at: StreamId) -> CountsRead {
        CountsRead { counts: vec![(SITTING, capacity, free)], after: at, before: at }
    }

    #[test]
    fn an_older_event_does_not_undo_a_newer_answer() {
        let board = Board::default();
        board.reset(&counted(2, 2, StreamId::default()), DeadlinesRead::default());
        board.note(&[(SITTING, 0)], Some(StreamId { ms: 1, seq: 5 }));
        board.apply(&[event(4, 1, "5000 1 c:1", "")]);
        assert_eq!(board.sittings.read().unwrap().counts[&SITTING].free, 0);
    }

    #[test]
    fn the_next_release_is_the_first_clock_that_frees_a_seat() {
        let board = Board::default();
        board.reset(&counted(1, 1, StreamId::default()), DeadlinesRead::default());
        board.apply(&[event(1, 0, "5001 1 c:1", ""), event(2, -1, "9000 2 d:1", "")]);
        assert_eq!(board.next_release_at(SITTING), Timestamp::from_second(9).ok());
        board.apply(&[event(3, 0, "", "x c:1 1 1 5001")]);
        assert_eq!(board.next_release_at(SITTING), Timestamp::from_second(9).ok());
        board.apply(&[event(4, 0, "", "f d:1 1 2 9000")]);
        assert_eq!(board.next_release_at(SITTING), None);
    }

    #[test]
    fn a_census_is_of_one_event_whatever_our_own_calls_have_answered_since() {
        let board = Board::default();
        board.reset(&counted(3, 3, StreamId::default()), DeadlinesRead::default());
        board.apply(&[event(1, 1, "5000 1 c:1 d:1", "")]);
        let one_of = |free, held| vec![Counted { sitting: SITTING, capacity: 3, free, held }];
        assert_eq!(board.census(), Census { counted: one_of(1, 2), lapses: BTreeMap::from([(5, 2)]) });
        board.note(&[(SITTING, 0)], Some(StreamId { ms: 1, seq: 2 }));
        assert_eq!(board.census().counted, one_of(1, 2), "its clock has not come round");
        board.apply(&[event(2, 0, "6001 3 e:1", "")]);
        assert_eq!(board.census(), Census { counted: one_of(0, 3), lapses: BTreeMap::from([(5, 2), (7, 1)]) });
        board.apply(&[event(2, 0, "", "x c:1 1 9 4000")]);
        assert_eq!(board.census().counted, one_of(0, 3), "that clock never ran here");
        // One is paid for, one lapses.
        board.apply(&[event(3, 1, "", "f c:1 1 1 5000\nx d:1 1 2 5000")]);
        assert_eq!(board.census(), Census { counted: one_of(1, 1), lapses: BTreeMap::from([(7, 1)]) });
        // The ledger knows of two in two sittings; what was counted before is gone.
        let other = SittingNumber(2);
        let deadlines = BTreeMap::from([((SITTING, 8), 1), ((other, 8), 1)]);
        board.reset(&counted(3, 2, StreamId::default()), DeadlinesRead { deadlines, ..DeadlinesRead::default() });
        assert_eq!(board.census().counted[..1], one_of(2, 1));
        assert_eq!(board.census().lapses, BTreeMap::from([(8, 2)]));
    }

    #[test]
    fn what_redis_told_counts_until_its_events_have_come() {
        let told = Timestamp::from_second(7).ok();
        let board = Board::default();
        assert_eq!(board.next_release_at_or(SITTING, told), told, "nothing is known of the sitting");
        board.reset(&counted(1, 1, StreamId::default()), DeadlinesRead::default());
        assert_eq!(board.next_release_at_or(SITTING, told), told, "for the board it is not full");
        board.note(&[(SITTING, 0)], Some(StreamId { ms: 1, seq: 1 }));
        assert_eq!(board.next_release_at_or(SITTING, told), told, "the event is on its way");
        board.apply(&[event(1, 0, "5001 1 c:1", "")]);
        assert_eq!(board.next_release_at_or(SITTING, told), Timestamp::from_second(6).ok());
        board.apply(&[event(2, 0, "", "f c:1 1 1 5001")]);
        assert_eq!(board.next_release_at_or(SITTING, told), None, "no clock runs in this sitting");
    }

    #[test]
    fn a_board_that_starts_over_in_a_rush_waits_for_the_clocks_that_the_ledger_lacks() {
        let told = Timestamp::from_second(7).ok();
        let board = Board::default();
        // Redis gave the seat; the ledger has not heard of it.
        board.reset(&counted(1, 0, StreamId { ms: 1, seq: 1 }), DeadlinesRead::default());
        assert_eq!(board.next_release_at_or(SITTING, told), told);
        board.apply(&[event(1, 0, "5001 1 c:1", "")]);
        assert_eq!(board.next_release_at_or(SITTING, told), Timestamp::from_second(6).ok());
        // The seat was given while the counts were read.
        let meanwhile = CountsRead { after: StreamId::default(), ..counted(1, 0, StreamId { ms: 1, seq: 1 }) };
        board.reset(&meanwhile, DeadlinesRead::default());
        assert_eq!(board.next_release_at_or(SITTING, told), told);
    }
}
