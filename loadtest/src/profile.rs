//! When candidates come: an even rate, a ramp, or the rush at opening time. Pure arithmetic: the n-th
//! arrival is known without the ones before it, so threads and shards can each take their own.

use std::time::Duration;

use crate::chance::Chance;

/// Most candidates in one test.
pub const CANDIDATES_MAX: u64 = 100_000_000;
/// How many times the decay of a rush fits into its length: the first second then has about four
/// times the mean rate, the last one a fourteenth of the first.
const RUSH_STEEPNESS: f64 = 4.0;

/// How arrivals are spread over the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// The same rate throughout.
    Even,
    /// From one rate to another in a straight line, both per second.
    Ramp {
        /// Arrivals per second at the start.
        from: f64,
        /// Arrivals per second at the end.
        to: f64,
    },
    /// Most come at once when registration opens, then fewer and fewer (exponential decay).
    Rush,
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Even => f.write_str("even"),
            Self::Ramp { from, to } => write!(f, "ramp {from}..{to}"),
            Self::Rush => f.write_str("rush"),
        }
    }
}

/// How many candidates come, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// How arrivals are spread.
    pub shape: Shape,
    /// How many there are.
    pub candidates: u64,
    /// The last one comes before this.
    pub length: Duration,
}

/// Why a profile makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// Nobody would come.
    #[error("nobody would come: rate, candidates and seconds must be above zero")]
    Nobody,
    /// More than [`CANDIDATES_MAX`].
    #[error("{0} candidates are more than {CANDIDATES_MAX}")]
    TooMany(u64),
}

impl Profile {
    /// `rate` arrivals per second for `length`.
    pub fn at_rate(rate: f64, length: Duration) -> Result<Self, ProfileError> {
        Self::checked(Shape::Even, rate * length.as_secs_f64(), length)
    }

    /// From `from` to `to` arrivals per second over `length`.
    pub fn ramp(from: f64, to: f64, length: Duration) -> Result<Self, ProfileError> {
        let positive = from >= 0.0 && to >= 0.0;
        let count = if positive { f64::midpoint(from, to) * length.as_secs_f64() } else { 0.0 };
        Self::checked(Shape::Ramp { from, to }, count, length)
    }

    /// `candidates` within `length`, spread evenly or in a rush.
    pub fn of_candidates(shape: Shape, candidates: u64, length: Duration) -> Result<Self, ProfileError> {
        #[expect(clippy::cast_precision_loss, reason = "what is beyond 2^52 is refused below")]
        let count = candidates as f64;
        Self::checked(shape, count, length)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are checked before")]
    fn checked(shape: Shape, count: f64, length: Duration) -> Result<Self, ProfileError> {
        // Written so that NaN is refused as well.
        if !(count >= 0.5 && count.is_finite()) || length.is_zero() {
            return Err(ProfileError::Nobody);
        }
        let candidates = count.round() as u64;
        if candidates > CANDIDATES_MAX {
            return Err(ProfileError::TooMany(candidates));
        }
        Ok(Self { shape, candidates, length })
    }

    /// When candidate `index` comes, counted from the start.
    ///
    /// Each candidate has one slot of equal probability and comes at a random moment of it: arrivals
    /// follow the shape exactly over any longer span and are still irregular, as people are.
    /// Later indexes never come earlier.
    pub fn arrival(&self, index: u64, seed: u64) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^8 candidates")]
        let share = (index as f64 + Chance::of(seed, index).arrival()) / self.candidates as f64;
        let length = self.length.as_secs_f64();
        let at = length * self.moment(share.clamp(0.0, 1.0));
        Duration::from_secs_f64(at.clamp(0.0, length))
    }

    /// Arrivals per second that are meant `at` this moment.
    pub fn rate_at(&self, at: Duration) -> f64 {
        let length = self.length.as_secs_f64();
        let part = at.as_secs_f64() / length;
        if part >= 1.0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 10^8 candidates")]
        let mean = self.candidates as f64 / length;
        match self.shape {
            Shape::Even => mean,
            Shape::Ramp { from, to } => from + (to - from) * part,
            Shape::Rush => mean * RUSH_STEEPNESS * (-RUSH_STEEPNESS * part).exp() / (1.0 - (-RUSH_STEEPNESS).exp()),
        }
    }

    /// The inverse of the cumulative distribution: which part of the length has passed when `share`
    /// of the candidates have come. Both in 0–1.
    fn moment(&self, share: f64) -> f64 {
        match self.shape {
            Shape::Even => share,
            Shape::Ramp { from, to } => {
                // Arrivals until x (a part of the length) are from·x + (to−from)·x²/2 out of (from+to)/2.
                // This form of the root has no difference of near-equal numbers and knows from = to.
                let target = share * f64::midpoint(from, to);
                let root = (from * from + 2.0 * (to - from) * target).max(0.0).sqrt();
                if from + root > 0.0 { 2.0 * target / (from + root) } else { 0.0 }
            }
            Shape::Rush => -(1.0 - share * (1.0 - (-RUSH_STEEPNESS).exp())).ln() / RUSH_STEEPNESS,
        }
    }
}

#[cfg(test)]
#[path = "profile/tests.rs"]
mod tests;
