//! What was checked, and how it ended.

use serde::{Deserialize, Serialize};

/// What was checked about seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// At no time more candidates surely had a seat than there are seats.
    Peak,
    /// No hold id was told to two candidates.
    UniqueIds,
    /// Free seats and live holds, asked for one by one, make the capacity.
    Census,
    /// The ledger has as many live holds as seats are taken, and no more confirmed than promised.
    Ledger,
    /// Nobody got a seat without being admitted out of the waiting room.
    Admission,
    /// The waiting room let people in by the published shuffle, then in the order in which they came.
    Order,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// The check holds.
    Passed,
    /// It does not.
    Failed,
    /// It was not looked at.
    Skipped,
}

/// One check and what it saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked.
    pub kind: CheckKind,
    /// How it ended.
    pub state: CheckState,
    /// What was seen, in a sentence.
    pub detail: String,
}
