//! A latency distribution: HdrHistogram over microseconds, written as text so that results of many
//! processes can be added up exactly.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer as HistogramReader, Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What takes longer counts as this long. It bounds a histogram's memory.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Latencies, to the microsecond.
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// None yet; percentiles will be good to 0.1 %.
    pub fn fine() -> Self {
        Self::with_digits(3)
    }

    /// None yet; percentiles will be good to 1 %, at a tenth of the memory: for one second of many.
    pub fn coarse() -> Self {
        Self::with_digits(2)
    }

    fn with_digits(digits: u8) -> Self {
        Self(Histogram::new(digits).expect("2 and 3 are allowed numbers of digits"))
    }

    /// Adds one latency.
    pub fn record(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.min(LONGEST).as_micros()).expect("an hour has few microseconds");
        self.0.record(micros).expect("the histogram grows, and an hour is far below its limit");
    }

    /// Adds all of `others`.
    pub fn merge(&mut self, others: &Self) {
        self.0.add(&others.0).expect("the histogram grows, and an hour is far below its limit");
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency that `share` (0–1) of all do not exceed; none when there are none.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let value = || self.0.value_at_quantile(share).min(self.0.max());
        (!self.0.is_empty()).then(|| Duration::from_micros(value()))
    }

    /// The longest latency; `None` before the first.
    pub fn max(&self) -> Option<Duration> {
        (!self.0.is_empty()).then(|| Duration::from_micros(self.0.max()).min(LONGEST))
    }

    /// The mean latency; `None` before the first.
    pub fn mean(&self) -> Option<Duration> {
        (!self.0.is_empty()).then(|| Duration::from_secs_f64(self.0.mean() / 1e6))
    }
}

impl Serialize for Latencies {
    /// As base64 of HdrHistogram's V2 format with DEFLATE, which every HdrHistogram can read; empty
    /// text for none.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            return serializer.serialize_str("");
        }
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.0, &mut bytes).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&BASE64.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Latencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::fine());
        }
        let bytes = BASE64.decode(text).map_err(serde::de::Error::custom)?;
        let mut read: Histogram<u64> =
            HistogramReader::new().deserialize(&mut bytes.as_slice()).map_err(serde::de::Error::custom)?;
        read.auto(true);
        Ok(Self(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut latencies = Latencies::fine();
        for micros in [1, 250, 1_000, 90_000, 5_000_000] {
            latencies.record(Duration::from_micros(micros));
        }
        let text = serde_json::to_string(&latencies).unwrap();
        let back: Latencies = serde_json::from_str(&text).unwrap();
        assert_eq!(back.count(), 5);
        for share in [0.0, 0.2, 0.5, 0.9, 1.0] {
            assert_eq!(back.quantile(share), latencies.quantile(share));
        }
        assert_eq!(serde_json::from_str::<Latencies>("\"\"").unwrap().count(), 0);
        assert!(serde_json::from_str::<Latencies>("\"AAAA\"").is_err());
        assert!(serde_json::from_str::<Latencies>("\"?\"").is_err());
    }

    #[test]
    fn parts_add_up_to_the_whole_also_after_a_journey_through_json() {
        let (mut whole, mut parts) = (Latencies::fine(), vec![Latencies::fine(); 3]);
        for step in 0..30_000_u64 {
            let latency = Duration::from_micros(100 + step * step / 7_000);
            whole.record(latency);
            parts[usize::try_from(step % 3).unwrap()].record(latency);
        }
        let mut merged = Latencies::fine();
        for part in parts {
            let text = serde_json::to_string(&part).unwrap();
            merged.merge(&serde_json::from_str(&text).unwrap());
        }
        assert_eq!(merged.count(), 30_000);
        for share in [0.01, 0.5, 0.9, 0.99, 0.999, 1.0] {
            assert_eq!(merged.quantile(share), whole.quantile(share), "{share}");
        }
        assert_eq!(merged.mean(), whole.mean());
    }

    #[test]
    fn nothing_has_no_percentile_and_everything_is_bounded() {
        let mut latencies = Latencies::coarse();
        assert_eq!((latencies.quantile(0.5), latencies.max(), latencies.mean()), (None, None, None));
        latencies.record(Duration::ZERO);
        latencies.record(Duration::MAX);
        assert_eq!(latencies.max(), Some(LONGEST));
        assert_eq!(latencies.quantile(0.1), Some(Duration::ZERO));
    }
}
