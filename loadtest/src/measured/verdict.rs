//! A condition that a test must meet, and what came of it.

use serde::{Deserialize, Serialize};

/// A condition and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The condition as it was written.
    pub expectation: String,
    /// What was measured, in the same unit.
    pub measured: String,
    /// Does it hold?
    pub is_met: bool,
}
