//! Codes that an app shows every half minute: TOTP by RFC 6238 over HOTP by RFC 4226, with SHA-1 and six digits, which is what
//! apps take from a code to scan; and base32 by RFC 4648, in which people type secrets.
//!
//! Twenty lines over the HMAC that is in the tree already: the crates for it keep no last step, which is what makes a code count
//! once.

use aws_lc_rs::{constant_time, hmac};
use jiff::Timestamp;

/// Bytes of a secret: as many as SHA-1 has (RFC 4226, section 4).
pub(super) const SECRET_BYTES: usize = 20;
/// Seconds for which an app shows a code.
const STEP_SECONDS: i64 = 30;
/// Digits of a code.
const DIGITS: usize = 6;
/// Ten to the power of them.
const CODES: u32 = 1_000_000;
/// Clocks of phones may be so many steps behind or ahead.
const STEPS_APART: i64 = 1;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of this step.
fn code(secret: &[u8], step: i64) -> [u8; DIGITS] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 0x0f);
    let word = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    let digits = format!("{:06}", word % CODES);
    digits.as_bytes().try_into().expect("six digits are six bytes")
}

/// The step whose code this is, within one step of now; `None` when it is none of those. Of several the latest, so that the
/// others are past with it.
pub(super) fn step_of(secret: &[u8], typed: &str, now: Timestamp) -> Option<i64> {
    let typed = digits(typed)?;
    let here = now.as_second() / STEP_SECONDS;
    let steps = (here - STEPS_APART..=here + STEPS_APART).rev();
    // All are compared, whichever fits: the time taken tells nothing.
    let mut found = None;
    for step in steps {
        let fits = constant_time::verify_slices_are_equal(&code(secret, step), &typed).is_ok();
        found = found.or(fits.then_some(step));
    }
    found
}

/// The six digits of what was typed: blanks and hyphens are nothing, and a digit of full width is one.
fn digits(typed: &str) -> Option<[u8; DIGITS]> {
    let mut found = Vec::with_capacity(DIGITS);
    for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let digit = match c {
            '０'..='９' => u32::from(c) - u32::from('０'),
            _ => c.to_digit(10)?,
        };
        found.push(b'0' + u8::try_from(digit).ok()?);
        if found.len() > DIGITS {
            return None;
        }
    }
    found.try_into().ok()
}

/// Bytes in base32, without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut word = [0_u8; 8];
        word[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(word);
        for sign in 0..(chunk.len() * 8).div_ceil(5) {
            let value = (word >> (35 - 5 * sign)) & 31;
            out.push(char::from(ALPHABET[usize::try_from(value).expect("five bits")]));
        }
    }
    out
}

/// The code of now, for tests of other files.
#[cfg(test)]
pub(super) fn code_of(secret: &[u8], now: Timestamp) -> String {
    String::from_utf8(code(secret, now.as_second() / STEP_SECONDS).to_vec()).expect("digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 6238's vectors.
    const SEED: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
        for (second, whole) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_of(SEED, at(second)), whole[2..]);
            assert_eq!(step_of(SEED, &whole[2..], at(second)), Some(second / 30));
        }
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let code = code_of(SEED, at(1_234_567_890));
        for (off, fits) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(step_of(SEED, &code, at(1_234_567_890 + off)).is_some(), fits, "{off}");
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["287082", "287 082", " 287-082 ", "２８７０８２"] {
            assert_eq!(step_of(SEED, typed, at(59)), Some(1), "{typed}");
        }
        for typed in ["", "28708", "2870822", "28708x", "287082287082", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(SEED, typed, at(59)), None, "{typed}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }
}
