//! An exam's seats at one moment, sitting by sitting, and when which of them come back: what the wall shows.
//!
//! Made of what this process knows anyway: its boards, and from the ledger how many seats are confirmed. One look a second
//! costs O(sittings), however many look at what comes of it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::engine::{Engine, HoldError};
use crate::ids::{ExamId, SittingNumber};
use crate::ledger::sittings;
use crate::pool::board::Counted;

/// Longest wait for what a pool keeps for its waiting list: each second is looked at anew.
const KEPT_WAIT: Duration = Duration::from_millis(500);

/// Where the seats of one sitting are. They add up to its capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SittingFigures {
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// Seats in all.
    pub capacity: i64,
    /// Seats that nobody has, with those that are kept for a waiting list; below 0 after the capacity was lowered.
    pub left: i64,
    /// Seats whose clock runs.
    pub held: i64,
    /// Seats whose clock stands still, because evidence of payment is in.
    pub frozen: i64,
    /// Seats that are somebody's.
    pub confirmed: i64,
}

/// An exam's seats, and what stands around them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Every sitting, by number.
    pub sittings: Vec<SittingFigures>,
    /// How many holds lapse by the end of which second since 1970, unless they are paid for or given back before.
    pub lapses: BTreeMap<i64, i64>,
    /// How many wait before the exam and are not let in yet.
    pub waiting: u64,
    /// How many the waiting room has let in.
    pub admitted: u64,
    /// The number of pools.
    pub pools: usize,
    /// The highest epoch of the pools.
    pub epoch: i64,
    /// When the last one of the pools was opened, as far as this process knows.
    pub opened_at: Option<Timestamp>,
}

/// Where the seats are, of a board that counts `board`, with so many kept for a list, of which the ledger has confirmed so
/// many. What is neither free nor held nor confirmed is frozen; where the board is a moment behind the ledger, a seat that is
/// confirmed already is not counted as held, too.
fn split(board: Counted, kept: i64, confirmed: i64) -> SittingFigures {
    let Counted { sitting, capacity, free, held } = board;
    let left = free + kept;
    let taken = (capacity - left).max(0);
    let confirmed = confirmed.min(taken);
    let held = held.clamp(0, taken - confirmed);
    SittingFigures { sitting, capacity, left: capacity - taken, held, frozen: taken - confirmed - held, confirmed }
}

impl Engine {
    /// The seats of these exams now, of those that this process knows. Asks the ledger one small question, and Redis what is
    /// kept for waiting lists where an exam has any, all pools at once and none for longer than half a second.
    pub async fn figures(&self, exams: &[ExamId]) -> Result<Vec<(ExamId, Figures)>, HoldError> {
        let names: Vec<&str> = exams.iter().map(ExamId::as_str).collect();
        let client = self.inner.ledger.client().await?;
        // The ledger first: the boards are newer then, and know of each seat that it confirmed.
        let confirmed = sittings::confirmed(&**client, &names).await?;
        drop(client);
        let mut all = Vec::with_capacity(exams.len());
        for exam in exams {
            if self.exam(exam).is_some() {
                let confirmed_in = |sitting| confirmed.get(&(exam.to_string(), sitting)).copied().unwrap_or_default();
                // One that cannot be told just now keeps none of the others.
                if let Ok(figures) = self.figures_of(exam, confirmed_in).await {
                    all.push((exam.clone(), figures));
                }
            }
        }
        Ok(all)
    }

    /// One exam's, given how many seats the ledger has confirmed in a sitting.
    async fn figures_of(
        &self,
        exam: &ExamId,
        confirmed_in: impl Fn(SittingNumber) -> i64,
    ) -> Result<Figures, HoldError> {
        let pools = self.pools_of(exam);
        let mut kept = BTreeMap::new();
        if self.entry(exam)?.last_waiting_list.is_some() {
            // Where a pool does not answer, what it keeps looks frozen, and those of the others are told.
            let asked = pools.iter().map(async |pool| {
                tokio::time::timeout(KEPT_WAIT, self.ask(|| self.inner.store.kept(&pool.keys))).await
            });
            for of_pool in join_all(asked).await.into_iter().flatten().flatten() {
                kept.extend(of_pool);
            }
        }
        let room = self.waiting_room(exam)?;
        let mut figures = Figures {
            waiting: room.waiting,
            admitted: room.admitted,
            pools: pools.len(),
            epoch: pools.iter().map(|pool| pool.epochs().epoch).max().unwrap_or_default(),
            opened_at: pools.iter().filter_map(|pool| pool.opened_at()).max(),
            ..Figures::default()
        };
        for pool in &pools {
            let census = pool.board.census();
            for (second, holds) in census.lapses {
                *figures.lapses.entry(second).or_default() += holds;
            }
            figures.sittings.extend(census.counted.into_iter().map(|counted| {
                let kept = kept.get(&counted.sitting).map_or(0, |seats| i64::try_from(*seats).unwrap_or(i64::MAX));
                split(counted, kept, confirmed_in(counted.sitting))
            }));
        }
        figures.sittings.sort_unstable_by_key(|sitting| sitting.sitting);
        Ok(figures)
    }

