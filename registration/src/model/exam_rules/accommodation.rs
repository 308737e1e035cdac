//! Accommodations (便利): which ones an exam offers, where a step asks for them.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::model::text::Text;

/// A kind of accommodation (便利).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::AsRefStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccommodationKind {
    /// More time, in a room of those who have more time.
    ExtraTime,
    /// A paper in large print.
    LargePrint,
    /// A room that is reached without steps: on the ground floor, or by a lift.
    StepFree,
    /// A seat that a wheelchair reaches.
    Wheelchair,
    /// A seat in the first row.
    FrontRow,
    /// A room with nobody else in it.
    OwnRoom,
    /// Something else, described in words.
    Other,
}

impl AccommodationKind {
    /// All kinds, in the order in which pages list them.
    pub const ALL: &[Self] = Self::VARIANTS;
}

impl std::fmt::Display for AccommodationKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_ref())
    }
}

/// What can be asked for: `[accommodations]` in the exam's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccommodationRules {
    /// The kinds that are offered, in any order.
    pub kinds: Vec<AccommodationKind>,
    /// What is said on the page: which proof counts, how much more time there is.
    pub note: Option<Text>,
    /// Must a proof be handed in?
    pub needs_proof: bool,
    /// How much longer those sit who were granted extra time, in percent of what a sitting lasts; 1 to [`EXTRA_TIME_PERCENT_MAX`].
    pub extra_time_percent: u16,
}

/// Most extra time that an exam grants: as long again as the sitting lasts.
pub const EXTRA_TIME_PERCENT_MAX: u16 = 100;

impl Default for AccommodationRules {
    fn default() -> Self {
        // What exams usually grant.
        Self { kinds: Vec::new(), note: None, needs_proof: true, extra_time_percent: 30 }
    }
}
