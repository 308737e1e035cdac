//! Adding up the shards of one test.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Check, CheckKind, CheckState, Figures, Results, SittingReport};

/// Why results are not parts of one test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No file was given.
    #[error("nothing to merge: name the JSON files of all shards")]
    Nothing,
    /// They were asked for different things.
    #[error("shard {0} was run with other parameters than the first: only parts of one test add up")]
    Different(usize),
    /// A whole test among parts.
    #[error("result {0} is no shard (it was run without --shard)")]
    NoShard(usize),
    /// The same part twice.
    #[error("shard {0} comes twice")]
    Twice(String),
    /// A part is missing.
    #[error("shard {0} is missing")]
    Missing(String),
    /// They did not run at the same time.
    #[error("the shards began {0} seconds apart: start them together (--start-at)")]
    Apart(u64),
}

/// Shards that begin further apart than this did not share a test.
const APART_SECONDS_MAX: u64 = 30;

/// Adds the shards of one test up, after checking that they are: same parameters, each exactly once.
pub fn merge(mut shards: Vec<Results>) -> Result<Results, MergeError> {
    check(&shards)?;
    shards.sort_by_key(|shard| shard.started_at);
    let mut shards = shards.into_iter();
    let mut whole = shards.next().ok_or(MergeError::Nothing)?;
    for shard in shards {
        let later = seconds_between(whole.started_at, shard.started_at);
        if later > APART_SECONDS_MAX {
            return Err(MergeError::Apart(later));
        }
        add(&mut whole, shard, later);
    }
    // What a shard could not look at says nothing about the whole.
    whole.checks.retain(|check| check.state != CheckState::Skipped);
    whole.checks.extend(merged_seats(&whole.sittings));
    whole.free.sort_by_key(|point| point.at_ms);
    whole.figures = Figures::default();
    whole.expectations.clear();
    Ok(whole)
}

fn check(shards: &[Results]) -> Result<(), MergeError> {
    let first = shards.first().ok_or(MergeError::Nothing)?;
    let mut seen = BTreeSet::new();
    let mut of = 0;
    for (number, result) in shards.iter().enumerate() {
        if result.parameters != first.parameters {
            return Err(MergeError::Different(number + 1));
        }
        let [process] = &*result.processes else { return Err(MergeError::NoShard(number + 1)) };
        let shard = process.shard.ok_or(MergeError::NoShard(number + 1))?;
        if number > 0 && shard.of != of {
            return Err(MergeError::Different(number + 1));
        }
        of = shard.of;
        if !seen.insert(shard.index) {
            return Err(MergeError::Twice(shard.to_string()));
        }
    }
    match (1..=of).find(|index| !seen.contains(index)) {
        Some(index) => Err(MergeError::Missing(format!("{index}/{of}"))),
        None => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most thirty seconds")]
fn add(whole: &mut Results, shard: Results, later: u64) {
    whole.measured.merge(&shard.measured, usize::try_from(later).unwrap_or(usize::MAX));
    whole.took_seconds = whole.took_seconds.max(shard.took_seconds + later as f64);
    whole.interrupted |= shard.interrupted;
    whole.processes.extend(shard.processes);
    // Free seats are the whole exam's: one shard's series is enough.
    if whole.free.is_empty() {
        whole.free = shard.free;
        whole.free.iter_mut().for_each(|point| point.at_ms += later * 1_000);
    }
    if whole.room.is_empty() {
        whole.room = shard.room;
        whole.room.iter_mut().for_each(|point| point.at_ms += later * 1_000);
    }
    for theirs in shard.sittings {
        match whole.sittings.iter_mut().find(|ours| ours.id == theirs.id) {
            None => whole.sittings.push(theirs),
            Some(ours) => add_sitting(ours, &theirs),
        }
    }
    whole.checks.extend(shard.checks);
}

fn add_sitting(ours: &mut SittingReport, theirs: &SittingReport) {
    ours.given += theirs.given;
    ours.confirmed += theirs.confirmed;
    ours.released += theirs.released;
    ours.for_good += theirs.for_good;
    // Not at the same time perhaps: the sum would be too high, the larger is surely true.
    ours.peak = ours.peak.max(theirs.peak);
    ours.free = theirs.free.or(ours.free);
}

/// Seats that stay taken, over all shards: their number needs no common clock.
fn merged_seats(sittings: &[SittingReport]) -> Option<Check> {
    if sittings.is_empty() {
        return None;
    }
    let (state, detail) = match sittings.iter().find(|sitting| sitting.for_good > sitting.capacity) {
        Some(sitting) => (
            CheckState::Failed,
            format!(
                "all shards together: {} candidates keep a seat in sitting {}, which has {}",
                sitting.for_good, sitting.id, sitting.capacity
            ),
        ),
        None => (CheckState::Passed, "all shards together: no sitting has more lasting holds than seats".to_owned()),
    };
    Some(Check { kind: CheckKind::Peak, state, detail })
}

fn seconds_between(earlier: Timestamp, later: Timestamp) -> u64 {
    // Rounded: clocks that differ by some milliseconds began together.
    let millis = later.as_millisecond() - earlier.as_millisecond();
    u64::try_from((millis + 500) / 1_000).unwrap_or_default()
}

#[cfg(test)]
#[path = "merge/tests.rs"]
mod tests;