    /// How far the exam's ledger is behind, in the pools that this process writes.
    pub fn lag(&self, exam: &ExamId) -> Duration {
        self.pools_of(exam).iter().map(|pool| pool.lag()).max().unwrap_or_default()
    }

    /// The versions of Redis that answer now, each once, in order.
    pub fn redis_versions(&self) -> Vec<String> {
        self.inner.store.versions()
    }

    /// How far the clock of a store is away from ours, the one that is furthest away: positive where it is ahead, in ms.
    pub fn clock_apart_ms(&self) -> i64 {
        self.inner.clock_apart_ms.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pool::board::{Board, CountsRead, DeadlinesRead};
    use crate::store::event::Event;

    fn counted(capacity: i64, free: i64, held: i64) -> Counted {
        Counted { sitting: SittingNumber(1), capacity, free, held }
    }

    #[test]
    fn what_is_neither_free_nor_held_nor_confirmed_is_frozen() {
        let of = |board, kept, confirmed| {
            let SittingFigures { left, held, frozen, confirmed, .. } = split(board, kept, confirmed);
            [left, held, frozen, confirmed]
        };
        assert_eq!(of(counted(100, 60, 25), 0, 10), [60, 25, 5, 10]);
        assert_eq!(of(counted(100, 0, 25), 3, 10), [3, 25, 62, 10], "seats that are kept for a list are left");
        assert_eq!(of(counted(10, -5, 4), 0, 11), [-5, 4, 0, 11], "a capacity was lowered");
        assert_eq!(of(counted(10, 8, 2), 0, 1), [8, 1, 0, 1], "the board has not heard of the payment");
        assert_eq!(of(counted(10, 9, 0), 0, 2), [9, 0, 0, 1], "the ledger is ahead of a seat taken anew");
    }

    /// An entry of the stream as Redis would give it: `made` and `records` are its fields h and d.
    fn event(seq: i64, free: i64, made: &str, records: &str) -> Event {
        let fields = [("e", "1"), ("t", "1"), ("f", &format!("1 {free}")), ("s", ""), ("d", records), ("h", made)];
        let map = fields.map(|(name, text)| (name.to_owned(), redis::Value::BulkString(text.as_bytes().to_vec())));
        let entry = redis::streams::StreamId { id: format!("1-{seq}"), map: map.into(), ..Default::default() };
        Event::parse(&entry).unwrap()
    }

    proptest! {
        /// Whatever happens to holds, what lapses when is what the holds that still run say, each in its second.
        #[test]
        fn what_is_told_ahead_is_what_runs(moves in proptest::collection::vec((0..5_u8, 0..20_usize, 1..9_000_i64), 1..80)) {
            let board = Board::default();
            let counts = CountsRead { counts: vec![(SittingNumber(1), 1_000, 1_000)], ..CountsRead::default() };
            board.reset(&counts, DeadlinesRead::default());
            let (mut running, mut free): (Vec<(i64, i64)>, i64) = (Vec::new(), 1_000);
            for (seq, (kind, which, deadline)) in (1_i64..).zip(moves) {
                let (mut made, mut records) = (String::new(), String::new());
                if kind < 2 || running.is_empty() {
                    free -= 2;
                    running.extend([(2 * seq, deadline), (2 * seq + 1, deadline)]);
                    made = format!("{deadline} {} c{seq}:1 d{seq}:1", 2 * seq);
                } else {
                    let (generation, lapses) = running.remove(which % running.len());
                    let (letter, freed) = [("f", 0), ("r", 1), ("x", 1)][usize::from(kind - 2)];
                    free += freed;
                    // Frozen a second time, as by who says later what paid: no clock of its own any more.
                    records = format!("{letter} c:1 1 {generation} {lapses}");
                    if letter == "f" { records.push_str(&format!("\nf c:1 1 {generation} 0 order-1")) }
                }
                board.apply(&[event(seq, free, &made, &records)]);
            }
            let mut expected = BTreeMap::new();
            for (_, lapses) in &running {
                *expected.entry((lapses + 999).div_euclid(1_000)).or_insert(0) += 1;
            }
            let census = board.census();
            prop_assert_eq!(&census.lapses, &expected);
            prop_assert_eq!(census.counted[0].held, i64::try_from(running.len()).unwrap());
            prop_assert_eq!(census.counted[0].free, free);
        }

        #[test]
        fn the_seats_add_up_whatever_lags_behind(
            capacity in 0..1_000_i64, free in -50..1_000_i64, held in 0..1_000_i64, kept in 0..50_i64, confirmed in 0..1_000_i64,
        ) {
            let figures = split(counted(capacity, free, held), kept, confirmed);
            prop_assert_eq!(figures.left + figures.held + figures.frozen + figures.confirmed, capacity);
            prop_assert!(figures.held >= 0 && figures.frozen >= 0 && figures.confirmed >= 0);
        }
    }
}
