//! What time it is.

use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use jiff::{Span, Timestamp};

/// Now in whole microseconds, as Postgres keeps it: what is returned at once equals what is read later.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// When the next day begins in China: what was spent of a day's budget is there again.
pub(crate) fn tomorrow() -> Timestamp {
    let next = today().saturating_add(Span::new().days(1)).to_zoned(TimeZone::fixed(offset(8)));
    next.map_or_else(|_| now(), |midnight| midnight.timestamp())
}

/// Today in China, which has one time zone without summer time.
pub(crate) fn today() -> Date {
    now().to_zoned(TimeZone::fixed(offset(8))).date()
}
