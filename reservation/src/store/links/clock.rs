//! What a Redis process's clock shows, known from its answers.
//!
//! Every call carries its end on that clock, so the estimate must never be ahead of it: a call would then live longer
//! than its caller waits. An answer that names a time was made between asking and hearing, which bounds the clock from
//! both sides.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// A moment that all clocks are told at, so that two of them, or one and itself after it was set, can be compared.
static THEN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A clock that is read from afar.
#[derive(Debug)]
pub(in crate::store) struct Clock {
    /// What it showed at [`THEN`], in ms since 1970, had it never been set: no more than it truly did.
    then_ms: AtomicI64,
}

impl Clock {
    /// The clock that showed `now_ms` at some time after `asked`.
    pub(in crate::store) fn new(asked: Instant, now_ms: i64) -> Self {
        let clock = Self { then_ms: AtomicI64::new(i64::MIN) };
        clock.learn(asked, now_ms);
        clock
    }

    /// Takes over that the clock showed `now_ms` at some time between `asked` and now.
    pub(in crate::store) fn learn(&self, asked: Instant, now_ms: i64) {
        self.learn_at(asked, Instant::now(), now_ms);
    }

    fn learn_at(&self, asked: Instant, heard: Instant, now_ms: i64) {
        let least = now_ms - ms_until_rounded_up(heard);
        let most = now_ms - ms_until(asked);
        let known = self.then_ms.load(Ordering::Relaxed);
        // Beyond the most, the clock was set back; below the least, it was set forward, or this answer was quicker.
        if !(least..=most).contains(&known) {
            self.then_ms.store(least, Ordering::Relaxed);
        }
    }

    /// What it shows at least, in ms since 1970.
    pub(in crate::store) fn now_ms(&self) -> i64 {
        self.shown_at(Instant::now())
    }

    fn shown_at(&self, at: Instant) -> i64 {
        self.setting_ms() + ms_until(at)
    }

    /// How the clock is set: it changes only when it is, and by as much.
    pub(in crate::store) fn setting_ms(&self) -> i64 {
        self.then_ms.load(Ordering::Relaxed)
    }
}

/// The ms from [`THEN`] until `at`, rounded down; below 0 before it.
fn ms_until(at: Instant) -> i64 {
    let ms = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    ms(at.saturating_duration_since(*THEN)) - ms(THEN.saturating_duration_since(at))
}

/// As [`ms_until`], but up: what is taken off a time that was rounded down must not be less than the truth.
fn ms_until_rounded_up(at: Instant) -> i64 {
    let has_part = !at.saturating_duration_since(*THEN).subsec_nanos().is_multiple_of(1_000_000);
    ms_until(at) + i64::from(has_part)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_is_never_thought_to_be_ahead_and_follows_when_it_is_set() {
        // Asked a second ago, answered now: the answer may be as old as the question.
        let asked = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        let clock = Clock::new(asked, 5_000);
        let known = clock.now_ms();
        assert!((4_999..5_100).contains(&known), "{known}");
        clock.learn(Instant::now(), 5_600);
        assert!((5_599..5_700).contains(&clock.now_ms()), "a quick answer says more");
        clock.learn(asked, 5_300);
        assert!((5_599..5_700).contains(&clock.now_ms()), "a slow one does not contradict it");
        clock.learn(Instant::now(), 3_600_000);
        assert!((3_599_999..3_600_100).contains(&clock.now_ms()), "set forward");
        clock.learn(Instant::now(), 7_000);
        assert!((6_999..7_100).contains(&clock.now_ms()), "set back");
    }

    #[test]
    fn parts_of_a_millisecond_do_not_put_a_clock_ahead() {
        let after = |micros| *THEN + Duration::from_micros(micros);
        let clock = Clock::new(after(0), 0);
        // It showed exactly 10 ms then; a fifth of a millisecond later it still does.
        clock.learn_at(after(800), after(900), 10);
        assert!(clock.shown_at(after(1_100)) <= 10, "{}", clock.shown_at(after(1_100)));
        assert!(clock.shown_at(after(5_900)) >= 13, "nor far behind");
    }
}
