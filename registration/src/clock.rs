//! What time it is.

use jiff::Timestamp;

/// Now in whole microseconds, as Postgres keeps it: what is returned at once equals what is read later.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
