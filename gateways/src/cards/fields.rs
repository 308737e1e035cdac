//! The fields of a card in one form, whoever read them.

use jiff::civil::Date;

use super::card::{CardSide, CardText, CardWarning};
use super::error::CardError;

const NUMBER_LEN: usize = 18;
/// The weights of GB 11643-1999.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
/// What stands for a validity without end.
pub(crate) const FOREVER: &str = "长期";

/// A text without blanks around it; an empty one is none.
pub(crate) fn text(value: Option<String>) -> Option<String> {
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// A number with a real birth date and a good check digit.
pub(crate) fn number(value: Option<String>) -> Option<String> {
    text(value).map(|number| number.to_uppercase()).filter(|number| is_number(number))
}

/// Has it 18 characters, a real birth date and a good check digit?
pub(crate) fn is_number(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.len() == NUMBER_LEN
        && bytes[..NUMBER_LEN - 1].iter().all(u8::is_ascii_digit)
        && birth_of(number).is_some()
        && check_of(&bytes[..NUMBER_LEN - 1]) == bytes[NUMBER_LEN - 1]
}

/// The number in a line: the last 18 characters of its digits that pass the check digit.
pub(crate) fn number_in(text: &str) -> Option<String> {
    let of_numbers = |c: char| c.is_ascii_digit() || c == 'X' || c == 'x';
    let kept: Vec<char> = text.chars().filter(|c| of_numbers(*c)).collect();
    kept.windows(NUMBER_LEN).rev().find_map(|window| number(Some(window.iter().collect())))
}

/// The check digit of 17 digits.
pub(crate) fn check_of(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[sum as usize % CHECKS.len()]
}

/// The birth date in a number.
pub(crate) fn birth_of(number: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (part(6..10)?, part(10..12)?, part(12..14)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (year >= 1880).then_some(date)
}

/// `1987/1/31`, `1987年1月31日`, `1987.01.31` or `19870131` as `1987-01-31`.
pub(crate) fn date(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let [year, month, day] = match groups[..] {
        [whole] if whole.len() == 8 => [&whole[..4], &whole[4..6], &whole[6..]],
        [year, month, day] => [year, month, day],
        _ => return None,
    };
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(date.to_string())
}

/// The end of `2010.07.21-2030.07.21`, or 长期.
pub(crate) fn valid_until(text: &str) -> Option<String> {
    if text.contains(FOREVER) {
        return Some(FOREVER.to_owned());
    }
    let end = text.rsplit(['-', '—', '–', '至']).next().unwrap_or(text);
    date(end)
}

/// Adds what follows from the fields, and refuses the side that was not asked for.
pub(crate) fn checked(side: CardSide, mut read: CardText) -> Result<CardText, CardError> {
    let is_front = read.name.is_some() || read.number.is_some();
    let is_back = read.authority.is_some() || read.valid_until.is_some();
    match (side, is_front, is_back) {
        (CardSide::Front, false, true) | (CardSide::Back, true, false) => return Err(CardError::WrongSide),
        (_, false, false) => return Err(CardError::Unreadable),
        _ => {}
    }
    let end = read.valid_until.as_deref().and_then(|end| end.parse::<Date>().ok());
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    if end.is_some_and(|end| end < today) && !read.warnings.contains(&CardWarning::Expired) {
        read.warnings.push(CardWarning::Expired);
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_birth_date_and_a_check_digit() {
        for good in ["11010519491231002X", "440524188001010014", "810000199408230021"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["110105194912310021", "11010519491331002X", "1101051949123100", "1101051949123100２X"] {
            assert!(!is_number(bad), "{bad}");
        }
    }

    #[test]
    fn a_number_is_found_behind_its_label_and_proved_by_its_check_digit() {
        assert_eq!(number_in("公民身份号码11010519491231002x").as_deref(), Some("11010519491231002X"));
        assert_eq!(number_in("111010519491231002X").as_deref(), Some("11010519491231002X"));
        assert_eq!(number_in("110105194912310021"), None);
    }

    #[test]
    fn dates_come_in_many_forms() {
        for text in ["1987/1/31", "1987年1月31日", "1987.01.31", "19870131"] {
            assert_eq!(date(text).as_deref(), Some("1987-01-31"), "{text}");
        }
        assert_eq!(date("1987.02.30"), None);
        assert_eq!(valid_until("2010.07.21-2030.07.21").as_deref(), Some("2030-07-21"));
        assert_eq!(valid_until("2010.07.21-长期").as_deref(), Some("长期"));
    }

    #[test]
    fn the_other_side_is_not_taken_for_this_one() {
        let front = CardText { name: Some("样例".into()), ..CardText::default() };
        let back = CardText { valid_until: Some("2001-01-01".into()), ..CardText::default() };
        assert!(matches!(checked(CardSide::Back, front.clone()), Err(CardError::WrongSide)));
        assert!(matches!(checked(CardSide::Front, back.clone()), Err(CardError::WrongSide)));
        assert!(matches!(checked(CardSide::Front, CardText::default()), Err(CardError::Unreadable)));
        assert!(checked(CardSide::Front, front).is_ok());
        assert_eq!(checked(CardSide::Back, back).unwrap().warnings, [CardWarning::Expired]);
    }
}
