//! What time it is.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};

/// Now in whole microseconds, as Postgres keeps it: what is returned at once equals what is read later.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// Today in China, which has one time zone without summer time.
pub(crate) fn today() -> Date {
    now().to_zoned(TimeZone::fixed(offset(8))).date()
}
