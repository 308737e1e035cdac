//! Who may register, and how what candidates say is compared with the roster.

use serde::{Deserialize, Serialize};

use super::SecondOpinionRules;
use super::names::{FieldName, SubjectId};
use crate::model::document::DocumentKind;
use crate::model::text::Text;

/// Looking a person up in the roster and binding them to an account. The default binds nobody: it is used only when a
/// step asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EligibilityRules {
    /// The documents by which a person can be looked up.
    pub documents: Vec<DocumentKind>,
    /// A bound registration without any subject is deleted after so many hours.
    pub unused_hours: u16,
    /// The review of an earlier score that makes further subjects eligible, if there is one.
    pub score_review: Option<ScoreReviewRules>,
}

impl Default for EligibilityRules {
    fn default() -> Self {
        Self { documents: DocumentKind::ALL.to_vec(), unused_hours: 12, score_review: None }
    }
}

/// A review of an earlier score: CET6 资格复核.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreReviewRules {
    /// What pages call it.
    pub title: Text,
    /// What a passed review makes eligible.
    pub grants: Vec<SubjectId>,
    /// The subjects whose earlier results count; empty: those of all.
    #[serde(default)]
    pub scores_of: Vec<SubjectId>,
    /// The lowest score that counts.
    pub score_min: u16,
    /// The earliest year whose results are known here.
    pub year_min: u16,
}

/// Reviewing the form of a registration (报名资格审核): what equals the roster passes at once, the rest goes to staff.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewRules {
    /// Fields of the form that must equal the roster's column of the same name; name and document always must.
    pub compare: Vec<FieldName>,
    /// Of how many decisions, about forms and all else, a second member of staff is asked.
    #[serde(skip_serializing_if = "SecondOpinionRules::is_none")]
    pub second_opinion: SecondOpinionRules,
}
