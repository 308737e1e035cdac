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
        let least = now_ms - ms_until(Instant::now());
        let most = now_ms - ms_until(asked);
        let known = self.then_ms.load(Ordering::Relaxed);
        // Beyond the most, the clock was set back; below the least, it was set forward, or this answer was quicker.
        if !(least..=most).contains(&known) {
            self.then_ms.store(least, Ordering::Relaxed);
        }
    }

    /// What it shows at least, in ms since 1970.
    pub(in crate::store) fn now_ms(&self) -> i64 {
        self.setting_ms() + ms_until(Instant::now())
    }

    /// How the clock is set: it changes only when it is, and by as much.
    pub(in crate::store) fn setting_ms(&self) -> i64 {
        self.then_ms.load(Ordering::Relaxed)
    }
}

/// From [`THEN`] until `at`.
fn ms_until(at: Instant) -> i64 {
    let ms = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    ms(at.saturating_duration_since(*THEN)) - ms(THEN.saturating_duration_since(at))
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
        assert!((5_000..5_100).contains(&known), "{known}");
        clock.learn(Instant::now(), 5_600);
        assert!((5_600..5_700).contains(&clock.now_ms()), "a quick answer says more");
        clock.learn(asked, 5_300);
        assert!((5_600..5_700).contains(&clock.now_ms()), "a slow one does not contradict it");
        clock.learn(Instant::now(), 3_600_000);
        assert!((3_600_000..3_600_100).contains(&clock.now_ms()), "set forward");
        clock.learn(Instant::now(), 7_000);
        assert!((7_000..7_100).contains(&clock.now_ms()), "set back");
    }
}
