//! A resident identity number out of what was read of it, with the help of its check digit and of the birth date.

use jiff::civil::Date;

use crate::cards::fields::{birth_of, check_of, is_number};

const LEN: usize = 18;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) number: String,
    /// Was it put right?
    pub(super) is_repaired: bool,
}

/// The number that the readings agree with best. `birth` is the date on the card's own line, if that was read.
///
/// A single wrong digit never passes the check digit, so a reading that passes counts. One that does not is put right
/// only if a second, independent thing on the card (the birth date, or another reading) then agrees.
pub(super) fn find(readings: &[String], birth: Option<Date>) -> Option<Found> {
    let cleaned: Vec<String> = readings.iter().map(|reading| cleaned(reading)).collect();
    let agrees = |number: &str| birth.is_none_or(|birth| birth_of(number) == Some(birth));
    let good = |number: &String| is_number(number) && agrees(number);
    if let Some(number) = cleaned.iter().find(|number| good(number)) {
        return Some(Found { number: number.clone(), is_repaired: false });
    }
    let repaired: Vec<String> = cleaned.iter().flat_map(|reading| repairs(reading, birth)).filter(good).collect();
    match (repaired.first(), birth) {
        (Some(number), Some(_)) if repaired.iter().all(|other| other == number) => {
            Some(Found { number: number.clone(), is_repaired: true })
        }
        // The birth date's line may be the one that was misread.
        _ => cleaned.into_iter().find(|number| is_number(number)).map(|number| Found { number, is_repaired: false }),
    }
}

/// The number among the readings that passes the check digit and agrees with the birth date.
pub(super) fn proved<'a>(readings: impl IntoIterator<Item = &'a str>, birth: Date) -> Option<Found> {
    let is_proved = |number: &String| is_number(number) && birth_of(number) == Some(birth);
    let number = readings.into_iter().map(cleaned).find(is_proved)?;
    Some(Found { number, is_repaired: false })
}

/// Digits and a last X, with characters that look like digits taken for them.
fn cleaned(reading: &str) -> String {
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        'O' | 'o' | 'Q' | 'D' => Some('0'),
        'I' | 'l' | 'i' | '|' | '!' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'B' => Some('8'),
        'X' | 'x' | 'Y' | 'y' | '×' => Some('X'),
        _ => None,
    };
    reading.chars().filter_map(digit).collect()
}

/// What the reading may have been: with one digit too many, with an unread check digit, with a misread birth date.
fn repairs(reading: &str, birth: Option<Date>) -> Vec<String> {
    let mut found = Vec::new();
    match reading.len() {
        length if length == LEN + 1 => {
            found.extend((0..=LEN).map(|at| format!("{}{}", &reading[..at], &reading[at + 1..])));
        }
        LEN => {
            if let Some(birth) = birth {
                found.push(format!("{}{}{}", &reading[..6], birth.strftime("%Y%m%d"), &reading[14..]));
            }
        }
        length if length == LEN - 1 && reading.bytes().all(|byte| byte.is_ascii_digit()) => {
            found.push(format!("{reading}{}", char::from(check_of(reading.as_bytes()))));
        }
        _ => {}
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "11010519491231002X";

    fn found(readings: &[&str], birth: Option<&str>) -> Option<(String, bool)> {
        let readings: Vec<String> = readings.iter().map(ToString::to_string).collect();
        let birth = birth.map(|birth| birth.parse().unwrap());
        find(&readings, birth).map(|found| (found.number, found.is_repaired))
    }

    #[test]
    fn a_reading_that_passes_counts() {
        assert_eq!(found(&["1101O5 19491231002x"], None), Some((GOOD.into(), false)));
        assert_eq!(found(&["111111111111111111", GOOD], None), Some((GOOD.into(), false)));
        assert_eq!(found(&["110105194912310021"], None), None);
    }

    #[test]
    fn a_reading_is_proved_by_check_digit_and_birth_date_together() {
        let proved = |reading, birth: &str| proved([reading], birth.parse().unwrap()).map(|found| found.number);
        assert_eq!(proved("1101O5 19491231002x", "1949-12-31").as_deref(), Some(GOOD));
        assert_eq!(proved(GOOD, "1949-12-30"), None);
        assert_eq!(proved("110105194912310021", "1949-12-31"), None);
    }

    #[test]
    fn repairs_need_the_birth_date() {
        let birth = Some("1949-12-31");
        // A digit twice, no check digit, a misread birth date.
        for reading in ["1101025219491231002X", "110105119491231002X", "11010519491231002", "11010519491237002X"] {
            let repaired = found(&[reading], birth);
            assert!(repaired.is_none() || repaired == Some((GOOD.into(), true)), "{reading}: {repaired:?}");
        }
        assert_eq!(found(&["110105119491231002X"], birth), Some((GOOD.into(), true)));
        assert_eq!(found(&["11010519491237002X"], birth), Some((GOOD.into(), true)));
        assert_eq!(found(&["11010519491237002X"], None), None);
    }
}
