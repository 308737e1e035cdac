//! An exam's waiting room as plain values: how it is set, how its line is shuffled, and what it signs.
//!
//! Commit and reveal: SHA-256 of the seed is public before anybody takes a position, the seed itself after the opening.
//! With it anybody can compute every shuffled position again: [`WaitingRoomKeys::shuffled_score`].

pub mod pass;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::ids::CandidateId;

/// Highest rate of admission that can be set, per second.
pub const ADMIT_PER_SECOND_MAX: u32 = 100_000;

/// When the waiting room stands before an exam.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RoomMode)]
pub enum WaitingRoomMode {
    /// The waiting room never stands before the exam.
    #[default]
    Off,
    /// From half an hour before the opening until the line is empty and the engine calm; again under strain.
    Automatic,
    /// The waiting room always stands before the exam.
    On,
}

impl WaitingRoomMode {
    /// Its name on the wire and in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Automatic => "automatic",
            Self::On => "on",
        }
    }
}

/// How an exam's waiting room is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoomSettings)]
pub struct WaitingRoomSettings {
    /// When it stands before the exam. Default `off`.
    #[serde(default)]
    pub mode: WaitingRoomMode,
    /// How many are admitted per second, 1–100,000. Default: steered by free seats and the engine's headroom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub admit_per_second: Option<u32>,
}

/// What makes the line of one exam, and signs for it.
#[derive(Clone, PartialEq, Eq)]
pub struct WaitingRoomKeys {
    /// The round of the line, which counts up when a new seed is drawn.
    pub round: i32,
    /// The seed that shuffles the line; public after the opening.
    pub seed: [u8; 32],
    /// The key that signs passes; never public.
    pub pass_key: [u8; 32],
}

impl std::fmt::Debug for WaitingRoomKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WaitingRoomKeys").field("round", &self.round).finish_non_exhaustive()
    }
}

impl WaitingRoomKeys {
    /// New keys for the round.
    pub fn draw(round: i32) -> Self {
        Self { round, seed: random(), pass_key: random() }
    }

    /// SHA-256 of the seed.
    pub fn commitment(&self) -> [u8; 32] {
        digest(&SHA256, &self.seed).as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// The score of who comes before the opening, in [0, 1): the first 52 bits of HMAC-SHA256(seed, candidate).
    pub fn shuffled_score(&self, candidate: &CandidateId) -> f64 {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.seed), candidate.as_str().as_bytes());
        let first: [u8; 8] = tag.as_ref()[..8].try_into().expect("HMAC-SHA256 has 32 bytes");
        // 52 bits, so that a double holds it exactly.
        (u64::from_be_bytes(first) >> 12) as f64 / (1_u64 << 52) as f64
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seed: u8) -> WaitingRoomKeys {
        WaitingRoomKeys { round: 1, seed: [seed; 32], pass_key: [9; 32] }
    }

    const SCORE_OF_C1: &str = "40c2c558bbea1";
    const COMMITMENT: &str = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0";

    /// Computed with `printf c1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…` and `printf '\x07…' | sha256sum`.
    #[test]
    fn a_score_is_what_anybody_computes_from_the_published_seed() {
        let keys = keys(7);
        let first_52_bits = u64::from_str_radix(SCORE_OF_C1, 16).unwrap() as f64;
        assert_eq!(
            (keys.shuffled_score(&"c1".parse().unwrap()) * (1_u64 << 52) as f64).to_bits(),
            first_52_bits.to_bits()
        );
        assert_eq!(base16ct::lower::encode_string(&keys.commitment()), COMMITMENT);
    }

    #[test]
    fn scores_are_spread_and_change_with_the_seed() {
        let scores = |seed| {
            let keys = keys(seed);
            (0..4_000).map(move |n| keys.shuffled_score(&format!("c{n}").parse().unwrap())).collect::<Vec<_>>()
        };
        let (one, other) = (scores(1), scores(2));
        assert!(one.iter().chain(&other).all(|score| (0.0..1.0).contains(score)));
        let below = one.iter().filter(|score| **score < 0.25).count();
        assert!((800..1_200).contains(&below), "{below} of 4000 in the first quarter");
        assert_ne!(one, other);
    }

    #[test]
    fn keys_do_not_show_in_debug() {
        assert_eq!(format!("{:?}", keys(7)), "WaitingRoomKeys { round: 1, .. }");
    }
}
