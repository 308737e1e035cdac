//! Taking turns: what each round saw of each figure. A ratio is worked out within a round, so that a noisy
//! neighbour meets both sides, and the median over rounds is what counts.

use std::collections::BTreeMap;

/// Values by figure, one per round, in the order of rounds.
#[derive(Debug, Default)]
pub(crate) struct Rounds(BTreeMap<&'static str, Vec<f64>>);

impl Rounds {
    /// Notes what this round saw.
    pub(crate) fn push(&mut self, key: &'static str, value: f64) {
        self.0.entry(key).or_default().push(value);
    }

    /// The middle value.
    pub(crate) fn median(&self, key: &str) -> Option<f64> {
        median(self.0.get(key)?)
    }

    /// The middle one of the rounds' ratios of one figure over another.
    pub(crate) fn ratio(&self, over: &str, under: &str) -> Option<f64> {
        let (over, under) = (self.0.get(over)?, self.0.get(under)?);
        let ratios: Vec<f64> = over.iter().zip(under).map(|(over, under)| over / under).collect();
        median(&ratios)
    }

    /// The largest value.
    pub(crate) fn max(&self, key: &str) -> Option<f64> {
        self.0.get(key)?.iter().copied().max_by(f64::total_cmp)
    }

    /// Smallest and largest value of every figure.
    pub(crate) fn spread(&self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        self.0.iter().filter_map(|(key, values)| {
            let least = values.iter().copied().min_by(f64::total_cmp)?;
            Some((*key, least, values.iter().copied().max_by(f64::total_cmp)?))
        })
    }
}

/// The middle of the values; of an even number of them, the mean of the middle two.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[middle - 1], upper) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "halves and whole numbers are exact")]

    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_middle_two() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn ratios_compare_within_a_round() {
        let mut rounds = Rounds::default();
        // The machine was half as fast in the second round and a quarter as fast in the third.
        for speed in [4.0, 2.0, 1.0] {
            rounds.push("hold", 3.0 * speed);
            rounds.push("hello", 5.0 * speed);
        }
        assert_eq!(rounds.ratio("hold", "hello"), Some(0.6));
        assert_eq!(rounds.median("hold"), Some(6.0));
        assert_eq!(rounds.ratio("hold", "sync"), None);
        assert_eq!(rounds.spread().collect::<Vec<_>>(), [("hello", 5.0, 20.0), ("hold", 3.0, 12.0)]);
    }
}
