//! Who acts: the ids of candidates' accounts and of staff.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reservation::ids::CandidateId;
use uuid::Uuid;

/// A candidate's account. The engine knows it as a [`CandidateId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub Uuid);

impl AccountId {
    /// What the engine knows this candidate by: the 16 bytes in base64url, 22 characters.
    pub fn candidate_id(self) -> CandidateId {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes()).parse().expect("base64url is within the alphabet of names")
    }

    /// Whom the engine knows by that; `None` when it is nobody with an account here.
    pub fn of_candidate(candidate: &CandidateId) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(candidate.as_str()).ok()?;
        Some(Self(Uuid::from_bytes(bytes.try_into().ok()?)))
    }
}

/// A staff member's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct StaffId(pub Uuid);

/// The number of a request that two people decide together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApprovalId(pub Uuid);

impl std::str::FromStr for ApprovalId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_s_name_of_an_account_reads_back() {
        let account = AccountId(Uuid::from_u128(0x1234_5678_9abc_def0_0fed_cba9_8765_4321));
        assert_eq!(AccountId::of_candidate(&account.candidate_id()), Some(account));
        assert_eq!(AccountId::of_candidate(&"k7-li".parse().unwrap()), None);
    }
}
