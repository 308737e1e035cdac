//! How often seats of an exam were asked for in this process, what became of it, and how long it took.
//!
//! Counted where it is decided, for the API and for pages alike: two numbers in memory a request. Whoever shows them reads
//! them once a second.

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, HoldError, Taken};
use crate::ids::ExamId;

/// What became of a request for seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Seats were given.
    Given,
    /// The candidate had them already.
    Kept,
    /// No seat was free.
    Full,
    /// The candidate has another sitting of the group.
    Elsewhere,
    /// Seats are not given out now, or no longer in this sitting.
    Closed,
    /// A waiting room stood before, and no pass was good.
    NotAdmitted,
    /// The request could not be meant: sittings that do not exist, or do not go together.
    Unclear,
    /// We could not: a store was away, or the queue was full.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Given,
        Self::Kept,
        Self::Full,
        Self::Elsewhere,
        Self::Closed,
        Self::NotAdmitted,
        Self::Unclear,
        Self::Failed,
    ];

    /// Its word in `/metrics` and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Kept => "kept",
            Self::Full => "full",
            Self::Elsewhere => "elsewhere",
            Self::Closed => "closed",
            Self::NotAdmitted => "not_admitted",
            Self::Unclear => "unclear",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    fn of(outcome: &Result<Taken, HoldError>) -> Self {
        match outcome {
            Ok(taken) if taken.is_new => Self::Given,
            Ok(_) => Self::Kept,
            Err(HoldError::Full { .. } | HoldError::Expired(_)) => Self::Full,
            Err(HoldError::GroupTaken(_)) => Self::Elsewhere,
            Err(HoldError::NotOpen { .. } | HoldError::Begun { .. }) => Self::Closed,
            Err(HoldError::NotAdmitted(_)) => Self::NotAdmitted,
            Err(
                HoldError::UnknownExam(_)
                | HoldError::UnknownSitting(_)
                | HoldError::UnknownHold(_)
                | HoldError::OtherReference(_)
                | HoldError::Invalid { .. },
            ) => Self::Unclear,
            Err(HoldError::Unavailable(_)) => Self::Failed,
        }
    }
}

/// The number of steps of [`Times`].
const STEPS: usize = 64;
/// What takes no longer is in the first step.
const FIRST: Duration = Duration::from_micros(200);
/// Steps in which the time doubles: each is 19 % longer than the one before, and the last one is of 11 s and more.
const STEPS_TO_DOUBLE: f64 = 4.0;

/// How many requests took how long, in steps of 19 %.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times(Vec<u32>);

impl Times {
    /// The step of a time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to STEPS - 1")]
    fn step(time: Duration) -> usize {
        let longer = time.as_secs_f64() / FIRST.as_secs_f64();
        (longer.max(1.0).log2() * STEPS_TO_DOUBLE).ceil().min((STEPS - 1) as f64) as usize
    }

    /// Adds those of another process.
    pub fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()).min(STEPS), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
    }

    /// The time within which so many of a thousand were answered, at most 19 % too long. `None`: there were none.
    pub fn within(&self, of_thousand: u64) -> Option<Duration> {
        let all: u64 = self.0.iter().copied().map(u64::from).sum();
        let mut wanted = (all * of_thousand).div_ceil(1_000).max(1);
        for (step, count) in self.0.iter().enumerate() {
            match wanted.checked_sub((*count).into()) {
                Some(rest) if rest > 0 => wanted = rest,
                _ => return (all > 0).then(|| FIRST.mul_f64((step as f64 / STEPS_TO_DOUBLE).exp2())),
            }
        }
        None
    }
}

/// An exam's counts in this process.
#[derive(Debug)]
pub struct Tally {
    counts: [AtomicU64; Outcome::ALL.len()],
    times: [AtomicU32; STEPS],
}

impl Default for Tally {
    fn default() -> Self {
        Self { counts: array::from_fn(|_| AtomicU64::new(0)), times: array::from_fn(|_| AtomicU32::new(0)) }
    }
}

impl Tally {
    fn count(&self, outcome: Outcome, time: Duration) {
        self.counts[outcome as usize].fetch_add(1, Ordering::Relaxed);
        self.times[Times::step(time)].fetch_add(1, Ordering::Relaxed);
    }

    /// How often it came to what, since this process began.
    pub fn counts(&self) -> [(Outcome, u64); Outcome::ALL.len()] {
        Outcome::ALL.map(|outcome| (outcome, self.counts[outcome as usize].load(Ordering::Relaxed)))
    }

    /// How long those took that were answered since the last call of this.
    pub fn take_times(&self) -> Times {
        let taken: Vec<u32> = self.times.iter().map(|count| count.swap(0, Ordering::Relaxed)).collect();
        if taken.iter().all(|count| *count == 0) { Times::default() } else { Times(taken) }
    }
}

impl Engine {
    /// Counts a request for seats of an exam that is there.
    pub(in crate::engine) fn count(&self, exam: &ExamId, outcome: &Result<Taken, HoldError>, time: Duration) {
        if matches!(outcome, Err(HoldError::UnknownExam(_))) {
            return;
        }
        self.tally(exam).count(Outcome::of(outcome), time);
    }

    fn tally(&self, exam: &ExamId) -> Arc<Tally> {
        if let Some(tally) = self.inner.tallies.get(exam) {
            return tally.value().clone();
        }
        self.inner.tallies.entry(exam.clone()).or_default().clone()
    }

    /// What was asked for here, by exam; of exams of which anything was.
    pub fn tallies(&self) -> Vec<(ExamId, Arc<Tally>)> {
        self.inner.tallies.iter().map(|tally| (tally.key().clone(), tally.value().clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_place_and_a_word_that_reads_back() {
        for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!((outcome as usize, Outcome::parse(outcome.as_str())), (at, Some(outcome)));
        }
    }

    #[test]
    fn of_a_hundred_the_slowest_but_one_is_told_within_a_fifth() {
        let tally = Tally::default();
        for ms in 1..=100 {
            tally.count(Outcome::Given, Duration::from_millis(ms));
        }
        let mut times = tally.take_times();
        for (of_thousand, ms) in [(500, 50), (990, 99), (1_000, 100)] {
            let told = times.within(of_thousand).unwrap();
            let exact = Duration::from_millis(ms);
            assert!(told >= exact && told < exact.mul_f64(1.2), "{told:?} for {exact:?}");
        }
        assert_eq!(tally.take_times().within(500), None, "told once");
        let other = Tally::default();
        (0..300).for_each(|_| other.count(Outcome::Full, Duration::ZERO));
        times.add(&other.take_times());
        assert_eq!(times.within(500), Some(FIRST), "most took no time in the other process");
        let mut none = Times::default();
        none.add(&times);
        assert_eq!(none, times);
        assert!(Times::step(Duration::from_secs(3_600)) == STEPS - 1 && Times::step(Duration::ZERO) == 0);
        assert_eq!(tally.counts()[0], (Outcome::Given, 100));
    }
}
