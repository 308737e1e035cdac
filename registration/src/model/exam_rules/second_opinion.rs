//! Of how many cases a second member of staff is asked.

use serde::{Deserialize, Serialize};

/// Of how many first decisions, in percent, a second member of staff is asked who knows nothing of the first one's:
/// `[review.second_opinion]` in the exam's file. Identities are of no exam, and accommodations are decided kind by kind:
/// neither has any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecondOpinionRules {
    /// Of pictures of payments.
    pub payment: u8,
    /// Of pictures of faces.
    pub face: u8,
    /// Of registration forms.
    pub form: u8,
    /// Of requests to review an earlier score.
    pub score: u8,
}

impl SecondOpinionRules {
    /// The percents with their names in the file.
    pub fn percents(&self) -> [(&'static str, u8); 4] {
        [("payment", self.payment), ("face", self.face), ("form", self.form), ("score", self.score)]
    }

    /// Of none at all?
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
