//! When what was not delivered is tried again: the schedule that Standard Webhooks 1.0 gives as its example, ten tries over a good
//! three days, each pause some tenths longer or shorter so that endpoints are not asked by everybody at once. Pure.

use std::time::Duration;

use jiff::SignedDuration;

/// Pauses after the first try, the second, and so on.
const PAUSES_SECONDS: [i64; 9] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];
/// A pause is longer or shorter by at most so many hundredths.
const JITTER_PERCENT: i64 = 20;

/// How long after the failed try of this number, from 1, the next one is due; `None`: it is given up. `dice` is any number, from
/// which the jitter is taken. What the endpoint asks for is waited for at least.
pub(super) fn pause_after(tries: i16, asked: Option<Duration>, dice: u64) -> Option<SignedDuration> {
    let pause = PAUSES_SECONDS.get(usize::try_from(tries.max(1) - 1).ok()?)?;
    let spread = 2 * JITTER_PERCENT + 1;
    let percent = 100 - JITTER_PERCENT + i64::try_from(dice % spread.unsigned_abs()).unwrap_or_default();
    let pause = SignedDuration::from_millis(pause * 10 * percent);
    let asked = asked.and_then(|asked| SignedDuration::try_from(asked).ok()).unwrap_or_default();
    Some(pause.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_are_spread_over_three_days() {
        let mean = 20;
        let pauses: Vec<_> = (1..=10).map_while(|tries| pause_after(tries, None, mean)).collect();
        assert_eq!(pauses.len(), 9, "the tenth failure is the last");
        assert!(pauses.windows(2).all(|two| two[0] < two[1]));
        let whole: SignedDuration = pauses.iter().sum();
        assert_eq!(whole, SignedDuration::new(75 * 3600 + 35 * 60 + 5, 0));
        assert_eq!(pause_after(10, None, mean), None);
        assert_eq!(pause_after(0, None, mean), Some(SignedDuration::from_secs(5)));
    }

    #[test]
    fn a_pause_is_jittered_and_never_shorter_than_asked_for() {
        let of = |dice| pause_after(2, None, dice).unwrap().as_secs();
        let all: std::collections::BTreeSet<i64> = (0..1_000).map(of).collect();
        assert_eq!((all.first(), all.last()), (Some(&240), Some(&360)));
        assert!(all.len() > 30);
        assert_eq!(pause_after(1, Some(Duration::from_secs(600)), 7), Some(SignedDuration::from_secs(600)));
        assert_eq!(pause_after(9, Some(Duration::from_secs(600)), 20), Some(SignedDuration::from_hours(24)));
    }
}
