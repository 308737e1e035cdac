//! Saying no to thousands: one line in the log for all of a second, and not all told to come back at once.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Those who are sent away come back within so many seconds, spread evenly.
pub const SPREAD_SECONDS: u32 = 3;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Something that is said at most once a second, or a longer while.
#[derive(Debug)]
pub struct Quiet {
    /// How long the while is.
    seconds: u64,
    /// The while since the start, from 1 on, in which it was said last.
    said: AtomicU64,
    unsaid: AtomicU64,
}

impl Quiet {
    /// Said once a second; nothing was said yet.
    pub const fn new() -> Self {
        Self::every(Duration::from_secs(1))
    }

    /// Said once in a while of so many whole seconds, at least one.
    pub const fn every(period: Duration) -> Self {
        let seconds = if period.as_secs() == 0 { 1 } else { period.as_secs() };
        Self { seconds, said: AtomicU64::new(0), unsaid: AtomicU64::new(0) }
    }

    /// Says it, with the number of times that it happened since it was said last; or only counts it.
    pub fn say(&self, line: impl FnOnce(u64)) {
        let times = self.unsaid.fetch_add(1, Ordering::Relaxed) + 1;
        let (said, now) = (self.said.load(Ordering::Relaxed), START.elapsed().as_secs() / self.seconds + 1);
        if said != now && self.said.compare_exchange(said, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.unsaid.fetch_sub(times, Ordering::Relaxed);
            line(times);
        }
    }
}

impl Default for Quiet {
    fn default() -> Self {
        Self::new()
    }
}

/// After how many seconds this one should come back: 1 to [`SPREAD_SECONDS`], in turn.
pub fn spread_seconds() -> u32 {
    NEXT.fetch_add(1, Ordering::Relaxed) % SPREAD_SECONDS + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_refusals_are_one_line_and_come_back_spread() {
        let (quiet, mut lines) = (Quiet::new(), 0);
        for _ in 0..1_000 {
            quiet.say(|_| lines += 1);
        }
        assert!((1..=2).contains(&lines), "{lines} lines");
        let (hourly, mut lines) = (Quiet::every(Duration::from_secs(3_600)), 0);
        for _ in 0..1_000 {
            hourly.say(|_| lines += 1);
        }
        assert_eq!(lines, 1);
        let seconds: std::collections::BTreeSet<u32> = (0..30).map(|_| spread_seconds()).collect();
        assert_eq!(seconds.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    }
}
