//! The figures that people compare, worked out from what was measured.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Results, SittingReport};
use crate::measured::latencies::Latencies;
use crate::measured::record::{Operation, Outcome, Second};

/// Figures of a whole test. Milliseconds are from the intended start to the deciding answer, over all
/// operations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Operations that ended, well or not.
    pub operations: u64,
    /// Of these, errors: busy, failed, timed out, broken, not sent, and candidates left unfinished.
    pub errors: u64,
    /// Errors out of all, 0–1.
    pub error_share: f64,
    /// Good answers per second while candidates came. Answers after that do not count.
    pub throughput: f64,
    /// Most good answers in one second.
    pub throughput_max: u64,
    /// Seats given, those given again after a release or lapse included.
    pub seats_given: u64,
    /// How many seats were paid.
    pub seats_confirmed: u64,
    /// Candidates who went the whole way through the pages and reached the receipt.
    pub complete: u64,
    /// Of these, how many a second, from the first second to the last in which anybody did.
    pub complete_per_second: f64,
    /// Half of all operations took no longer.
    pub p50_ms: f64,
    /// Nine of ten took no longer.
    pub p90_ms: f64,
    /// 99 of 100 took no longer.
    pub p99_ms: f64,
    /// 999 of 1,000 took no longer.
    pub p999_ms: f64,
    /// The longest, in milliseconds.
    pub max_ms: f64,
    /// Seats that were given to more than one candidate at a time, or that stay taken beyond the capacity, as far as
    /// they can be counted.
    pub oversold: u64,
    /// Told that no seat is left.
    pub full: u64,
    /// 99 of 100 requests were sent no later than this after they should have been.
    pub start_lag_p99_ms: f64,
    /// Most candidates at the end of a second whose time had come and who had not been sent.
    pub overdue_max: u64,
    /// Who came and was not sent, because too many were waiting for a connection.
    pub not_sent: u64,
    /// Answers a second that the generators can do at best, if that was measured.
    pub ceiling: Option<f64>,
    /// Processor cores that the generators kept busy.
    pub generator_cores: f64,
}

impl Figures {
    /// Works them out.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn of(results: &Results) -> Self {
        let measured = &results.measured;
        let all = latency_of(results, None);
        let quantile = |share| millis(all.quantile(share));
        let count = |wanted: fn(Outcome) -> bool| -> u64 {
            let outcomes = measured.operations.values().flat_map(|operation| &operation.outcomes);
            outcomes.filter(|(outcome, _)| wanted(**outcome)).map(|(_, count)| count).sum()
        };
        let operations = count(|_| true) + measured.unfinished;
        let errors = count(Outcome::is_error) + measured.unfinished;
        let (throughput, throughput_max) = throughput(results);
        let (complete, complete_per_second) = complete(&measured.seconds);
        let cpu: f64 = results.processes.iter().map(|process| process.cpu_seconds).sum();
        Self {
            operations,
            errors,
            error_share: if operations == 0 { 0.0 } else { errors as f64 / operations as f64 },
            throughput,
            throughput_max,
            seats_given: count(Outcome::is_seat),
            seats_confirmed: results.sittings.iter().map(|sitting| sitting.confirmed).sum(),
            complete,
            complete_per_second,
            p50_ms: quantile(0.5),
            p90_ms: quantile(0.9),
            p99_ms: quantile(0.99),
            p999_ms: quantile(0.999),
            max_ms: millis(all.max()),
            oversold: results.sittings.iter().map(oversold).sum(),
            full: count(|outcome| outcome == Outcome::Full),
            start_lag_p99_ms: millis(measured.start_lag.quantile(0.99)),
            overdue_max: overdue(&measured.seconds),
            not_sent: count(|outcome| outcome == Outcome::NotSent),
            ceiling: ceilings(results),
            generator_cores: if results.took_seconds > 0.0 { cpu / results.took_seconds } else { 0.0 },
        }
    }
}

