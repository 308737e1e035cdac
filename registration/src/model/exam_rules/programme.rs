//! What can be chosen: the parts of an exam, their subjects, and which subjects stand in each other's way.

use reservation::ids::GroupId;
use serde::{Deserialize, Serialize};

use super::names::{PartId, SubjectId};
use crate::model::text::{Paragraphs, Text};

/// A part of the exam that is chosen and paid for by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRule {
    /// Its id within the exam, which orders keep.
    pub id: PartId,
    /// Its name as pages call it: 笔试.
    pub title: Text,
    /// May several sittings be chosen, at once and one after the other? Then one may also drop single unpaid ones.
    #[serde(default)]
    pub is_many: bool,
    /// Whose sittings a candidate is offered.
    #[serde(default)]
    pub campus: CampusRule,
    /// Of several, must one always be left? Then the last one cannot be dropped.
    #[serde(default)]
    pub keeps_one: bool,
    /// Can a sitting be chosen only once its fee is set?
    #[serde(default)]
    pub needs_fee: bool,
    /// What must be known before choosing.
    #[serde(default)]
    pub notice: Option<Paragraphs>,
}

/// Whose sittings a candidate is offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampusRule {
    /// Every sitting, whatever campus holds it.
    #[default]
    Any,
    /// Those of the campus in the candidate's roster record.
    Own,
    /// Those of a campus that the candidate picks, unless the own school forbids others.
    Pick,
}

/// One subject of the programme: what is sat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its id within the exam, which rosters and sittings name.
    pub id: SubjectId,
    /// Its name as pages call it.
    pub title: Text,
    /// The part that it belongs to.
    #[serde(default = "PartId::main")]
    pub part: PartId,
    /// The subjects of which one candidate may have one.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// Must the roster, or a passed review, name the candidate eligible?
    #[serde(default)]
    pub needs_eligibility: bool,
    /// What is said to somebody who is not eligible; without it a general sentence.
    #[serde(default)]
    pub not_eligible: Option<Text>,
    /// One of these must be registered for as well; and cannot be dropped while this one stands.
    #[serde(default)]
    pub requires: Vec<SubjectId>,
}

/// What is said when two sittings of a group are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRule {
    /// The group of which only one sitting can be chosen.
    pub group: GroupId,
    /// The sentence that whoever chooses a second one reads.
    pub refusal: Text,
    /// What is said above the group before anything is chosen; without it a general sentence.
    #[serde(default)]
    pub hint: Option<Text>,
}
