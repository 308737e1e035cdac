//! What the wall keeps of a second, as plain values: no clock, no store.

use jiff::Timestamp;
use reservation::engine::figures::Figures;
use reservation::engine::tally::{Outcome, Times};
use serde::{Deserialize, Serialize};

/// For so many seconds ahead it is told which clocks run out.
pub const FORECAST_SECONDS: i64 = 15 * 60;

/// How often seats were asked for since the beginning, by what became of it: in the order of [`Outcome::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked(Vec<u64>);

impl Asked {
    /// How often it came to this.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0.get(outcome as usize).copied().unwrap_or_default()
    }

    /// How often it came to any of these.
    pub fn of_any(&self, outcomes: &[Outcome]) -> u64 {
        outcomes.iter().map(|outcome| self.of(*outcome)).sum()
    }

    /// How often seats were asked for.
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(crate) fn set(&mut self, outcome: Outcome, count: u64) {
        self.0.resize(self.0.len().max(Outcome::ALL.len()), 0);
        self.0[outcome as usize] = count;
    }
}

/// Payments, counted by the orders that they are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCounts {
    /// All that were ever begun.
    pub begun: u64,
    /// Those of which the money came.
    pub came: u64,
    /// Those of which nobody knows what became.
    pub unknown: u64,
    /// Refunds that the channel refuses: the merchant's balance is short, or the buyer's account takes no money.
    #[serde(default)]
    pub short: u64,
}

/// Sums over an exam in one second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Seats in all.
    pub capacity: i64,
    /// Seats that nobody has; those that a lowered capacity lacks count against it.
    pub left: i64,
    /// Seats whose clock runs.
    pub held: i64,
    /// Seats whose clock stands still.
    pub frozen: i64,
    /// Seats that are somebody's.
    pub confirmed: i64,
    /// How many wait outside.
    pub waiting: u64,
    /// How many the waiting room has let in.
    pub admitted: u64,
    /// How often seats were asked for.
    pub asked: Asked,
    /// Half of the requests of this second took no longer, in µs. `None`: there were none.
    pub half_us: Option<u64>,
    /// All but one of a hundred took no longer, in µs.
    pub most_us: Option<u64>,
    /// How far the ledger is behind, in ms.
    pub lag_ms: u64,
    /// How many payments there are, and how they stand.
    pub payments: PaymentCounts,
    /// After so many seconds there is another row: 1 while something goes on.
    pub pace: u8,
}

impl Totals {
    /// The sums of `figures`; what processes and tables say besides is not in them yet.
    pub(crate) fn of(figures: &Figures) -> Self {
        let mut totals = Self { waiting: figures.waiting, admitted: figures.admitted, pace: 1, ..Self::default() };
        for sitting in &figures.sittings {
            totals.capacity += sitting.capacity;
            totals.left += sitting.left;
            totals.held += sitting.held;
            totals.frozen += sitting.frozen;
            totals.confirmed += sitting.confirmed;
        }
        totals
    }

    /// Has anything moved since? How long requests took moves nothing.
    pub(crate) fn has_moved_since(&self, before: &Self) -> bool {
        let still = |totals: &Self| Self { half_us: None, most_us: None, lag_ms: 0, pace: 1, ..totals.clone() };
        still(self) != still(before)
    }
}

/// One sitting in one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[i64; 7]", into = "[i64; 7]")]
pub struct SittingSecond {
    /// Its number in the exam.
    pub number: i64,
    /// Seats in all.
    pub capacity: i64,
    /// Seats that nobody has; below 0 after the capacity was lowered.
    pub left: i64,
    /// Seats whose clock runs.
    pub held: i64,
    /// Seats whose clock stands still.
    pub frozen: i64,
    /// Seats that are somebody's.
    pub confirmed: i64,
    /// The second since 1970 in which it was seen full; 0 while a seat is left.
    pub full_at: i64,
}

impl From<[i64; 7]> for SittingSecond {
    fn from([number, capacity, left, held, frozen, confirmed, full_at]: [i64; 7]) -> Self {
        Self { number, capacity, left, held, frozen, confirmed, full_at }
    }
}

impl From<SittingSecond> for [i64; 7] {
    fn from(one: SittingSecond) -> Self {
        [one.number, one.capacity, one.left, one.held, one.frozen, one.confirmed, one.full_at]
    }
}

/// The sittings of an exam in one second, which clocks run out when, and on what all of it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// Every sitting, by number.
    pub sittings: Vec<SittingSecond>,
    /// By which second since 1970 how many holds lapse, within [`FORECAST_SECONDS`]; each second after the one before.
    pub lapses: Vec<(i64, i64)>,
    /// The number of pools, and their highest epoch.
    pub pools: (usize, i64),
    /// When a pool was opened last.
    pub opened_at: Option<Timestamp>,
    /// How far the clock of a store is away from ours, in ms.
    pub clock_apart_ms: i64,
    /// The versions of the processes, one for each.
    pub versions: Vec<String>,
    /// What the stores are, with their versions, each once: `Redis 7.0.15`.
    pub stores: Vec<String>,
    /// How much of the disk is free on the server that has least of it, in percent. `None`: none of them can say.
    pub disk_percent: Option<u8>,
}

