//! The chance in a plan. SHA-256 of the seed is published before the candidates are final, the seed afterwards: whoever has
//! both can compute every place again, and nobody could choose the seed by its result.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;

/// What a draw's order follows from: 32 random bytes, 64 hexadecimal digits in text. Secret until it is published, so it does
/// not show in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seed([u8; SEED_BYTES]);

/// The text is no seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a seed is 64 hexadecimal digits")]
pub struct NoSeed;

impl Seed {
    /// A new one, from the system's random numbers.
    ///
    /// # Panics
    /// When the system gives none.
    pub fn draw() -> Self {
        let mut bytes = [0; SEED_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
        Self(bytes)
    }

    /// SHA-256 of the seed, as 64 hexadecimal digits: what is published first.
    pub fn commitment(&self) -> String {
        base16ct::lower::encode_string(digest(&SHA256, &self.0).as_ref())
    }

    /// Where somebody comes in the draw of a sitting: the first 16 bytes of HMAC-SHA256(seed, sitting ‖ 0x00 ‖ id) as a number,
    /// the lowest first. The sitting is in it so that nobody sits in the same corner at each one.
    pub fn rank(&self, sitting: &str, id: &str) -> u128 {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(sitting.as_bytes());
        context.update(&[0]);
        context.update(id.as_bytes());
        let tag = context.sign();
        u128::from_be_bytes(tag.as_ref()[..16].try_into().expect("HMAC-SHA256 has 32 bytes"))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

impl FromStr for Seed {
    type Err = NoSeed;

    fn from_str(text: &str) -> Result<Self, NoSeed> {
        let mut bytes = [0; SEED_BYTES];
        match base16ct::mixed::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == SEED_BYTES => Ok(Self(bytes)),
            _ => Err(NoSeed),
        }
    }
}

impl TryFrom<String> for Seed {
    type Error = NoSeed;

    fn try_from(text: String) -> Result<Self, NoSeed> {
        text.parse()
    }
}

impl From<[u8; SEED_BYTES]> for Seed {
    fn from(bytes: [u8; SEED_BYTES]) -> Self {
        Self(bytes)
    }
}

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        base16ct::lower::encode_string(&seed.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = "0707070707070707070707070707070707070707070707070707070707070707";

    /// Computed with `printf 'cet4\0c1' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…` and `printf '\x07…' | sha256sum`.
    #[test]
    fn a_rank_is_what_anybody_computes_from_the_published_seed() {
        let seed: Seed = SEED.parse().unwrap();
        assert_eq!(format!("{:032x}", seed.rank("cet4", "c1")), RANK_OF_C1);
        assert_eq!(seed.commitment(), "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0");
    }

    const RANK_OF_C1: &str = "d4a23951a79d7ce20c1f91514024bfe1";

    #[test]
    fn a_seed_is_64_digits_and_does_not_show() {
        let seed: Seed = SEED.parse().unwrap();
        assert_eq!(String::from(seed.clone()), SEED);
        assert_eq!(format!("{seed:?}"), "Seed(..)");
        for wrong in ["", "07", &SEED[2..], &format!("{SEED}07"), &SEED.replace('7', "g")] {
            assert_eq!(wrong.parse::<Seed>(), Err(NoSeed), "{wrong}");
        }
        assert_ne!(Seed::draw(), Seed::draw());
    }
}
