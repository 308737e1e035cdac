//! Tax numbers of organisations (纳税人识别号), as invoices want them. Plain values.
//!
//! Sources: GB 32100-2015 for the credit code (统一社会信用代码); for what came before it the State Taxation Administration's
//! announcement 2015 no. 11: 15 characters (a region and an organisation's code), and for the self-employed (个体工商户) the
//! number of an identity card, 18 characters, or 20 with two more digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::document::ResidentId;

/// The characters of a credit code, each worth its place: no I, O, S, V or Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// How many characters a credit code has, and the number of an identity card; the last one is a check.
const CODE_CHARS: usize = 18;
/// How many an organisation's number had before: six digits of a region, nine characters of the organisation.
const OLD_CHARS: usize = 15;
/// The digits of the region in it.
const REGION_CHARS: usize = 6;
/// How many the number of a self-employed person has with its two more digits.
const LONG_CHARS: usize = 20;

/// A tax number in one spelling: capital letters, no blanks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaxNumber(String);

/// Why a text is no tax number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaxNumberError {
    /// It has characters that no tax number has.
    #[error("a tax number has digits and Latin letters only")]
    Characters,
    /// It has this many characters.
    #[error("a tax number has {OLD_CHARS}, {CODE_CHARS} or {LONG_CHARS} characters, and not {0}")]
    Length(usize),
    /// A character is wrong: the last one, which is a check of the others, does not fit.
    #[error("the tax number's last character, a check of the others, does not fit")]
    Check,
}

impl TaxNumber {
    /// As pages show it to its owner: where it is made of somebody's identity card, not whole.
    pub fn masked(&self) -> String {
        match self.person() {
            Some(id) => format!("{}{}", id.masked(), &self.0[CODE_CHARS..]),
            None => self.0.clone(),
        }
    }

    /// Is it made of the number of somebody's identity card?
    pub fn is_personal(&self) -> bool {
        self.person().is_some()
    }

    fn person(&self) -> Option<ResidentId> {
        let is_code = self.0.len() == CODE_CHARS && is_credit_code(&self.0);
        if is_code { None } else { self.0.get(..CODE_CHARS)?.parse().ok() }
    }
}

impl FromStr for TaxNumber {
    type Err = TaxNumberError;

    /// As typed by a person: letters may be small, and there may be blanks around and between.
    fn from_str(text: &str) -> Result<Self, TaxNumberError> {
        let number: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TaxNumberError::Characters);
        }
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_person = |text: &str| text.parse::<ResidentId>().is_ok();
        let is_right = match number.len() {
            // Its organisation's code has a check, too, but not every office kept to that.
            OLD_CHARS => are_digits(&number[..REGION_CHARS]),
            CODE_CHARS => is_credit_code(&number) || is_person(&number),
            LONG_CHARS => is_person(&number[..CODE_CHARS]) && are_digits(&number[CODE_CHARS..]),
            other => return Err(TaxNumberError::Length(other)),
        };
        if is_right { Ok(Self(number)) } else { Err(TaxNumberError::Check) }
    }
}

/// Is the last character of these 18 the check of the others?
fn is_credit_code(code: &str) -> bool {
    let worth = |byte: u8| ALPHABET.iter().position(|known| *known == byte);
    let values: Option<Vec<usize>> = code.bytes().map(worth).collect();
    let Some(values) = values.filter(|values| values.len() == CODE_CHARS) else { return false };
    // Each place weighs three times the one before it, modulo 31; with the check, all of it is nothing.
    let weights = std::iter::successors(Some(1_usize), |weight| Some(weight * 3 % 31));
    let sum: usize = values[..CODE_CHARS - 1].iter().zip(weights).map(|(value, weight)| value * weight).sum();
    (sum + values[CODE_CHARS - 1]).is_multiple_of(31)
}

impl fmt::Display for TaxNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TaxNumber {
    /// It may be somebody's document number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaxNumber").finish_non_exhaustive()
    }
}

impl TryFrom<String> for TaxNumber {
    type Error = TaxNumberError;
    fn try_from(text: String) -> Result<Self, TaxNumberError> {
        text.parse()
    }
}

impl From<TaxNumber> for String {
    fn from(number: TaxNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<TaxNumber, TaxNumberError> {
        text.parse()
    }

    #[test]
    fn a_credit_code_is_checked_by_its_last_character() {
        // Of companies whose codes are public.
        for good in ["91350100M000100Y43", "91110000600037341L", "914403001922038216", "12100000400010275N"] {
            let code = parse(good).unwrap();
            assert_eq!(
                (code.to_string(), code.masked(), code.is_personal()),
                (good.to_owned(), good.to_owned(), false)
            );
            assert_eq!(parse(&format!(" {} {}", &good[..4], good[4..].to_lowercase())), Ok(code));
            for place in 0..CODE_CHARS {
                let other = if good.as_bytes()[place] == b'7' { "8" } else { "7" };
                let mut wrong = good.to_owned();
                wrong.replace_range(place..=place, other);
                assert_eq!(parse(&wrong), Err(TaxNumberError::Check), "{wrong}");
            }
        }
        assert_eq!(parse("91350100M0O0100Y43"), Err(TaxNumberError::Check));
        for (bad, length) in [("", 0), ("91350100M000100Y4", 17), ("91350100M000100Y433", 19)] {
            assert_eq!(parse(bad), Err(TaxNumberError::Length(length)), "{bad}");
        }
        for bad in ["９１350100M000100Y43", "91350100M000100Y4-3", "临江大学"] {
            assert_eq!(parse(bad), Err(TaxNumberError::Characters), "{bad}");
        }
    }

    #[test]
    fn what_came_before_the_credit_code_is_taken_too() {
        assert_eq!(parse("430104 7389 12345").unwrap().to_string(), "430104738912345");
        assert_eq!(parse("43010473891234x").unwrap().to_string(), "43010473891234X");
        assert_eq!(parse("A30104738912345"), Err(TaxNumberError::Check));
        // The example of GB 11643 itself: its check digit is right, and it is nobody's.
        let (own, long) = (parse("11010519491231002x").unwrap(), parse("11010519491231002X01").unwrap());
        assert_eq!((own.masked().as_str(), long.masked().as_str()), ("1101**********002X", "1101**********002X01"));
        assert!(own.is_personal() && long.is_personal() && !format!("{long:?}").contains("1101"));
        for wrong in ["110105194912310021", "11010519491231002101", "11010519491231002XAB"] {
            assert_eq!(parse(wrong), Err(TaxNumberError::Check), "{wrong}");
        }
    }
}