impl Detail {
    /// Of `figures` at this second; `before` knows when each sitting was seen full first.
    pub(crate) fn of(figures: &Figures, at: i64, before: Option<&Self>) -> Self {
        let known = |number| {
            let sittings = before.map(|before| before.sittings.as_slice()).unwrap_or_default();
            let found = sittings.binary_search_by_key(&number, |sitting| sitting.number);
            found.map_or(0, |found| sittings[found].full_at)
        };
        let sitting = |one: &reservation::engine::figures::SittingFigures| {
            let number = i64::from(one.sitting.0);
            let full_at = match (one.left <= 0 && one.capacity > 0, known(number)) {
                (false, _) => 0,
                (true, 0) => at,
                (true, since) => since,
            };
            let (capacity, left, held, frozen, confirmed) =
                (one.capacity, one.left, one.held, one.frozen, one.confirmed);
            SittingSecond { number, capacity, left, held, frozen, confirmed, full_at }
        };
        let ahead = figures.lapses.range(..=at + FORECAST_SECONDS);
        Self {
            sittings: figures.sittings.iter().map(sitting).collect(),
            lapses: ahead.map(|(second, holds)| (*second, *holds)).collect(),
            pools: (figures.pools, figures.epoch),
            opened_at: figures.opened_at,
            clock_apart_ms: 0,
            versions: Vec::new(),
            stores: Vec::new(),
            disk_percent: None,
        }
    }
}

/// What a process says of itself once a second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// The version of the program that it runs.
    pub version: String,
    /// How far the clock of a store is away from its own, in ms.
    pub clock_apart_ms: i64,
    /// What the stores are that it asks, with their versions: `Redis 7.0.15`.
    pub stores: Vec<String>,
    /// How much of the disk with its data is free, in percent.
    pub disk_percent: Option<u8>,
    /// Of each exam that it was asked for, how long that took.
    pub times: Vec<(String, Times)>,
    /// Of each exam whose ledger it writes and that is behind: by how much, in ms.
    pub lags: Vec<(String, u64)>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use reservation::engine::figures::SittingFigures;
    use reservation::ids::SittingNumber;

    use super::*;

    fn figures(left: i64) -> Figures {
        let sitting = |number, left| SittingFigures {
            sitting: SittingNumber(number),
            capacity: 10,
            left,
            held: 10 - left,
            frozen: 0,
            confirmed: 0,
        };
        let lapses = BTreeMap::from([(990, 1), (1_005, 2), (1_000 + FORECAST_SECONDS, 3), (9_999, 4)]);
        Figures { sittings: vec![sitting(1, left), sitting(2, 4)], lapses, ..Figures::default() }
    }

    #[test]
    fn a_sitting_remembers_the_second_in_which_it_was_seen_full_until_a_seat_comes_back() {
        let full_at = |detail: &Detail| detail.sittings[0].full_at;
        let open = Detail::of(&figures(1), 1_000, None);
        let full = Detail::of(&figures(0), 1_001, Some(&open));
        let still = Detail::of(&figures(-2), 1_002, Some(&full));
        let again = Detail::of(&figures(0), 1_004, Some(&Detail::of(&figures(1), 1_003, Some(&still))));
        assert_eq!([&open, &full, &still, &again].map(full_at), [0, 1_001, 1_001, 1_004]);
        assert_eq!(open.sittings[1].full_at, 0);
    }

    #[test]
    fn what_lapses_is_told_for_a_quarter_of_an_hour_and_what_is_due_already_with_it() {
        let detail = Detail::of(&figures(5), 1_000, None);
        assert_eq!(detail.lapses, [(990, 1), (1_005, 2), (1_900, 3)]);
        let read: Detail = serde_json::from_str(&serde_json::to_string(&detail).unwrap()).unwrap();
        assert_eq!(read, detail);
    }

    #[test]
    fn sums_and_counts_read_back_also_where_another_version_wrote_less() {
        let mut totals = Totals::of(&figures(3));
        assert_eq!((totals.capacity, totals.left, totals.held), (20, 7, 13));
        let one = SittingFigures { sitting: SittingNumber(1), capacity: 10, left: 1, held: 2, frozen: 3, confirmed: 4 };
        let two = Totals::of(&Figures { sittings: vec![one, one], ..Figures::default() });
        assert_eq!(
            (two.capacity, two.left, two.held, two.frozen, two.confirmed),
            (20, 2, 4, 6, 8),
            "no count is left out"
        );
        totals.asked.set(Outcome::Full, 5);
        let text = serde_json::to_string(&totals).unwrap();
        assert_eq!(serde_json::from_str::<Totals>(&text).unwrap(), totals);
        let less: Totals = serde_json::from_str(r#"{"capacity":3,"asked":[4,1],"new":1}"#).unwrap();
        assert_eq!((less.capacity, less.asked.of(Outcome::Given), less.asked.of(Outcome::Full)), (3, 4, 0));
        assert_eq!((less.asked.all(), less.asked.of_any(&[Outcome::Given, Outcome::Kept])), (5, 5));
    }

    #[test]
    fn how_long_requests_took_moves_nothing() {
        let before = Totals::of(&figures(3));
        let slower = Totals { half_us: Some(9), lag_ms: 20, ..before.clone() };
        assert!(!slower.has_moved_since(&before) && Totals::of(&figures(2)).has_moved_since(&before));
    }
}
