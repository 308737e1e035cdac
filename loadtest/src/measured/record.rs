//! What was measured: by operation, and second by second. Threads, and then shards, are added up.

mod kinds;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use kinds::{Operation, Outcome};

use crate::measured::latencies::Latencies;

/// Longest test whose seconds are kept apart; later ones are counted with the last.
const SECONDS_MAX: usize = 86_400;
/// Most kinds of problems that are told apart.
const PROBLEMS_MAX: usize = 32;

/// How many of each outcome.
pub type Outcomes = BTreeMap<Outcome, u64>;

/// One kind of operation, over the whole test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationMeasured {
    /// How they ended.
    pub outcomes: Outcomes,
    /// How long they took, from the intended start to the deciding answer. What was not sent and what
    /// broke is not in it; what timed out is, with the time that was waited.
    pub latency: Latencies,
}

/// One second of the test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Second {
    /// How many candidates meant to come in it.
    pub arrivals: u64,
    /// How many were really sent off in it. Where this falls behind, the generator was the limit.
    pub sent: u64,
    /// How many candidates reached the end of the way through the pages in it: the receipt.
    pub through: u64,
    /// How operations ended that ended in it.
    pub outcomes: Outcomes,
    /// How long operations took that were meant to start in it.
    pub latency: Latencies,
}

/// All that was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// What was measured, by operation.
    pub operations: BTreeMap<Operation, OperationMeasured>,
    /// Second by second from the start.
    pub seconds: Vec<Second>,
    /// How much later than intended candidates set out: the generator's own part of the latencies.
    pub start_lag: Latencies,
    /// How long candidates were in the waiting room, from when they meant to enter to when they were told that they
    /// are admitted.
    pub in_room: Latencies,
    /// How long requests waited for one of the connections; part of the latencies.
    pub connection_wait: Latencies,
    /// Requests that were sent again, after 429, 503 or a broken connection.
    pub repeated: u64,
    /// Candidates whose way was not over when the test was.
    pub unfinished: u64,
    /// What went wrong, in the server's words: operation, status, code.
    pub problems: BTreeMap<String, u64>,
    /// Bytes of bodies received.
    pub bytes_received: u64,
    /// Events received on streams.
    pub events: u64,
}

impl Default for Measured {
    fn default() -> Self {
        Self {
            operations: BTreeMap::new(),
            seconds: Vec::new(),
            start_lag: Latencies::fine(),
            in_room: Latencies::fine(),
            connection_wait: Latencies::fine(),
            repeated: 0,
            unfinished: 0,
            problems: BTreeMap::new(),
            bytes_received: 0,
            events: 0,
        }
    }
}

impl Measured {
    /// Somebody means to come `at`, counted from the start.
    pub fn arrival(&mut self, at: Duration) {
        self.second(at).arrivals += 1;
    }

    /// Somebody who meant to come at `intended` sets out `at`, both counted from the start.
    pub fn sets_out(&mut self, intended: Duration, at: Duration) {
        self.second(at).sent += 1;
        self.start_lag.record(at.saturating_sub(intended));
    }

    /// Somebody reached the end of the way through the pages `at`, counted from the start.
    pub fn through(&mut self, at: Duration) {
        self.second(at).through += 1;
    }

    /// An operation that was meant to start at `intended` ended at `ended`, both counted from the start.
    pub fn operation(&mut self, operation: Operation, outcome: Outcome, intended: Duration, ended: Duration) {
        let whole = self
            .operations
            .entry(operation)
            .or_insert_with(|| OperationMeasured { outcomes: Outcomes::new(), latency: Latencies::fine() });
        *whole.outcomes.entry(outcome).or_default() += 1;
        if !matches!(outcome, Outcome::NotSent | Outcome::Broken) {
            let latency = ended.saturating_sub(intended);
            whole.latency.record(latency);
            self.second(intended).latency.record(latency);
        }
        *self.second(ended).outcomes.entry(outcome).or_default() += 1;
    }

    /// Something went wrong: a few words that many share.
    pub fn problem(&mut self, words: String) {
        let is_known = self.problems.contains_key(&words);
        let words = if is_known || self.problems.len() < PROBLEMS_MAX { words } else { "others".to_owned() };
        *self.problems.entry(words).or_default() += 1;
    }

    fn second(&mut self, at: Duration) -> &mut Second {
        let index = usize::try_from(at.as_secs()).unwrap_or(SECONDS_MAX).min(SECONDS_MAX - 1);
        self.second_number(index)
    }

    fn second_number(&mut self, index: usize) -> &mut Second {
        while self.seconds.len() <= index {
            let empty =
                Second { arrivals: 0, sent: 0, through: 0, outcomes: Outcomes::new(), latency: Latencies::coarse() };
            self.seconds.push(empty);
        }
        &mut self.seconds[index]
    }

    /// Adds what was measured elsewhere, by a clock that began `later` seconds after ours.
    pub fn merge(&mut self, other: &Self, later: usize) {
        for (operation, theirs) in &other.operations {
            match self.operations.get_mut(operation) {
                None => {
                    self.operations.insert(*operation, theirs.clone());
                }
                Some(ours) => {
                    add(&mut ours.outcomes, &theirs.outcomes);
                    ours.latency.merge(&theirs.latency);
                }
            }
        }
        for (index, theirs) in other.seconds.iter().enumerate() {
            let ours = self.second_number((index + later).min(SECONDS_MAX - 1));
            ours.arrivals += theirs.arrivals;
            ours.sent += theirs.sent;
            ours.through += theirs.through;
            add(&mut ours.outcomes, &theirs.outcomes);
            ours.latency.merge(&theirs.latency);
        }
        self.start_lag.merge(&other.start_lag);
        self.in_room.merge(&other.in_room);
        self.connection_wait.merge(&other.connection_wait);
        add(&mut self.problems, &other.problems);
        self.repeated += other.repeated;
        self.unfinished += other.unfinished;
        self.bytes_received += other.bytes_received;
        self.events += other.events;
    }
}

fn add<K: Ord + Clone>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, count) in theirs {
        *ours.entry(key.clone()).or_default() += count;
    }
}
