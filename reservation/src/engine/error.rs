//! Why the engine did not do what it was asked.

use jiff::Timestamp;

use crate::ids::{ExamId, HoldId, SittingId};
use crate::ledger::LedgerError;
use crate::pool::NotReached;
use crate::restore::OpenError;
use crate::store::StoreError;
use crate::waiting_room::pass::PassError;

/// Why the engine did not do it. Refusals first (the caller can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// There is no exam of this id.
    #[error("exam {0} does not exist")]
    UnknownExam(ExamId),
    /// There is no sitting of this id in the exam.
    #[error("sitting {0} does not exist")]
    UnknownSitting(SittingId),
    /// There never was such a hold.
    #[error("there is no such hold")]
    UnknownHold(HoldId),
    /// No seat is free.
    #[error("sitting {sitting} has no free seat")]
    Full {
        /// The sitting that is full.
        sitting: SittingId,
        /// When the next hold on it lapses, if one may.
        next_release_at: Option<Timestamp>,
    },
    /// One candidate may occupy one sitting of a group.
    #[error("the candidate occupies another sitting of the group of {0}")]
    GroupTaken(SittingId),
    /// The request came outside the exam's window.
    #[error("no seats are given out now")]
    NotOpen {
        /// The time at which the exam's window begins, if it has a beginning.
        opens_at: Option<Timestamp>,
        /// The time at which the exam's window ends, if it has an end.
        closes_at: Option<Timestamp>,
    },
    /// The sitting has begun, or begins before a hold on it could be paid.
    #[error("sitting {sitting} has begun, or begins before a seat in it could be paid")]
    Begun {
        /// The first such one.
        sitting: SittingId,
        /// From when on its seats are not given out.
        closes_at: Timestamp,
    },
    /// A waiting room is before the exam, and the request has no pass that is good.
    #[error("{0}")]
    NotAdmitted(#[from] PassError),
    /// The hold's clock ran out or it was given back, and its seat could not be had again.
    #[error("the hold has ended")]
    Expired(HoldId),
    /// The hold was paid for twice, under two references.
    #[error("the hold was confirmed under another reference")]
    OtherReference(HoldId),
    /// The request has a value that is not allowed.
    #[error("{field}: {reason}")]
    Invalid {
        /// The name of the field that is not allowed.
        field: &'static str,
        /// What is wrong with the value of the field, as the rest of a sentence.
        reason: String,
    },
    /// A store is away or being restored; it may work in a moment.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
}

impl From<LedgerError> for HoldError {
    fn from(error: LedgerError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<OpenError> for HoldError {
    fn from(error: OpenError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<NotReached> for HoldError {
    fn from(error: NotReached) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<StoreError> for HoldError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