/// What kept the test from going faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Candidates were sent later than they meant to come.
    Generator,
    /// They were sent in time: what they waited for is the server's.
    Server,
}

/// A generator that sends one in a hundred later than this may be the limit,
const LAG_MS_MAX: f64 = 20.0;
/// and is, when that is so large a part of the longest waits.
const LAG_SHARE_MAX: f64 = 0.1;

impl Figures {
    /// Whose waits are these?
    pub fn limit(&self) -> Limit {
        if self.start_lag_p99_ms > LAG_MS_MAX.max(self.p99_ms * LAG_SHARE_MAX) {
            Limit::Generator
        } else {
            Limit::Server
        }
    }
}

fn oversold(sitting: &SittingReport) -> u64 {
    let at_once = sitting.peak.saturating_sub(sitting.capacity);
    at_once.max((sitting.for_good + sitting.free.unwrap_or_default()).saturating_sub(sitting.capacity))
}

/// Who came through, and how many a second. The way is long: many come through after the last one has come, so the
/// time counts in which they came through, not that in which they came.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn complete(seconds: &[Second]) -> (u64, f64) {
    let is_any = |second: &Second| second.through > 0;
    let complete: u64 = seconds.iter().map(|second| second.through).sum();
    let span = seconds.iter().position(is_any).zip(seconds.iter().rposition(is_any));
    let span = span.map_or(1, |(first, last)| last - first + 1);
    (complete, complete as f64 / span as f64)
}

/// Most who were overdue at the end of a second.
fn overdue(seconds: &[Second]) -> u64 {
    let (mut meant, mut sent) = (0_u64, 0_u64);
    let overdue = seconds.iter().map(|second| {
        meant += second.arrivals;
        sent += second.sent;
        meant.saturating_sub(sent)
    });
    overdue.max().unwrap_or_default()
}

/// Ceilings of all processes together; none when one was not measured.
fn ceilings(results: &Results) -> Option<f64> {
    let all = results.processes.iter().map(|process| Some(process.ceiling?.answers_per_second));
    all.sum::<Option<f64>>().filter(|_| !results.processes.is_empty())
}

/// Latencies of one kind of operation, or of all.
pub(crate) fn latency_of(results: &Results, operation: Option<Operation>) -> Latencies {
    let mut all = Latencies::fine();
    for (kind, measured) in &results.measured.operations {
        if operation.is_none_or(|wanted| wanted == *kind) {
            all.merge(&measured.latency);
        }
    }
    all
}

/// Good answers per second over the time in which candidates came, and in the best second.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a test are few")]
fn throughput(results: &Results) -> (f64, u64) {
    let good: Vec<u64> = results.measured.seconds.iter().map(Second::good).collect();
    let length = results.parameters.seconds;
    // A last second of which only a part belongs to the test counts by that part.
    let whole = length.floor() as usize;
    let within: u64 = good.iter().take(whole).sum();
    let rest = good.get(whole).map_or(0.0, |count| *count as f64 * length.fract());
    let mean = if length > 0.0 { (within as f64 + rest) / length } else { 0.0 };
    (mean, good.into_iter().max().unwrap_or_default())
}

impl Second {
    /// Operations that ended well, or with a clear refusal, in this second.
    pub fn good(&self) -> u64 {
        self.outcomes.iter().filter(|(outcome, _)| !outcome.is_error()).map(|(_, count)| count).sum()
    }
}

fn millis(latency: Option<Duration>) -> f64 {
    latency.map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::record::Measured;

    #[test]
    fn those_who_came_through_count_by_the_time_in_which_they_did() {
        let mut measured = Measured::default();
        assert_eq!(complete(&measured.seconds), (0, 0.0));
        for at in [20, 21, 21, 29] {
            measured.through(Duration::from_secs(at));
        }
        assert_eq!(complete(&measured.seconds), (4, 0.4));
    }
}
