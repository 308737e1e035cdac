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
}

/// A staff member's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct StaffId(pub Uuid);
