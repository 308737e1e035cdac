//! The channels' clock: this machine's, set forward by tests that cannot wait. Signatures are timed by the true one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_ms: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.ahead_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 2), Ordering::Relaxed);
    }
}

/// The time where both channels live. China has had one zone and no summer time for long.
pub(crate) fn china(at: Timestamp) -> Zoned {
    at.to_zoned(china_zone())
}

pub(crate) fn china_zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// `2026-11-29 08:00:00`
pub(crate) fn written(at: Timestamp) -> String {
    china(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-29T08:00:00+08:00`
pub(crate) fn rfc3339(at: Timestamp) -> String {
    china(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
