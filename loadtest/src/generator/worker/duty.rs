//! What a worker must know, and what it brings home.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::{Duration, Instant};

use crate::checks::seats::Seat;
use crate::checks::waiting_room::Stay;
use crate::measured::record::Measured;

/// How patient candidates are.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// With one request, the wait for a connection included.
    pub timeout: Duration,
    /// How often a request is repeated after 429, 503 or a broken connection.
    pub retries: u32,
    /// Longest Retry-After that is honoured; a longer one counts as this.
    pub retry_after_max: Duration,
    /// Who was too early tries again about this often, and within so long after the opening.
    pub reload: Duration,
}

/// What a worker must know besides its connections.
#[derive(Debug, Clone)]
pub struct Duty {
    /// How patient candidates are.
    pub patience: Patience,
    /// The zero of all times.
    pub start: Instant,
    /// When registration opens, counted from the start, if it does so during the test.
    pub opening: Option<Duration>,
    /// The seed of all chance.
    pub seed: u64,
    /// Tell the server an address of its own for each candidate, as a proxy does.
    pub forwarded: bool,
    /// What everybody sees.
    pub tally: Arc<Tally>,
}

/// Counts that the screen shows while the test runs; all threads add to them.
#[derive(Debug, Default)]
pub struct Tally {
    /// Candidates who have come.
    pub came: AtomicU64,
    /// Operations that ended.
    pub ended: AtomicU64,
    /// How many seats were given.
    pub given: AtomicU64,
    /// Let in out of the waiting room.
    pub admitted: AtomicU64,
    /// Told that it is full.
    pub full: AtomicU64,
    /// How many errors there were.
    pub errors: AtomicU64,
    /// Streams that have had their first event.
    pub streams: AtomicU64,
    /// The operator wants it to end.
    pub stop: AtomicBool,
}

/// What a thread brings home.
#[derive(Default)]
pub struct Harvest {
    /// Latencies and counts.
    pub measured: Measured,
    /// Seats that its candidates were given.
    pub seats: Vec<Seat>,
    /// Candidates (by index) whose request for a seat in a sitting (by place) was never answered.
    pub unsure: Vec<(u64, usize)>,
    /// What its candidates lived through in the waiting room.
    pub stays: Vec<Stay>,
}

impl Harvest {
    /// Adds another thread's.
    pub fn add(&mut self, other: Self) {
        self.measured.merge(&other.measured, 0);
        self.seats.extend(other.seats);
        self.unsure.extend(other.unsure);
        self.stays.extend(other.stays);
    }
}
