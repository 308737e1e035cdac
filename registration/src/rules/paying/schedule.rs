//! When a channel is asked again. It is worked out from how long something is unknown, so that no count can be lost.

use jiff::{SignedDuration, Timestamp};

/// Within this time after something became uncertain, it is asked again after that pause.
const PAUSES: [(SignedDuration, SignedDuration); 7] = [
    (SignedDuration::from_secs(2), SignedDuration::from_secs(2)),
    (SignedDuration::from_secs(7), SignedDuration::from_secs(5)),
    (SignedDuration::from_secs(22), SignedDuration::from_secs(15)),
    (SignedDuration::from_secs(82), SignedDuration::from_secs(60)),
    (SignedDuration::from_secs(382), SignedDuration::from_secs(300)),
    (SignedDuration::from_hours(24), SignedDuration::from_hours(1)),
    (SignedDuration::from_hours(7 * 24), SignedDuration::from_hours(24)),
];
/// While the seats live the pauses are no longer: who has paid sees it within half a minute though no word came.
const LIVE_MAX: SignedDuration = SignedDuration::from_secs(15);
/// So long after the deadline it is asked once more, before the seats go.
const LAST_ASK: SignedDuration = SignedDuration::from_secs(1);
/// So long after the deadline it is closed, when whoever paid in the last second has been told of.
pub const CLOSE_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// So long the seats' end waits for the answer to that question; the engine's own clock goes on all the same.
pub const LAST_WORD_MAX: SignedDuration = SignedDuration::from_secs(30);
/// After a week people must look; the channel is asked once a day all the same.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// The next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// When to ask again.
    pub at: Timestamp,
    /// Have people to look by now?
    pub is_stuck: bool,
}

/// When an attempt is asked after that was begun `since` and takes no money from `expires_at` on.
pub fn of_attempt(now: Timestamp, since: Timestamp, expires_at: Timestamp) -> Next {
    if now >= expires_at {
        return after(now, expires_at);
    }
    let pause = after(now, since).at.duration_since(now).min(LIVE_MAX);
    Next { at: (now + pause).min(expires_at + LAST_ASK), is_stuck: false }
}

/// When a refund is asked after that was sent `since`, or sent again.
pub fn of_refund(now: Timestamp, since: Timestamp) -> Next {
    after(now, since)
}

/// When a seat's settling is tried again that could not be settled `since`.
pub fn of_settling(now: Timestamp, since: Timestamp) -> Timestamp {
    let pause = after(now, since).at.duration_since(now);
    now + pause.min(SignedDuration::from_secs(60))
}

fn after(now: Timestamp, since: Timestamp) -> Next {
    let gone = now.duration_since(since);
    let pause = PAUSES.iter().find(|(within, _)| gone < *within).map(|(_, pause)| *pause);
    Next { at: now + pause.unwrap_or(DAILY), is_stuck: pause.is_none() }
}
