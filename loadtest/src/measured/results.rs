//! What a whole test did, as plain data: written as JSON, read back, added up, and shown.

mod check;
mod figures;
mod merge;
mod read;
#[cfg(test)]
pub(crate) mod testing;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use check::{Check, CheckKind, CheckState};
pub(crate) use figures::latency_of;
pub use figures::{Figures, Limit};
pub use merge::{MergeError, merge};
pub use read::ReadError;

use crate::cli::FateArgs;
use crate::generator::ceiling::Ceiling;
use crate::measured::machine::Machine;
use crate::measured::record::Measured;
use crate::measured::verdict::Verdict;

/// The version of the JSON form. Readers refuse any other.
pub const FORMAT: u32 = 3;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Candidates want seats.
    Api,
    /// Candidates go the whole way through the pages.
    Candidate,
    /// Candidates wait to be admitted, then want seats.
    WaitingRoom,
    /// Viewers look at pages and lists.
    Browse,
}

/// Which part of a test this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which of them, from 1 to `of`.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// What was asked for: the same for all shards of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// What was done.
    pub scenario: Scenario,
    /// At whom it was aimed.
    pub url: String,
    /// The id of the exam.
    pub exam: String,
    /// How candidates came, in words: `even`, `rush`, `ramp 100..5000`.
    pub arrivals: String,
    /// How many came.
    pub candidates: u64,
    /// Within how many seconds.
    pub seconds: f64,
    /// When registration opened, if it did so during the test: seconds after the start.
    pub opens_after_seconds: Option<f64>,
    /// Share of those who came before that, 0–1, if it was set.
    pub early: Option<f64>,
    /// All seats of the exam.
    pub seats: u64,
    /// How many sittings it has.
    pub sittings: usize,
    /// Share of seat holders who pay, 0–1.
    pub confirm: f64,
    /// Share of seat holders who give the seat back, 0–1.
    pub release: f64,
    /// Event streams held open.
    pub streams: usize,
    /// The seed of all chance.
    pub seed: u64,
    /// Patience with one request, in seconds.
    pub timeout_seconds: f64,
    /// How often a request is repeated after 429, 503 or a broken connection.
    pub retries: u32,
}

/// One generator process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Where it ran.
    pub machine: Machine,
    /// Its connections, without the streams.
    pub connections: usize,
    /// How many threads it has.
    pub threads: usize,
    /// Processor seconds that it used.
    pub cpu_seconds: f64,
    /// Does the server run on the same machine?
    pub beside_server: bool,
    /// What it can do at best, if that was measured.
    pub ceiling: Option<Ceiling>,
    /// Which part of the test it did, if it was one of several.
    pub shard: Option<Shard>,
}

/// How many seats were free at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreePoint {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// Free seats of the whole exam.
    pub free: u64,
}

/// How the waiting room stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRoomPoint {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// Positions not yet admitted.
    pub waiting: u64,
    /// Positions admitted so far.
    pub admitted: u64,
}

/// One sitting as the generator and, at the end, the server saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SittingReport {
    /// The id of the sitting.
    pub id: String,
    /// How many seats it has.
    pub capacity: u64,
    /// How often a seat of it was given.
    pub given: u64,
    /// Seats that were paid.
    pub confirmed: u64,
    /// Seats that were given back.
    pub released: u64,
    /// Most seats that were surely taken at one time.
    pub peak: u64,
    /// Seats that surely stay taken: paid, or with the clock stopped.
    pub for_good: u64,
    /// Free seats at the end, if they were looked at.
    pub free: Option<u64>,
}

/// A whole test, or one shard of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The format, [`FORMAT`] when written by this version.
    pub format: u32,
    /// What was asked for.
    pub parameters: Parameters,
    /// When the first candidate could come.
    pub started_at: Timestamp,
    /// Seconds until the last answer.
    pub took_seconds: f64,
    /// Was it ended early by the operator?
    pub interrupted: bool,
    /// The generator processes; several after merging.
    pub processes: Vec<Process>,
    /// What was measured.
    pub measured: Measured,
    /// Free seats over time.
    pub free: Vec<FreePoint>,
    /// The waiting room over time.
    pub room: Vec<WaitingRoomPoint>,
    /// What became of the sittings.
    pub sittings: Vec<SittingReport>,
    /// What was checked about seats.
    pub checks: Vec<Check>,
    /// The figures that people compare, worked out from the rest.
    pub figures: Figures,
    /// The conditions that were set.
    pub expectations: Vec<Verdict>,
}

impl Parameters {
    /// Notes what becomes of a seat.
    pub fn fate(&mut self, fate: FateArgs) {
        (self.confirm, self.release) = (fate.confirm.0, fate.release.0);
    }
}

impl Scenario {
    /// Is it about seats?
    pub fn is_about_seats(self) -> bool {
        match self {
            Self::Api | Self::Candidate | Self::WaitingRoom => true,
            Self::Browse => false,
        }
    }
}

impl Results {
    /// Did any check of the seats fail?
    pub fn is_oversold(&self) -> bool {
        self.checks.iter().any(|check| check.state == CheckState::Failed)
    }

    /// Was any condition missed?
    pub fn is_missed(&self) -> bool {
        self.expectations.iter().any(|verdict| !verdict.is_met)
    }
}
