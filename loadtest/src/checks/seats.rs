//! Who had which seat, and when: what the generator knows for sure, by its own clock.
//!
//! From these times alone follows whether a seat was given twice, whatever the server says about
//! its own counts.

use std::collections::HashSet;
use std::time::Duration;

/// Where a hold stands, as far as its candidate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Held, and nothing more was asked; it may lapse.
    Held,
    /// The clock was stopped.
    Frozen,
    /// It was paid.
    Confirmed,
    /// It was given back.
    Released,
    /// An answer is missing.
    Unsure,
}

/// One seat that one candidate was told to have.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The hold's id.
    pub hold: Box<str>,
    /// Its sitting, by its place in the list of sittings.
    pub sitting: usize,
    /// From when on it was surely taken: when the answer had arrived. Counted from the start.
    pub from: Duration,
    /// Until when it was surely taken: when the release was sent, or the deadline that was promised
    /// counted from when the request was sent. `None`: for good.
    pub until: Option<Duration>,
    /// Where it stands.
    pub known: Known,
}

impl Seat {
    /// The hold ends at `moment` at the latest.
    pub fn ends_at(&mut self, moment: Duration) {
        self.until = Some(self.until.map_or(moment, |until| until.min(moment)));
    }
}

/// The most seats of each sitting that were surely taken at one time.
///
/// Ends count before starts, and each span is the shortest that fits what was told, so a number
/// above the capacity proves that a seat was given twice.
pub fn peaks(seats: &[Seat], sittings: usize) -> Vec<u64> {
    let mut changes: Vec<Vec<(Duration, i64)>> = vec![Vec::new(); sittings];
    for seat in seats {
        if seat.until.is_some_and(|until| until <= seat.from) {
            continue;
        }
        changes[seat.sitting].push((seat.from, 1));
        if let Some(until) = seat.until {
            changes[seat.sitting].push((until, -1));
        }
    }
    let peak = |mut changes: Vec<(Duration, i64)>| {
        changes.sort_unstable();
        let mut taken = 0_i64;
        let highest = changes.iter().map(|(_, change)| {
            taken += change;
            taken
        });
        highest.max().unwrap_or_default().unsigned_abs()
    };
    changes.into_iter().map(peak).collect()
}

/// How many hold ids were told to more than one candidate.
pub fn repeated_ids(seats: &[Seat]) -> usize {
    let mut seen = HashSet::with_capacity(seats.len());
    seats.iter().filter(|seat| !seen.insert(&*seat.hold)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(hold: &str, sitting: usize, from: u64, until: Option<u64>) -> Seat {
        let (from, until) = (Duration::from_millis(from), until.map(Duration::from_millis));
        Seat { hold: hold.into(), sitting, from, until, known: Known::Held }
    }

    #[test]
    fn a_seat_that_changes_hands_is_taken_once() {
        let seats = [seat("a", 0, 0, Some(10)), seat("b", 0, 10, Some(20)), seat("c", 0, 20, None)];
        assert_eq!(peaks(&seats, 2), [1, 0]);
    }

    #[test]
    fn two_at_one_time_are_two() {
        let seats =
            [seat("a", 1, 0, Some(11)), seat("b", 1, 10, Some(20)), seat("c", 0, 0, None), seat("d", 0, 9, None)];
        assert_eq!(peaks(&seats, 2), [2, 2]);
    }

    #[test]
    fn a_span_that_was_over_before_it_was_known_counts_for_nothing() {
        assert_eq!(peaks(&[seat("a", 0, 10, Some(10)), seat("b", 0, 10, Some(9))], 1), [0]);
    }

    #[test]
    fn the_earliest_end_counts() {
        let mut seat = seat("a", 0, 0, Some(50));
        seat.ends_at(Duration::from_millis(70));
        assert_eq!(seat.until, Some(Duration::from_millis(50)));
        seat.ends_at(Duration::from_millis(30));
        assert_eq!(seat.until, Some(Duration::from_millis(30)));
    }

    #[test]
    fn ids_are_compared() {
        let seats = [seat("a", 0, 0, None), seat("b", 0, 0, None), seat("a", 1, 0, None), seat("a", 1, 0, None)];
        assert_eq!(repeated_ids(&seats), 2);
    }
}
