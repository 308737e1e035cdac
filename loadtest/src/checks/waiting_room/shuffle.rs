//! The published shuffle, computed again: 52 bits of HMAC-SHA256(seed, candidate), smallest first.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

/// Bits of the HMAC that count: as many as a double has without rounding.
const BITS: u32 = 52;

/// A seed that fits its commitment.
pub struct Shuffle(hmac::Key);

/// Why a seed proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// The seed is not published.
    #[error("the seed of the shuffle is not published, so nobody can check the order")]
    Secret,
    /// The seed is not hexadecimal.
    #[error("the published seed is no hexadecimal number")]
    Form,
    /// Published is another than was promised.
    #[error("the published seed does not fit the commitment that was shown from the start")]
    Broken,
}

impl Shuffle {
    /// The shuffle with this published seed, if it fits the commitment: the hexadecimal SHA-256 of the seed.
    pub fn published(seed: Option<&str>, commitment: &str) -> Result<Option<Self>, SeedError> {
        let seed = seed.ok_or(SeedError::Secret)?;
        let seed = base16ct::mixed::decode_vec(seed).map_err(|_| SeedError::Form)?;
        if base16ct::lower::encode_string(digest(&SHA256, &seed).as_ref()) != commitment.to_ascii_lowercase() {
            return Err(SeedError::Broken);
        }
        Ok(Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &seed))))
    }

    /// A candidate's score: who has the smaller one comes first.
    pub fn score(&self, candidate: &str) -> u64 {
        let tag = hmac::sign(&self.0, candidate.as_bytes());
        let first = tag.as_ref().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        first >> (u64::BITS - BITS)
    }
}
