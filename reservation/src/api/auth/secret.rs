//! What a key looks like: `seathold_`, 43 random letters and digits (256 bits), and six that check them. Scanners for secrets know it by
//! its beginning and need nobody to tell a real one from a likeness; whoever mistypes one is told so without a look anywhere.

use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::rand;

/// What every key begins with.
const PREFIX: &str = "seathold_";
const RANDOM_CHARS: usize = 43;
const CHECK_CHARS: usize = 6;
/// Characters at the end by which a key is known again in a list. They are of the check, so they tell next to nothing.
const ENDING_CHARS: usize = 4;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Random bytes below it are even over the digits; others are drawn again.
const EVEN: u8 = 248;

const _: () = assert!(EVEN as usize / DIGITS.len() * DIGITS.len() == EVEN as usize && ENDING_CHARS <= CHECK_CHARS);

/// A new key.
pub fn new_key() -> String {
    let mut key = String::from(PREFIX);
    let mut bytes = [0; 64];
    while key.len() < PREFIX.len() + RANDOM_CHARS {
        rand::fill(&mut bytes).expect("a system has random bytes, or nothing here would run");
        let missing = PREFIX.len() + RANDOM_CHARS - key.len();
        let even = bytes.iter().filter(|byte| **byte < EVEN).take(missing);
        key.extend(even.map(|byte| char::from(DIGITS[usize::from(*byte) % DIGITS.len()])));
    }
    let check = check_of(&key);
    key + &check
}

/// What a key is remembered by.
pub fn digest_of(key: &str) -> Digest {
    digest(&SHA256, key.as_bytes())
}

/// The last characters of a key that has a check; `None` of others.
pub fn ending_of(key: &str) -> Option<&str> {
    (has_check(key) && !is_mistyped(key)).then(|| &key[key.len() - ENDING_CHARS..])
}

/// Is it a key with a check, and a wrong one? Keys of the version before have none, and are shorter.
pub fn is_mistyped(key: &str) -> bool {
    has_check(key) && {
        let (body, check) = key.split_at(key.len() - CHECK_CHARS);
        check_of(body) != check
    }
}

fn has_check(key: &str) -> bool {
    key.len() == PREFIX.len() + RANDOM_CHARS + CHECK_CHARS
        && key.strip_prefix(PREFIX).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// CRC-32 of all before it, in six digits to base 62.
fn check_of(body: &str) -> String {
    let mut rest = crc32(body.as_bytes()) as usize;
    let mut check = [DIGITS[0]; CHECK_CHARS];
    for digit in check.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    check.into_iter().map(char::from).collect()
}

/// CRC-32 as zip and PNG have it (ISO 3309), bit by bit: keys are short.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_from_a_likeness_by_anybody() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of the CRC catalogue");
        let key = new_key();
        assert_ne!(key, new_key());
        assert_eq!(key.len(), 58);
        assert!(!is_mistyped(&key) && key.ends_with(ending_of(&key).unwrap()));
        for at in PREFIX.len()..key.len() {
            let mut wrong = key.clone().into_bytes();
            wrong[at] = if wrong[at] == b'a' { b'b' } else { b'a' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(is_mistyped(&wrong), "{at}");
            assert_eq!(ending_of(&wrong), None);
        }
        // The version before has made these; what they are is for the ledger to say.
        for older in ["seathold_wPAvgqXj6vZLmIbDKtHAJ9LdLmbrnp-bNVtUBkxjCyo", "test-admin-key", ""] {
            assert!(!is_mistyped(older) && ending_of(older).is_none());
        }
    }

    #[test]
    fn the_check_is_made_as_it_is_documented() {
        // Made by hand: zlib.crc32 of the body, in base 62.
        let body = format!("{PREFIX}{}", "0".repeat(RANDOM_CHARS));
        assert_eq!(check_of(&body), CHECK_OF_ZEROS);
    }

    /// Worked out with Python: `zlib.crc32(b"seathold_" + b"0" * 43)`.
    const CHECK_OF_ZEROS: &str = "4GD6i6";
}
