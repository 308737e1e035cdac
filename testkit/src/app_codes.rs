//! An app on somebody's phone that shows codes (TOTP, RFC 6238), written apart from what the product has.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;

/// Seconds for which a code is shown.
const STEP_SECONDS: u64 = 30;

/// The code that an app shows now which was told this secret: base32, in groups or not.
pub fn app_code(secret: &str) -> String {
    let mut bits = 0_u64;
    let (mut held, mut key) = (0, Vec::new());
    for sign in secret.bytes().filter(|sign| !sign.is_ascii_whitespace()) {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'2'..=b'7' => sign - b'2' + 26,
            other => panic!("a secret has no {other}"),
        };
        (bits, held) = (bits << 5 | u64::from(value), held + 5);
        if held >= 8 {
            held -= 8;
            key.push(u8::try_from(bits >> held & 0xff).expect("eight bits"));
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let tag =
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key), &(now / STEP_SECONDS).to_be_bytes());
    let at = usize::from(tag.as_ref()[19] % 16);
    let word: [u8; 4] = tag.as_ref()[at..at + 4].try_into().expect("four bytes");
    format!("{:06}", u32::from_be_bytes(word) % (1 << 31) % 1_000_000)
}
