//! When candidates come: an even rate, a ramp, a rush or a spike at opening time. Pure arithmetic: the n-th
//! arrival is known without the ones before it, so threads and shards can each take their own.

mod shape;

use std::time::Duration;

pub use shape::Shape;

use crate::generator::chance::Chance;

/// Most candidates in one test.
pub const CANDIDATES_MAX: u64 = 100_000_000;

/// How many candidates come, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// How arrivals are spread.
    pub shape: Shape,
    /// How many there are.
    pub candidates: u64,
    /// The last one comes before this.
    pub length: Duration,
    /// Registration opens during the test.
    pub opening: Option<Opening>,
}

/// Registration opens while candidates come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opening {
    /// When, counted from the start.
    pub at: Duration,
    /// Share (0–1) of all who come before, evenly; the others follow the shape, which begins at the opening.
    /// Without it the shape takes no notice of the opening.
    pub early: Option<f64>,
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
    /// Registration would open after everybody has come.
    #[error("registration opens {opens_in:?} after the start, when all have come: --seconds must be longer")]
    OpensTooLate {
        /// As asked for.
        opens_in: Duration,
    },
    /// A spike that lasts longer than the rest of the test.
    #[error("a spike of {within:?} does not fit between the opening and the end: --seconds must be longer")]
    SpikeTooLong {
        /// As asked for.
        within: Duration,
    },
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

    /// `candidates` within `length`, in any shape but a ramp.
    pub fn of_candidates(shape: Shape, candidates: u64, length: Duration) -> Result<Self, ProfileError> {
        #[expect(clippy::cast_precision_loss, reason = "what is beyond 2^52 is refused below")]
        let count = candidates as f64;
        Self::checked(shape, count, length)?.with_room()
    }

    /// The same, with registration opening in between.
    pub fn opening(self, opening: Opening) -> Result<Self, ProfileError> {
        if opening.at >= self.length {
            return Err(ProfileError::OpensTooLate { opens_in: opening.at });
        }
        Self { opening: Some(opening), ..self }.with_room()
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
        Ok(Self { shape, candidates, length, opening: None })
    }

    /// Does a spike fit in?
    fn with_room(self) -> Result<Self, ProfileError> {
        match self.shape {
            Shape::Spike { within, .. } if within >= self.shape_length() => Err(ProfileError::SpikeTooLong { within }),
            _ => Ok(self),
        }
    }

    /// How long the shape lasts: from the opening on when some come early, else throughout.
    fn shape_length(&self) -> Duration {
        self.length - self.early().map_or(Duration::ZERO, |(at, _)| at)
    }

    fn early(&self) -> Option<(Duration, f64)> {
        self.opening.and_then(|opening| Some((opening.at, opening.early?)))
    }

    /// When candidate `index` comes, counted from the start.
    ///
    /// Each candidate has one slot of equal probability and comes at a random moment of it: arrivals
    /// follow the shape exactly over any longer span and are still irregular, as people are.
    /// Later indexes never come earlier.
    pub fn arrival(&self, index: u64, seed: u64) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "at most 10^8 candidates")]
        let share = (index as f64 + Chance::of(seed, index).arrival()) / self.candidates as f64;
        let at = self.moment(share.clamp(0.0, 1.0));
        Duration::from_secs_f64(at.clamp(0.0, self.length.as_secs_f64()))
    }

    /// After how many seconds `share` (0–1) of the candidates have come.
    fn moment(&self, share: f64) -> f64 {
        let shape_length = self.shape_length();
        let shaped = |share| shape_length.as_secs_f64() * self.shape.moment(share, shape_length);
        match self.early() {
            None => shaped(share),
            Some((at, early)) if share < early => at.as_secs_f64() * share / early,
            Some((at, early)) if early < 1.0 => at.as_secs_f64() + shaped((share - early) / (1.0 - early)),
            Some((at, _)) => at.as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests;
