//! Codes for the day on which the phone is gone: ten, each good once. Each is 120 random bits, more than the 112 from which
//! on a plain hash may keep a secret (OWASP ASVS 5.0, 6.5.2): what makes guesses slow for passwords is of no use where nobody can guess.

use std::fmt;

use aws_lc_rs::{digest, rand};
use uuid::Uuid;

use super::totp::base32;

/// How many somebody has.
pub const RECOVERY_CODES: usize = 10;
/// Random bytes of one.
const BYTES: usize = 15;
/// Signs of one, in base32.
const SIGNS: usize = 24;
/// Signs of those that were made when they had 80 random bits: they are good until others take their place.
const SIGNS_BEFORE: usize = 16;
const _: () = assert!(SIGNS * 5 == BYTES * 8 && SIGNS.is_multiple_of(4), "a code is shown whole, in groups of four");
/// What is hashed with each, so that the hash is one of nothing else.
const DOMAIN: &[u8] = b"seathold staff recovery code";

/// A code that is shown once. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    pub(super) fn new() -> Self {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes).expect("the system has random bytes");
        Self(base32(&bytes))
    }

    /// The code that was typed; `None` when it cannot be one. Blanks and hyphens are nothing, small letters are large ones, and
    /// the digits that no code has are the letters that they look like.
    pub fn typed(text: &str) -> Option<Self> {
        let mut signs = String::with_capacity(SIGNS);
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                other => other,
            };
            if signs.len() == SIGNS || !matches!(c, 'A'..='Z' | '2'..='7') {
                return None;
            }
            signs.push(c);
        }
        [SIGNS, SIGNS_BEFORE].contains(&signs.len()).then_some(Self(signs))
    }

    /// In groups of four, as it is shown to its owner.
    pub fn in_groups(&self) -> String {
        let groups: Vec<&str> = (0..self.0.len() / 4).map(|at| &self.0[4 * at..4 * at + 4]).collect();
        groups.join("-")
    }

    /// What is kept of it, for this member.
    pub(super) fn hash(&self, staff: Uuid) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(DOMAIN);
        context.update(staff.as_bytes());
        context.update(self.0.as_bytes());
        context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it_and_is_somebody_s() {
        let code = RecoveryCode::new();
        let shown = code.in_groups();
        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4; 6], "{shown}");
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('O', "0")] {
            assert_eq!(RecoveryCode::typed(&typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "ABCD", &format!("{shown}A"), &shown.replacen(|c: char| c != '-', "9", 1), "中文"] {
            assert_eq!(RecoveryCode::typed(typed), None, "{typed}");
        }
        // One of before, until its owner takes others.
        let before = RecoveryCode::typed("mzxw-6ytb-oimz-xw6y").unwrap();
        assert_eq!(before.in_groups(), "MZXW-6YTB-OIMZ-XW6Y");
        assert_eq!(RecoveryCode::typed(&shown[..24]), None, "five groups are no code of any time");
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(code.hash(one) != code.hash(other) && code != RecoveryCode::new());
        assert_eq!(format!("{code:?}"), "RecoveryCode(..)");
    }
}
