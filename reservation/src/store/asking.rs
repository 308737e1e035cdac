//! What the scripts are asked, as types.

use std::time::Duration;

use crate::ids::{CandidateId, Generation, Reference, SittingNumber};
use crate::store::links::node;

/// How long a call may take to reach Redis; one that comes later does nothing.
pub const CALL_LIFE: Duration = node::RESPONSE_WAIT;

/// One candidate's request for seats, in numbers.
#[derive(Debug, Clone)]
pub struct HoldRequest {
    /// The candidate, by id.
    pub candidate: CandidateId,
    /// Each sitting with its group.
    pub sittings: Vec<(SittingNumber, SittingNumber)>,
}

/// One hold, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The candidate, by id.
    pub candidate: CandidateId,
    /// The group's number.
    pub group: SittingNumber,
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// The generation, which tells the hold from others of the candidate on the sitting.
    pub generation: Generation,
}

/// One request to stop a clock.
#[derive(Debug, Clone)]
pub struct FreezeRequest {
    /// The place of the hold whose clock is to stop.
    pub place: Place,
    /// Take a free seat anew when the hold is gone?
    pub take: bool,
    /// The reference of what paid for the hold, if it is to be confirmed.
    pub reference: Option<Reference>,
}

/// How many sittings each request names, for `hold`; nothing when each names one.
pub(super) fn seats_each(requests: &[HoldRequest]) -> String {
    if requests.iter().all(|request| request.sittings.len() == 1) {
        return String::new();
    }
    requests.iter().map(|request| request.sittings.len().to_string()).collect::<Vec<_>>().join(" ")
}

/// Under which epoch and on which clock a script runs.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The pool's epoch as the caller knows it.
    pub epoch: i64,
    /// Tests pass a clock in, in ms since 1970; otherwise Redis's own counts.
    pub now_ms: Option<i64>,
    /// How long the call may take to reach Redis, on Redis's own clock; not used with one that is passed in.
    pub life: Duration,
}

impl Moment {
    /// Now, on Redis's clock.
    pub fn now(epoch: i64) -> Self {
        Self { epoch, now_ms: None, life: CALL_LIFE }
    }
}

/// How long holds last.
#[derive(Debug, Clone, Copy)]
pub struct Lasting {
    /// The time from the call on after which a new hold lapses.
    pub ttl: Duration,
    /// Who gave a seat back takes one again for the rest of its time only, and for less than this not at all: until
    /// that time is over, others have their chance.
    pub least: Duration,
}

impl Lasting {
    /// Holds that last so long, with nothing too short.
    pub fn of(ttl: Duration) -> Self {
        Self { ttl, least: Duration::ZERO }
    }
}

/// A duration as scripts take it.
pub(super) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
