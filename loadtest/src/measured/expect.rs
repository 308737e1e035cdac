//! Conditions that a test must meet: `p99=50ms`, `hold.p99.9=200ms`, `errors=0.1%`, `throughput=5000`.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use crate::measured::record::Operation;
use crate::measured::results::{Figures, Results, latency_of};
use crate::measured::verdict::Verdict;

/// One condition on the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    text: String,
    what: What,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
enum What {
    /// A latency is at most this.
    Latency { operation: Option<Operation>, of: Latency, most: Duration },
    /// The share of errors is at most this, 0–1.
    Errors(f64),
    /// Good answers per second are at least this.
    Throughput(f64),
    /// Seats given are at least this.
    Given(u64),
    /// 99 of 100 requests are sent no later than this after their time.
    Lag(Duration),
}

/// Which of the latencies.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Latency {
    /// A quantile, 0–1.
    Quantile(f64),
    Mean,
    Max,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpectationError {
    /// No `=`, or nothing on one side.
    #[error("a condition is NAME=VALUE, such as p99=50ms, errors=0.1% or throughput=5000")]
    Form,
    /// An unknown name.
    #[error("{0:?} is no figure; known: pNN, mean, max (also as hold.pNN), errors, throughput, given, lag")]
    Name(String),
    /// A value that does not fit the name.
    #[error("{value:?} does not fit {name}; it takes {takes}")]
    Value {
        /// The name that was given.
        name: String,
        /// The value that was given.
        value: String,
        /// What would fit.
        takes: &'static str,
    },
}

impl FromStr for Expectation {
    type Err = ExpectationError;

    fn from_str(text: &str) -> Result<Self, ExpectationError> {
        let (name, value) = text.split_once('=').ok_or(ExpectationError::Form)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return Err(ExpectationError::Form);
        }
        let wrong = |takes| ExpectationError::Value { name: name.to_owned(), value: value.to_owned(), takes };
        let time = || duration(value).ok_or_else(|| wrong("a time such as 50ms, 1.5s or 800us"));
        let what = match name {
            "errors" => What::Errors(share(value).ok_or_else(|| wrong("a share such as 0.1% or 0.001"))?),
            "throughput" => {
                What::Throughput(positive(value).ok_or_else(|| wrong("a number per second, such as 5000"))?)
            }
            "given" => What::Given(value.parse().map_err(|_| wrong("a number of seats"))?),
            "lag" => What::Lag(time()?),
            _ => {
                let (operation, of) = latency(name).ok_or_else(|| ExpectationError::Name(name.to_owned()))?;
                What::Latency { operation, of, most: time()? }
            }
        };
        Ok(Self { text: format!("{name}={value}"), what })
    }
}

fn latency(name: &str) -> Option<(Option<Operation>, Latency)> {
    if let Some(of) = latency_word(name) {
        return Some((None, of));
    }
    let (operation, word) = name.split_once('.')?;
    let operation = Operation::ALL.iter().copied().find(|known| known.as_str() == operation)?;
    Some((Some(operation), latency_word(word)?))
}

fn latency_word(word: &str) -> Option<Latency> {
    match word {
        "mean" => return Some(Latency::Mean),
        "max" => return Some(Latency::Max),
        _ => {}
    }
    // p50, p99, p99.9; and, as many write it, p999 for 99.9.
    let digits = word.strip_prefix('p')?;
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit()) && digits.len() > 2 && digits.starts_with('9');
    let spelled = if is_plain { format!("{}.{}", &digits[..2], &digits[2..]) } else { digits.to_owned() };
    let starts_well = spelled.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let percent: f64 = spelled.parse().ok().filter(|_| starts_well)?;
    (percent > 0.0 && percent < 100.0).then_some(Latency::Quantile(percent / 100.0))
}

fn duration(text: &str) -> Option<Duration> {
    text.parse::<SignedDuration>().ok()?.try_into().ok().filter(|time: &Duration| !time.is_zero())
}

fn positive(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0)
}

/// Reads `12.5%` or `0.125`, both 0–1.
pub fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

impl Expectation {
    /// Does it hold for these results?
    pub fn judge(&self, results: &Results) -> Verdict {
        let figures = &results.figures;
        let (measured, is_met) = match &self.what {
            What::Latency { operation, of, most } => {
                let all = latency_of(results, *operation);
                let seen = match of {
                    Latency::Quantile(share) => all.quantile(*share),
                    Latency::Mean => all.mean(),
                    Latency::Max => all.max(),
                };
                // What was never measured has not been met.
                seen.map_or(("nothing measured".to_owned(), false), |seen| (in_words(seen), seen <= *most))
            }
            What::Errors(most) => (format!("{:.3}%", figures.error_share * 100.0), figures.error_share <= *most),
            What::Throughput(least) => (format!("{:.0}", figures.throughput), figures.throughput >= *least),
            What::Given(least) => (figures.seats_given.to_string(), figures.seats_given >= *least),
            What::Lag(most) => match results.measured.start_lag.quantile(0.99) {
                Some(lag) => (in_words(lag), lag <= *most),
                None => ("nothing measured".to_owned(), false),
            },
        };
        Verdict { expectation: self.text.clone(), measured, is_met }
    }
}

/// A time as people write it: `850 µs`, `12.3 ms`, `4.56 s`.
pub fn in_words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 0.001 => format!("{:.0} µs", s * 1e6),
        s if s < 0.01 => format!("{:.2} ms", s * 1e3),
        s if s < 0.1 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => format!("{s:.1} s"),
    }
}

impl Results {
    /// Works the figures and verdicts out anew.
    pub fn conclude(&mut self, expectations: &[Expectation]) {
        self.figures = Figures::of(self);
        self.expectations = expectations.iter().map(|expectation| expectation.judge(self)).collect();
    }

    /// The same for results that were read back: their own verdicts stay unless other conditions are set.
    pub fn conclude_again(&mut self, expectations: &[Expectation]) {
        let before = std::mem::take(&mut self.expectations);
        self.conclude(expectations);
        if expectations.is_empty() {
            self.expectations = before;
        }
    }
}

#[cfg(test)]
#[path = "expect/tests.rs"]
mod tests;
