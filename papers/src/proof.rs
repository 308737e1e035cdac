//! A proof of registration (报名证明), as the words that stand on it.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::ticket::Language;

/// A proof that somebody is registered, which others can check. A text that is empty is left out with its label.
#[derive(Clone, Default, Serialize)]
pub struct Proof {
    /// Which language its labels have.
    pub language: Language,
    /// When what stands on it was so: the file's date.
    #[serde(skip)]
    pub made_at: Timestamp,
    /// What the exam is called.
    pub exam: String,
    /// Who holds the exam and answers for the proof.
    pub organiser: String,
    /// The proof's number.
    pub number: String,
    /// The candidate's name.
    pub name: String,
    /// What kind of document the candidate has: 居民身份证.
    pub document_kind: String,
    /// The document's number, masked.
    pub document: String,
    /// The candidate's school, where the exam asks for one.
    pub school: String,
    /// What the candidate is registered for, one row each.
    pub sittings: Vec<ProofSitting>,
    /// On which day it was issued: 2026年11月30日.
    pub issued: String,
    /// Where anybody may check it, as printed: exam.example.edu/proof.
    pub check_at: String,
    /// What is typed there, where nobody scans.
    pub check_code: String,
    /// The candidate's photo as JPEG, upright.
    #[serde(skip)]
    pub photo: Option<Vec<u8>>,
    /// The text of the code to scan: the address at which it is checked.
    #[serde(skip)]
    pub code: Option<String>,
}

/// A sitting that somebody is registered for.
#[derive(Clone, Default, Serialize)]
pub struct ProofSitting {
    /// What is sat.
    pub subject: String,
    /// What the sitting is called, or where it is.
    pub sitting: String,
    /// When it begins.
    pub start: String,
    /// How the registration stands: 已缴费.
    pub state: String,
}

/// A proof names somebody, and what is logged names nobody.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof").field("sittings", &self.sittings.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ProofSitting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofSitting").finish_non_exhaustive()
    }
}
