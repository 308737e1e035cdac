//! What a waiting room signs: the pass of who was admitted, and the token of who was there before the opening.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::WaitingRoomKeys;
use crate::ids::{CandidateId, ExamId};

/// How long a pass is good for. Who has taken no seat by then takes a new position at the end of the line.
pub const PASS_LIFE: SignedDuration = SignedDuration::from_mins(20);
const EXPIRY_BYTES: usize = 8;
const TAG_BYTES: usize = 32;

/// Why a hold request was not let through. The text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// The request brought no pass.
    #[error(
        "a waiting room is before this exam: take a position in it, and send the pass that it gives when it admits you"
    )]
    Missing,
    /// Not signed by this room for this candidate and exam.
    #[error("this pass is not for this candidate and exam: ask the waiting room for one")]
    Wrong,
    /// Its time is over.
    #[error("this pass has run out: take a new position in the waiting room")]
    Expired,
}

/// Lets one candidate ask for seats of one exam until it runs out. As text: base64url of the expiry in seconds since
/// 1970 (8 bytes, big endian) and HMAC-SHA256(pass key, exam ‖ 0 ‖ candidate ‖ 0 ‖ expiry).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass(String);

impl Pass {
    /// A pass that is good before `expires_at`.
    pub fn sign(keys: &WaitingRoomKeys, exam: &ExamId, candidate: &CandidateId, expires_at: Timestamp) -> Self {
        let expiry = expires_at.as_second().to_be_bytes();
        let tag = hmac::sign(&key(keys), &signed(exam, candidate, &expiry));
        Self(URL_SAFE_NO_PAD.encode([&expiry, tag.as_ref()].concat()))
    }

    /// What was sent as a pass; [`Self::check`] finds out what it is worth.
    pub fn sent(text: String) -> Self {
        Self(text)
    }

    /// The pass as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it good for this exam and candidate at `now`? Compares in constant time.
    pub fn check(
        &self,
        keys: &WaitingRoomKeys,
        exam: &ExamId,
        candidate: &CandidateId,
        now: Timestamp,
    ) -> Result<(), PassError> {
        let mut bytes = [0; EXPIRY_BYTES + TAG_BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(&self.0, &mut bytes).map_err(|_| PassError::Wrong)?;
        let (expiry, tag) = bytes[..length].split_first_chunk::<EXPIRY_BYTES>().ok_or(PassError::Wrong)?;
        hmac::verify(&key(keys), &signed(exam, candidate, expiry), tag).map_err(|_| PassError::Wrong)?;
        if i64::from_be_bytes(*expiry) > now.as_second() { Ok(()) } else { Err(PassError::Expired) }
    }
}

/// Shows that a candidate took a position before the opening: should Redis lose the line, the position comes back by it.
/// As text: base64url of HMAC-SHA256(pass key, exam ‖ 0 ‖ candidate ‖ 0 ‖ "ticket" ‖ round).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionToken(String);

impl PositionToken {
    /// The candidate's token. Only to be given out before the opening.
    pub fn sign(keys: &WaitingRoomKeys, exam: &ExamId, candidate: &CandidateId) -> Self {
        Self(URL_SAFE_NO_PAD.encode(hmac::sign(&key(keys), &of_position(keys, exam, candidate))))
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is `text` this candidate's token for this round? Compares in constant time.
    pub fn is_genuine(text: &str, keys: &WaitingRoomKeys, exam: &ExamId, candidate: &CandidateId) -> bool {
        let mut tag = [0; TAG_BYTES];
        URL_SAFE_NO_PAD.decode_slice(text, &mut tag) == Ok(TAG_BYTES)
            && hmac::verify(&key(keys), &of_position(keys, exam, candidate), &tag).is_ok()
    }
}

fn key(keys: &WaitingRoomKeys) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &keys.pass_key)
}

/// Names have no zero byte, so no two pairs of them look alike.
fn signed(exam: &ExamId, candidate: &CandidateId, last: &[u8]) -> Vec<u8> {
    [exam.as_str().as_bytes(), b"\0", candidate.as_str().as_bytes(), b"\0", last].concat()
}

fn of_position(keys: &WaitingRoomKeys, exam: &ExamId, candidate: &CandidateId) -> Vec<u8> {
    // Longer than an expiry, so that no token is a pass.
    signed(exam, candidate, &[b"ticket".as_slice(), &keys.round.to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_good_for_its_exam_candidate_and_time_only() {
        let keys = WaitingRoomKeys::draw(1);
        let (exam, other_exam): (ExamId, ExamId) = ("cet".parse().unwrap(), "ce".parse().unwrap());
        let (one, other): (CandidateId, CandidateId) = ("c1".parse().unwrap(), "tc1".parse().unwrap());
        let end = Timestamp::from_second(1_800_000_000).unwrap();
        let (before, second) = (end - PASS_LIFE, SignedDuration::from_secs(1));
        let pass = Pass::sign(&keys, &exam, &one, end);
        assert_eq!(pass.as_str().len(), 54);
        assert_eq!(pass.check(&keys, &exam, &one, before), Ok(()));
        assert_eq!(pass.check(&keys, &exam, &one, end - second), Ok(()));
        assert_eq!(pass.check(&keys, &exam, &one, end), Err(PassError::Expired));
        assert_eq!(pass.check(&keys, &exam, &other, before), Err(PassError::Wrong));
        assert_eq!(pass.check(&keys, &other_exam, &one, before), Err(PassError::Wrong));
        assert_eq!(pass.check(&keys, &other_exam, &other, before), Err(PassError::Wrong));
        assert_eq!(pass.check(&WaitingRoomKeys::draw(1), &exam, &one, before), Err(PassError::Wrong));
    }

    #[test]
    fn what_was_changed_or_made_up_is_no_pass() {
        let keys = WaitingRoomKeys::draw(1);
        let (exam, candidate): (ExamId, CandidateId) = ("cet".parse().unwrap(), "c1".parse().unwrap());
        let end = Timestamp::from_second(1_800_000_000).unwrap();
        let good = Pass::sign(&keys, &exam, &candidate, end);
        for at in 0..good.as_str().len() {
            let mut bytes = good.as_str().as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = Pass::sent(String::from_utf8(bytes).unwrap());
            assert_eq!(changed.check(&keys, &exam, &candidate, end - PASS_LIFE), Err(PassError::Wrong), "{changed:?}");
        }
        let token = PositionToken::sign(&keys, &exam, &candidate);
        for text in ["", "A", "AAAAAAAAAAA", "not base64!", token.as_str(), &"A".repeat(54), &"A".repeat(4_000)] {
            let made_up = Pass::sent(text.to_owned());
            assert_eq!(made_up.check(&keys, &exam, &candidate, end), Err(PassError::Wrong), "{text}");
        }
    }

    #[test]
    fn a_position_token_is_one_candidates_of_one_round() {
        let keys = WaitingRoomKeys::draw(1);
        let (exam, one, other) = ("cet".parse().unwrap(), "c1".parse().unwrap(), "c2".parse().unwrap());
        let token = PositionToken::sign(&keys, &exam, &one);
        assert!(PositionToken::is_genuine(token.as_str(), &keys, &exam, &one));
        assert!(!PositionToken::is_genuine(token.as_str(), &keys, &exam, &other));
        let next_round = WaitingRoomKeys { round: 2, ..keys.clone() };
        assert!(!PositionToken::is_genuine(token.as_str(), &next_round, &exam, &one));
        assert!(!PositionToken::is_genuine("", &keys, &exam, &one));
    }
}
