//! A hold, and where it stands. Pure: no clock, no store.

use jiff::Timestamp;
use serde::Serialize;

use crate::ids::{HoldId, Reference, SittingId};

/// Where a hold stands. `held → frozen → confirmed`, or it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// A seat is taken; the clock runs.
    Held,
    /// Evidence of payment is in; the clock stands still.
    Frozen,
    /// The seat is the candidate's.
    Confirmed,
    /// Ended: given back before anything was paid.
    Released,
    /// Ended: the clock ran out.
    Expired,
    /// Ended: taken back after evidence of payment, or after confirmation.
    Cancelled,
}

impl HoldState {
    /// All states, in the order of a hold's life.
    pub const ALL: [Self; 6] =
        [Self::Held, Self::Frozen, Self::Confirmed, Self::Released, Self::Expired, Self::Cancelled];

    /// Does a hold in this state occupy a seat?
    pub fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Frozen | Self::Confirmed)
    }

    /// The state's word in the ledger and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Frozen => "frozen",
            Self::Confirmed => "confirmed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A seat taken by a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id; a hold taken anew after it lapsed has a new one.
    pub id: HoldId,
    /// The sitting that the seat is in.
    pub sitting: SittingId,
    /// The state in which the hold stands.
    pub state: HoldState,
    /// The deadline to show: without the exam's grace. Meaningless once frozen.
    pub expires_at: Timestamp,
    /// The reference of what paid for the hold, once it is confirmed.
    pub reference: Option<Reference>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_word_that_reads_back() {
        for state in HoldState::ALL {
            assert_eq!(HoldState::parse(state.as_str()), Some(state));
        }
        assert_eq!(HoldState::ALL.into_iter().filter(|state| state.is_live()).count(), 3);
    }
}
