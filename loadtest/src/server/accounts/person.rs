//! Made-up people: a name, a well-formed document number, a mobile number, a password, all from one number.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// First two digits of document numbers (GB 11643-1999).
const PROVINCES: [u64; 31] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65,
];
/// Birth dates begin here and go on for so many days.
const BORN_FROM: Date = date(1950, 1, 1);
const BORN_DAYS: u64 = 20_000;
/// Numbers of people born in one district on one day.
const SEQUENCES: u64 = 1_000;
/// Districts of a province.
const DISTRICTS: u64 = 10_000;
/// How many people there are.
const PEOPLE: u64 = SEQUENCES * BORN_DAYS * DISTRICTS * PROVINCES.len() as u64;
/// Weights and check characters of the first 17 digits (ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Names that tesseract reads: of some five hundred cards with them none was misread.
const NAMES: [&str; 16] = [
    "王小明",
    "李文华",
    "张建国",
    "刘大伟",
    "陈志强",
    "杨春林",
    "赵永平",
    "黄海生",
    "周国庆",
    "吴天成",
    "徐东升",
    "孙立新",
    "马长江",
    "朱光明",
    "胡学文",
    "林水生",
];

/// Somebody who does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Person(u64);

impl Person {
    /// Number `index` of those who come under `seed`. Those of other seeds are others, but for a rare chance.
    pub fn of(seed: u64, index: u64) -> Self {
        let first = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8;
        Self((first % PEOPLE + index) % PEOPLE)
    }

    /// The name of the person.
    pub fn name(self) -> &'static str {
        NAMES[usize::try_from(self.0 % NAMES.len() as u64).unwrap_or_default()]
    }

    /// The number of the resident ID card, which is the login.
    pub fn document(self) -> String {
        let (sequence, rest) = (self.0 % SEQUENCES, self.0 / SEQUENCES);
        let (day, rest) = (rest % BORN_DAYS, rest / BORN_DAYS);
        let (district, province) = (rest % DISTRICTS, rest / DISTRICTS % PROVINCES.len() as u64);
        let province = PROVINCES[usize::try_from(province).unwrap_or_default()];
        let born = BORN_FROM + i64::try_from(day).unwrap_or_default().days();
        let digits = format!("{province}{district:04}{}{sequence:03}", born.strftime("%Y%m%d"));
        let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        format!("{digits}{}", char::from(CHECKS[(sum % 11) as usize]))
    }

    /// The mobile number.
    pub fn mobile(self) -> String {
        format!("13{:09}", self.0 % 1_000_000_000)
    }

    /// The password of the person's account.
    pub fn password(self) -> String {
        format!("pass-{:013x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_are_well_formed_and_everybody_has_their_own() {
        let people: HashSet<String> = (0..5_000).map(|index| Person::of(7, index).document()).collect();
        assert_eq!(people.len(), 5_000);
        assert!(people.iter().all(|number| number.len() == 18 && !number.starts_with('0')));
        assert!(!people.contains(&Person::of(8, 0).document()));
        let known = Person(SEQUENCES * BORN_DAYS * 205 + 2);
        assert_eq!(&known.document()[..6], "110205");
        assert_eq!(Person(PEOPLE - 1).password().len(), 18);
    }
}
