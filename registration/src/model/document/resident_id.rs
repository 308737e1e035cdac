//! The resident ID number (GB 11643-1999) and the residence permit of Hong Kong, Macau and Taiwan residents,
//! which has the same form.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{BIRTH_YEAR_MIN, TYPED_CHARS_MAX};
use super::{DocumentError, Sex};
use crate::model::text::characters::number_text;

/// Weights of the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2). They stand in `gateways` and in `loadtest` again,
/// because neither may import this crate, and a plain module here knows no gateway.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character by remainder.
const CHECKS: &[u8; 11] = b"10X98765432";
/// China has one time zone without summer time; a birth date is in the future by it.
const CHINA_OFFSET_HOURS: i8 = 8;

/// A valid 18-character document number, upper case. `Debug` shows it masked; there is no `Display`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId([u8; 18]);

/// Which document the number stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// Issued by a mainland authority.
    Mainland,
    /// Residence permit of a Hong Kong (81), Macau (82) or Taiwan (83) resident.
    HongKongMacauTaiwan,
}

impl ResidentId {
    /// Reads a number as of `today`. What people write between its digits is ignored, full-width digits and a small x
    /// accepted.
    pub fn parse(text: &str, today: Date) -> Result<Self, DocumentError> {
        let number = normalise(text)?;
        if number[0] == b'9' {
            return Err(DocumentError::ForeignResident);
        }
        if !is_place(&number) {
            return Err(DocumentError::Place);
        }
        let born = birth_date(&number).ok_or(DocumentError::BirthDate)?;
        if born.year() < BIRTH_YEAR_MIN || born > today {
            return Err(DocumentError::BirthDate);
        }
        if number[17] != check_character(&number) {
            return Err(DocumentError::Check);
        }
        Ok(Self(number))
    }

    /// A number that was taken in before, by whatever rule.
    pub(super) fn kept(text: &str) -> Option<Self> {
        let number = normalise(text).ok()?;
        birth_date(&number).map(|_| Self(number))
    }

    /// The number itself, to be encrypted or compared. Never log it.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).expect("parse lets only ASCII through")
    }

    /// The date of birth, digits 7 to 14.
    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).expect("parse has made this date")
    }

    /// The sex, digit 17.
    pub fn sex(&self) -> Sex {
        if (self.0[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Which document it stands on.
    pub fn region(&self) -> Region {
        if is_permit(&self.0) { Region::HongKongMacauTaiwan } else { Region::Mainland }
    }

    /// The number as pages show it: `3101**********1234`.
    pub fn masked(&self) -> String {
        let text = self.expose();
        format!("{}**********{}", &text[..4], &text[14..])
    }
}

impl FromStr for ResidentId {
    type Err = DocumentError;

    /// Reads a number as of today in China.
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let china = TimeZone::fixed(jiff::tz::offset(CHINA_OFFSET_HOURS));
        Self::parse(text, Timestamp::now().to_zoned(china).date())
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

fn normalise(text: &str) -> Result<[u8; 18], DocumentError> {
    if text.chars().count() > TYPED_CHARS_MAX {
        return Err(DocumentError::Length);
    }
    let mut number = [0_u8; 18];
    let mut length = 0;
    for c in number_text(text).chars() {
        let place = number.get_mut(length).ok_or(DocumentError::Length)?;
        *place = match c {
            '0'..='9' => u8::try_from(c).map_err(|_| DocumentError::Character)?,
            // The sign of multiplication, and letters of other alphabets that look like it.
            'X' | '×' | '✕' | 'Х' | 'Χ' if length == 17 => b'X',
            _ => return Err(DocumentError::Character),
        };
        length += 1;
    }
    if length == number.len() { Ok(number) } else { Err(DocumentError::Length) }
}

pub(super) fn birth_date(number: &[u8; 18]) -> Option<Date> {
    let digits = std::str::from_utf8(&number[6..14]).ok()?;
    Date::strptime("%Y%m%d", digits).ok()
}

fn is_permit(number: &[u8; 18]) -> bool {
    matches!(&number[..2], b"81" | b"82" | b"83")
}

/// Provinces only: county codes of decades ago are valid on cards of today.
fn is_place(number: &[u8; 18]) -> bool {
    if is_permit(number) { &number[2..6] == b"0000" } else { is_province(number[0], number[1]) }
}

/// The two digits of a province (GB/T 2260).
pub(super) fn is_province(first: u8, second: u8) -> bool {
    let province = (first - b'0') * 10 + (second - b'0');
    matches!(province, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71)
}

/// The check character of the first 17 digits.
pub(super) fn check_character(number: &[u8; 18]) -> u8 {
    let sum: u32 = number.iter().zip(WEIGHTS).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    fn parse(text: &str) -> Result<ResidentId, DocumentError> {
        ResidentId::parse(text, TODAY)
    }

    #[test]
    fn published_numbers_are_valid() {
        for number in ["11010519491231002X", "440308199901101512", "810000199408230021", "830000199201300022"] {
            assert!(parse(number).is_ok(), "{number}");
        }
    }

    #[test]
    fn birth_date_sex_region_and_mask() {
        let id = parse("11010519491231002x").unwrap();
        assert_eq!(id.expose(), "11010519491231002X");
        assert_eq!(id.birth_date(), date(1949, 12, 31));
        assert_eq!((id.sex(), id.region()), (Sex::Female, Region::Mainland));
        assert_eq!(id.masked(), "1101**********002X");
        assert_eq!(format!("{id:?}"), "1101**********002X");
        let permit = parse("810000199408230021").unwrap();
        assert_eq!((permit.sex(), permit.region()), (Sex::Female, Region::HongKongMacauTaiwan));
        assert_eq!(parse("440308199901101512").unwrap().sex(), Sex::Male);
    }

    #[test]
    fn a_phone_keyboard_is_forgiven() {
        assert!(parse(" 110105 19491231 002X ").is_ok());
        for typed in [
            "110105-19491231-002X",
            "11010519491231002×",
            "11010519491231002Х",
            "'11010519491231002X",
            "\u{202d}11010519491231002X\u{202c}",
            "[11010519491231002X]",
        ] {
            assert!(parse(typed).is_ok(), "{typed}");
        }
        assert!(parse("１１０１０５１９４９１２３１００２Ｘ").is_ok());
    }

    #[test]
    fn each_fault_has_its_name() {
        for (number, error) in [
            ("", DocumentError::Length),
            ("11010519491231002", DocumentError::Length),
            ("11010519491231002X1", DocumentError::Length),
            ("1101051949123100XX", DocumentError::Character),
            ("11010519491231002Y", DocumentError::Character),
            ("00010519491231002X", DocumentError::Place),
            ("810001199408230021", DocumentError::Place),
            ("110105194902300021", DocumentError::BirthDate),
            ("110105202611230021", DocumentError::BirthDate),
            ("440524188001010014", DocumentError::BirthDate),
            ("110105189912310021", DocumentError::BirthDate),
            ("911124198108030024", DocumentError::ForeignResident),
            ("110105194912310021", DocumentError::Check),
        ] {
            assert_eq!(parse(number), Err(error), "{number}");
        }
    }

    #[test]
    fn one_wrong_digit_is_always_seen() {
        let valid = b"440308199901101512";
        for place in 0..17 {
            for digit in b'0'..=b'9' {
                let mut typed = *valid;
                typed[place] = digit;
                let typed = std::str::from_utf8(&typed).unwrap();
                assert_eq!(parse(typed).is_ok(), digit == valid[place], "{typed}");
            }
        }
    }
}
