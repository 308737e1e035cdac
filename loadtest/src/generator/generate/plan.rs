//! All that a generator thread must know.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio_util::task::TaskTracker;

use crate::generator::profile::Profile;
use crate::generator::worker::{Patience, Worker};
use crate::measured::record::Operation;
use crate::measured::results::Shard;
use crate::scenario::api::{self, ApiPlan};
use crate::scenario::browse::{self, BrowsePlan};
use crate::scenario::candidate::{self, CandidatePlan};
use crate::scenario::waiting_room::{self, WaitingRoomPlan};

/// What those who come do.
#[derive(Debug, Clone)]
pub enum Scene {
    /// Candidates want seats.
    Api(Arc<ApiPlan>),
    /// Candidates go through the pages.
    Candidate(Arc<CandidatePlan>),
    /// Candidates wait to be admitted, then want seats.
    WaitingRoom(Arc<WaitingRoomPlan>),
    /// Viewers look at pages.
    Browse(Arc<BrowsePlan>),
}

impl Scene {
    /// What everybody asks for first.
    pub(super) fn first(&self) -> Operation {
        match self {
            Self::Api(_) => Operation::Hold,
            Self::Candidate(_) => Operation::Exams,
            Self::WaitingRoom(_) => Operation::Enter,
            Self::Browse(_) => Operation::Page,
        }
    }

    /// Sends candidate number `index` on the way.
    pub(super) fn send_off(&self, worker: &Arc<Worker>, tracker: &TaskTracker, index: u64, intended: Instant) {
        let worker = Arc::clone(worker);
        match self {
            Self::Api(plan) => tracker.spawn(api::candidate(worker, Arc::clone(plan), index, intended)),
            Self::Candidate(plan) => tracker.spawn(candidate::candidate(worker, Arc::clone(plan), index, intended)),
            Self::WaitingRoom(plan) => {
                tracker.spawn(waiting_room::candidate(worker, Arc::clone(plan), index, intended))
            }
            Self::Browse(plan) => tracker.spawn(browse::viewer(worker, Arc::clone(plan), index, intended)),
        };
    }
}

/// All that a thread must know.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Who comes when.
    pub profile: Profile,
    /// The seed of all chance.
    pub seed: u64,
    /// Which part of the test this process does.
    pub shard: Shard,
    /// How many threads.
    pub threads: usize,
    /// How many connections, over all threads.
    pub connections: usize,
    /// Who would have to wait for a connection behind this many others, over all threads, is not sent.
    pub backlog: usize,
    /// How patient candidates are.
    pub patience: Patience,
    /// Tell the server an address of its own for each candidate.
    pub forwarded: bool,
    /// How long to wait for answers after the last candidate has come.
    pub drain: Duration,
    /// When to begin; none: as soon as all are ready.
    pub start_at: Option<Timestamp>,
    /// What those who come do.
    pub scene: Scene,
}
