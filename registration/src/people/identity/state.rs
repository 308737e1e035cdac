//! Where an identity or a face check stands. Plain values.

use crate::model::document::Document;
use crate::model::exam_rules::IdentityWay;
use crate::model::facts::{IdentityState, Proofs};
use crate::model::person::PersonName;

/// Who somebody says to be, or was verified to be. `Debug` names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name as on the document.
    pub name: PersonName,
    /// The document that proves it.
    pub document: Document,
}

/// What is on record of an account's identity: what the page of a way needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRecord {
    /// What was handed in and what came of it.
    pub state: IdentityState,
    /// All ways by which it was verified.
    pub proofs: Proofs,
    /// Whom the account says to be; once verified, who it is.
    pub person: Option<Person>,
    /// Did the candidate agree to the use of sensitive data, by the text of now?
    pub has_consented: bool,
}

/// All that the first page needs to know of an account's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityStatus {
    /// What was handed in and what came of it.
    pub state: IdentityState,
    /// Whom the account says to be; once verified, who it is.
    pub person: Option<Person>,
    /// May name and document still be changed here?
    pub rights: DeclareRights,
    /// How it was handed in or verified.
    pub way: Option<IdentityWay>,
    /// All ways by which it was verified.
    pub proofs: Proofs,
    /// Is there a verified photo to show?
    pub has_portrait: bool,
    /// Why the last check on a vendor's page failed, if the newest check did.
    pub liveness: LivenessStatus,
}

/// What of the person that the account declares the candidate may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclareRights {
    /// They may change nothing: it is verified.
    Nothing,
    /// The name; the document is the login, and only staff can mend it.
    Name,
    /// Name and document: neither is a login.
    Both,
}

/// Where the newest check on a vendor's page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LivenessStatus {
    /// None is under way.
    None,
    /// One was begun and has no outcome yet.
    Running,
    /// The vendor said no, and why.
    Failed(LivenessRefusal),
}

/// Why a check on a vendor's page failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LivenessRefusal {
    /// Name and number do not belong together.
    Mismatch,
    /// No living person was seen.
    Spoof,
    /// The face is not the one of the document.
    NotSame,
    /// There is no police photo of this person.
    NoRecord,
    /// The candidate left the vendor's page, or its time ran out.
    Cancelled,
    /// It went well, and another account is verified as this person.
    Taken,
    /// It went well, and the account says to be somebody else meanwhile.
    Changed,
    /// What the vendor said has no meaning of its own here.
    Other,
}

impl LivenessRefusal {
    const ALL: [Self; 8] = [
        Self::Mismatch,
        Self::Spoof,
        Self::NotSame,
        Self::NoRecord,
        Self::Cancelled,
        Self::Taken,
        Self::Changed,
        Self::Other,
    ];

    /// Its name in the store.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Spoof => "spoof",
            Self::NotSame => "not_same",
            Self::NoRecord => "no_record",
            Self::Cancelled => "cancelled",
            Self::Taken => "taken",
            Self::Changed => "changed",
            Self::Other => "other",
        }
    }

    /// What [`as_str`](Self::as_str) wrote; anything else is [`Other`](Self::Other).
    pub(crate) fn from_stored(text: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.as_str() == text).unwrap_or(Self::Other)
    }
}
