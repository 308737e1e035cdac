//! How arrivals are spread: the inverse of each shape's cumulative distribution.

use std::time::Duration;

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
    /// A share of all in the first seconds, evenly; the rest as in a rush.
    Spike {
        /// The share of all, 0–1.
        share: f64,
        /// Within how long.
        within: Duration,
    },
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Even => f.write_str("even"),
            Self::Ramp { from, to } => write!(f, "ramp {from}..{to}"),
            Self::Rush => f.write_str("rush"),
            Self::Spike { share, within } => write!(f, "spike {}%/{}s", share * 100.0, within.as_secs_f64()),
        }
    }
}

impl Shape {
    /// Which part (0–1) of `length` has passed when `share` (0–1) of the candidates have come.
    pub(super) fn moment(self, share: f64, length: Duration) -> f64 {
        match self {
            Self::Even => share,
            Self::Ramp { from, to } => {
                // Arrivals until x (a part of the length) are from·x + (to−from)·x²/2 out of (from+to)/2.
                // This form of the root has no difference of near-equal numbers and knows from = to.
                let target = share * f64::midpoint(from, to);
                let root = (from * from + 2.0 * (to - from) * target).max(0.0).sqrt();
                if from + root > 0.0 { 2.0 * target / (from + root) } else { 0.0 }
            }
            Self::Rush => decay(share),
            Self::Spike { share: spike, within } => {
                let end = within.as_secs_f64() / length.as_secs_f64();
                if share < spike {
                    end * share / spike
                } else if spike < 1.0 {
                    end + (1.0 - end) * decay((share - spike) / (1.0 - spike))
                } else {
                    end
                }
            }
        }
    }
}

fn decay(share: f64) -> f64 {
    -(1.0 - share * (1.0 - (-RUSH_STEEPNESS).exp())).ln() / RUSH_STEEPNESS
}
