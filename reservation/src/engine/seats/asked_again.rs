//! A call that had to be asked again because no answer came. Where the first one was carried out, the second finds its
//! holds there; to whoever asked they are new, as if the first answer had come.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::engine::Engine;
use crate::hold::HoldState;
use crate::ids::Generation;
use crate::pool::Pool;
use crate::store::Store;
use crate::store::keys::PoolKeys;
use crate::store::reply::{HoldAnswer, Seat};

/// Since when something is asked, and how often.
#[derive(Debug)]
pub(super) struct Asked {
    /// What Redis's clock showed at least; `None` while there was no link.
    since_ms: Option<i64>,
    calls: AtomicUsize,
}

impl Asked {
    /// Something is about to be asked.
    pub(super) fn now(store: &Store, keys: &PoolKeys) -> Self {
        Self { since_ms: store.now_ms(keys), calls: AtomicUsize::new(0) }
    }

    /// It is asked once more.
    pub(super) fn count(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Since when it is asked, where it had to be asked again.
    fn again_since_ms(&self) -> Option<i64> {
        self.since_ms.filter(|_| self.calls.load(Ordering::Relaxed) > 1)
    }
}

/// When a hold was made, as far as its deadline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MadeAt {
    /// While it was asked for.
    Now,
    /// Before, or after a longer hold was the rule.
    Before,
    /// Nobody knows: who gave a seat back has the rest of its time only, whenever they take one again.
    Unsaid,
}

/// Of a hold that lasts for `ttl`, asked for between `since_ms` and `now_ms`.
fn made_at(seat: &Seat, ttl: Duration, since_ms: i64, now_ms: i64) -> MadeAt {
    let ttl_ms = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
    let made_ms = seat.lapses_ms.saturating_sub(ttl_ms);
    match seat.state {
        HoldState::Held if made_ms > now_ms => MadeAt::Before,
        HoldState::Held if made_ms >= since_ms => MadeAt::Now,
        HoldState::Held => MadeAt::Unsaid,
        _ => MadeAt::Before,
    }
}

impl Engine {
    /// Where it was asked again: what the first time took is [`HoldAnswer::Held`]. The clock was `now_ms` when the answer
    /// was given, and a hold lasts for `ttl`. Costs nothing unless an answer never came.
    pub(super) async fn tell_new(
        &self,
        pool: &Pool,
        asked: &Asked,
        (ttl, now_ms): (Duration, i64),
        answers: impl Iterator<Item = &mut HoldAnswer>,
    ) {
        let Some(since_ms) = asked.again_since_ms() else { return };
        let mut kept: Vec<&mut HoldAnswer> = answers.filter(|answer| matches!(answer, HoldAnswer::Kept(_))).collect();
        let seats = |answer: &HoldAnswer| match answer {
            HoldAnswer::Kept(seats) => seats.clone(),
            _ => Vec::new(),
        };
        let is_unsaid = |seat: &Seat| made_at(seat, ttl, since_ms, now_ms) == MadeAt::Unsaid;
        let unsaid: HashSet<Generation> =
            kept.iter().flat_map(|answer| seats(answer)).filter(is_unsaid).map(|seat| seat.generation).collect();
        let made = match self.inner.store.made_since(&pool.keys, &unsaid, since_ms).await {
            Ok(made) => made,
            Err(error) => {
                // The holds are told as what they are in any case; only that they are new is not.
                tracing::warn!(pool = %pool.id, %error, "what a call without an answer took is told as taken before");
                HashSet::new()
            }
        };
        let is_new =
            |seat: &Seat| made_at(seat, ttl, since_ms, now_ms) == MadeAt::Now || made.contains(&seat.generation);
        for answer in &mut kept {
            if let HoldAnswer::Kept(seats) = &mut **answer
                && seats.iter().any(is_new)
            {
                **answer = HoldAnswer::Held(std::mem::take(seats));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_tells_when_a_hold_was_made_unless_it_is_a_shortened_one() {
        let ttl = Duration::from_secs(10);
        let seat = |lapses_ms| Seat { state: HoldState::Held, generation: Generation(7), lapses_ms };
        for (lapses_ms, told) in [
            (110_000, MadeAt::Now),
            (112_000, MadeAt::Now),
            // One of a longer rule, before it was changed.
            (112_001, MadeAt::Before),
            (109_999, MadeAt::Unsaid),
        ] {
            assert_eq!(made_at(&seat(lapses_ms), ttl, 100_000, 102_000), told, "{lapses_ms}");
        }
        let frozen = Seat { state: HoldState::Frozen, ..seat(110_000) };
        assert_eq!(made_at(&frozen, ttl, 100_000, 102_000), MadeAt::Before);
    }
}
