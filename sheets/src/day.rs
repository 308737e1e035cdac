//! A day as people write it, and as spreadsheets count it. What two people would read as two days is refused.

use jiff::civil::{Date, DateTime, Time, date};
use jiff::{SignedDuration, ToSpan as _};

/// The last day that spreadsheets know, 9999-12-31, counted from 1900.
const SERIAL_MAX: f64 = 2_958_466.0;
/// The number of the day 1900-02-29, which there was not. Excel has it, because a program before it had it.
const NO_SUCH_DAY: f64 = 60.0;
const SECONDS_OF_A_DAY: f64 = 86_400.0;

/// Why a text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayFault {
    /// Neither number is the year, so that the month could be either.
    #[error("could be two days: write the year first, such as 2005-03-07")]
    Ambiguous,
    /// The calendar has no such day, like 30 February.
    #[error("is no day of the calendar")]
    NoSuchDay,
    /// It is written in no way that is known.
    #[error("is no day: write it such as 2005-03-07")]
    Form,
}

/// Reads a day in one of six spellings: `2005-03-07`, `2005/3/7`, `2005.3.7`, `20050307`, `2005年3月7日`, and the first
/// three with full-width digits.
///
/// # Errors
/// [`DayFault`]; `07/03/2005` is [`DayFault::Ambiguous`].
pub fn day(text: &str) -> Result<Date, DayFault> {
    let narrow = crate::cell::tidied(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if narrow.len() == 8 && is_digits(&narrow) {
        return calendar(&narrow[..4], &narrow[4..6], &narrow[6..]);
    }
    let bare = narrow.strip_suffix('日').unwrap_or(&narrow);
    let is_between = |c: char| matches!(c, '-' | '/' | '.' | '年' | '月' | '－' | '／' | '．');
    let parts: Vec<&str> = bare.split(is_between).map(str::trim).collect();
    let [first, second, third] = parts[..] else { return Err(DayFault::Form) };
    if ![first, second, third].into_iter().all(is_digits) {
        return Err(DayFault::Form);
    }
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => calendar(first, second, third),
        (1..=2, 1..=2, 4 | 2) => Err(DayFault::Ambiguous),
        _ => Err(DayFault::Form),
    }
}

fn calendar(year: &str, month: &str, day: &str) -> Result<Date, DayFault> {
    let (year, month, day) = (year.parse(), month.parse(), day.parse());
    let (Ok(year), Ok(month), Ok(day)) = (year, month, day) else { return Err(DayFault::Form) };
    Date::new(year, month, day).map_err(|_| DayFault::NoSuchDay)
}

/// The day of a serial number of days since 1900 or, with `is_1904`, since 1904, to the second. `None`: there is no such
/// day, or it is a time without one.
pub(crate) fn of_serial(serial: f64, is_1904: bool) -> Option<DateTime> {
    if !(1.0..SERIAL_MAX).contains(&serial) || (!is_1904 && serial.floor() == NO_SUCH_DAY) {
        return None;
    }
    let first = match (is_1904, serial < NO_SUCH_DAY) {
        (true, _) => date(1904, 1, 1),
        (false, true) => date(1899, 12, 31),
        (false, false) => date(1899, 12, 30),
    };
    #[expect(clippy::cast_possible_truncation, reason = "both are below the last day that spreadsheets know")]
    let (days, seconds) = (serial.floor() as i32, (serial.fract() * SECONDS_OF_A_DAY).round() as i64);
    let midnight = first.checked_add(days.days()).ok()?.to_datetime(Time::midnight());
    midnight.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        for written in [
            "2005-03-07",
            "2005/3/7",
            "2005.3.7",
            "20050307",
            "2005年3月7日",
            "２００５／３／７",
            " 2005年03月07日 ",
            "2005年3月7",
        ] {
            assert_eq!(day(written), Ok(date(2005, 3, 7)), "{written}");
        }
        for (written, fault) in [
            ("07/03/2005", DayFault::Ambiguous),
            ("7.3.2005", DayFault::Ambiguous),
            ("05-03-07", DayFault::Ambiguous),
            ("2005年2月30日", DayFault::NoSuchDay),
            ("20050230", DayFault::NoSuchDay),
            ("2月30日", DayFault::Form),
            ("2005-13-01", DayFault::NoSuchDay),
            ("", DayFault::Form),
            ("2005-3", DayFault::Form),
            ("三月七日", DayFault::Form),
            ("2005-03-07 9:00", DayFault::Form),
            ("200503071", DayFault::Form),
        ] {
            assert_eq!(day(written), Err(fault), "{written}");
        }
    }

    #[test]
    fn serials_count_from_1900_or_1904() {
        let shown = |serial, is_1904| of_serial(serial, is_1904).map(|at| at.to_string());
        for (serial, is_1904, at) in [
            (1.0, false, "1900-01-01T00:00:00"),
            (59.0, false, "1900-02-28T00:00:00"),
            (61.0, false, "1900-03-01T00:00:00"),
            (38_418.0, false, "2005-03-07T00:00:00"),
            (36_956.0, true, "2005-03-07T00:00:00"),
            (46_529.375, false, "2027-05-22T09:00:00"),
        ] {
            assert_eq!(shown(serial, is_1904).as_deref(), Some(at), "{serial}");
        }
        for none in [60.0, 0.375, -1.0, 3e6, f64::NAN] {
            assert_eq!(shown(none, false), None, "{none}");
        }
    }
}
