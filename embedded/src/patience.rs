//! How long a start may take: a store that says nothing is given up soon; one that says that it still reads what it
//! kept is waited for.

use std::time::{Duration, Instant};

use crate::error::EmbeddedError;

/// Longest wait for a word of a store that is starting.
pub const SILENCE_MAX: Duration = Duration::from_secs(120);
/// Longest wait for a store that says all the while that it is loading or recovering. To end it before would be to
/// begin the same work anew.
pub const RECOVERY_MAX: Duration = Duration::from_secs(3_600);

/// Every start is not ready for a moment; nobody need hear of it.
const TOLD_AFTER: Duration = Duration::from_secs(2);

const _: () = assert!(SILENCE_MAX.as_secs() < RECOVERY_MAX.as_secs(), "who says something is waited for longer");

/// What a store that is starting answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// The store serves.
    Ready,
    /// The store says itself that it is not ready yet: it loads, or recovers.
    Recovering(String),
    /// The store says nothing, or nothing to the point; with the cause.
    Silent(String),
}

/// The wait for one start.
#[derive(Debug)]
pub(crate) struct Patience {
    program: &'static str,
    silence_max: Duration,
    since: Instant,
    /// When it last said that it was recovering; first, when it was started.
    heard: Instant,
    is_recovery_told: bool,
}

impl Patience {
    /// From now on; whoever says nothing for `silence_max` is given up.
    pub(crate) fn new(program: &'static str, silence_max: Duration) -> Self {
        let now = Instant::now();
        Self { program, silence_max, since: now, heard: now, is_recovery_told: false }
    }

    /// Notes what the store has answered at `now`. True when it serves.
    ///
    /// # Errors
    /// [`EmbeddedError::Silent`] when it is not waited for any longer.
    pub(crate) fn hears(&mut self, word: Word, now: Instant) -> Result<bool, EmbeddedError> {
        let cause = match word {
            Word::Ready => return Ok(true),
            Word::Recovering(said) => {
                self.heard = now;
                if !self.is_recovery_told && now.duration_since(self.since) >= TOLD_AFTER {
                    let minutes_max = RECOVERY_MAX.as_secs() / 60;
                    tracing::warn!(program = self.program, said, minutes_max, "is not ready yet and is waited for");
                    self.is_recovery_told = true;
                }
                said
            }
            Word::Silent(cause) => cause,
        };
        let (taken, silent) = (now.duration_since(self.since), now.duration_since(self.heard));
        if taken >= RECOVERY_MAX || silent >= self.silence_max {
            return Err(EmbeddedError::Silent { program: self.program, seconds: taken.as_secs(), cause });
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a store is waited for that answers this, asked once a second.
    fn waited_for(silence_max: Duration, answer: impl Fn(u64) -> Word) -> u64 {
        let mut patience = Patience::new("Redis", silence_max);
        let since = patience.since;
        let mut asked = 0..10_000;
        asked.find(|second| patience.hears(answer(*second), since + Duration::from_secs(*second)).is_err()).unwrap_or(0)
    }

    #[test]
    fn a_store_that_recovers_is_waited_for_and_one_that_says_nothing_is_not() {
        let silent = |_| Word::Silent("no answer".to_owned());
        let recovers = |_| Word::Recovering("loading".to_owned());
        assert_eq!(waited_for(SILENCE_MAX, silent), 120);
        assert_eq!(waited_for(Duration::from_secs(7), silent), 7);
        assert_eq!(waited_for(SILENCE_MAX, recovers), 3_600);
        assert_eq!(waited_for(Duration::from_secs(7), recovers), 3_600);
        // It answers now and then, as one that is busy does, and then no more: it hangs.
        let hangs = |second| if second < 900 && second % 60 == 0 { recovers(second) } else { silent(second) };
        assert_eq!(waited_for(SILENCE_MAX, hangs), 840 + 120);
        let mut patience = Patience::new("Redis", SILENCE_MAX);
        for (second, is_told) in [(0, false), (1, false), (2, true)] {
            patience.hears(recovers(second), patience.since + Duration::from_secs(second)).unwrap();
            assert_eq!(patience.is_recovery_told, is_told, "after {second} s");
        }
        let mut patience = Patience::new("Redis", SILENCE_MAX);
        assert!(patience.hears(Word::Ready, patience.since + 2 * RECOVERY_MAX).is_ok_and(|is_ready| is_ready));
    }
}
