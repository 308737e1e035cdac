//! The time at which an order was first sent, which names it together with its number and must be told whenever it is asked
//! after. It is in the number: ours begin with their time (RFC 9562, 5.7), those of trials with `try` and fourteen digits.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::pay::error::PayError;
use crate::pay::words::in_china;

/// What numbers of trials begin with.
const TRIAL: &str = "try";

/// `20261128100000`, of China.
pub(super) fn written(at: Timestamp) -> String {
    in_china(at).strftime("%Y%m%d%H%M%S").to_string()
}

/// Reads the same.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let is_time = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = is_time.then(|| DateTime::strptime("%Y%m%d%H%M%S", text).ok())??;
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).ok().map(|at| at.timestamp())
}

/// When the order with this number was first sent. Refused where the number does not say.
pub(super) fn of_number(number: &str) -> Result<String, PayError> {
    let digits = number.strip_prefix(TRIAL).and_then(|rest| rest.get(..14));
    if let Some(digits) = digits.filter(|digits| read(digits).is_some()) {
        return Ok(digits.to_owned());
    }
    let is_ours = number.len() == 32
        && number.as_bytes()[12] == b'7'
        && number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let millis = is_ours.then(|| i64::from_str_radix(&number[..12], 16).ok()).flatten();
    let at = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    at.map(written).ok_or_else(|| PayError::Refused("the number does not say when it was made".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_when_it_was_made() {
        assert_eq!(of_number("0195f3a1b2c37d4e8f90112233445566"), Ok("20250402071335".to_owned()));
        assert_eq!(of_number("try20261129101112abcdef0123456"), Ok("20261129101112".to_owned()));
        for wrong in [
            "",
            "try2026",
            "try20269999101112ab",
            "0195f3a1b2c34d4e8f90112233445566",
            "0195F3A1B2C37D4E8F90112233445566",
            "0195f3a1b2c37d4e8f9011223344556",
            "试0195f3a1b2c37d4e8f901122334455",
        ] {
            assert!(of_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        let at: Timestamp = "2026-11-28T02:00:00Z".parse().unwrap();
        assert_eq!(written(at), "20261128100000");
        assert_eq!(read("20261128100000"), Some(at));
        for wrong in ["2026112810000", "202611281000000", "20261328100000", "2026-11-281000"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
