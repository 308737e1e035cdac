//! Why no seats were taken.

use jiff::Timestamp;
use reservation::engine::HoldError;
use reservation::ids::{ExamId, SittingId};

use super::Refusal;
use crate::model::exam_rules::TaskKind;
use crate::model::order::{OrderId, SITTINGS_MAX};
use crate::model::payment::group::GroupLock;
use crate::rules::choosing::ChoiceRefusal;
use crate::store::StoreError;

/// Why no seats were taken. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// None, too many, or the same sitting twice.
    #[error("choose 1 to {SITTINGS_MAX} different sittings")]
    Choice,
    /// No such exam.
    #[error("exam {0} does not exist")]
    UnknownExam(ExamId),
    /// No such sitting in this exam.
    #[error("sitting {0} does not exist")]
    UnknownSitting(SittingId),
    /// Something else must be done first.
    #[error("the candidate must first do: {0}")]
    Blocked(TaskKind),
    /// The exam's rules are against it.
    #[error(transparent)]
    Choosing(#[from] ChoiceRefusal),
    /// Outside the registration window.
    #[error("no seats are given out now")]
    NotOpen {
        /// When registration begins.
        opens_at: Option<Timestamp>,
        /// When it ends.
        closes_at: Option<Timestamp>,
    },
    /// The candidate's order for this exam waits for review, was refused but can be mended, or is confirmed.
    #[error("order {0} is in already")]
    AlreadyRegistered(OrderId),
    /// The candidate has an unpaid order for other sittings of this exam, and `replace` was false.
    #[error("order {0} holds other sittings")]
    HoldsOther(OrderId),
    /// A payment of that order is under way: its seats are not given for others until that has come to an end.
    #[error("a payment of order {0} is under way")]
    Paying(OrderId),
    /// The candidate's school is about to pay for the order whose seats would be given for others.
    #[error("the candidate's school pays for the order until {}", .0.until)]
    Locked(GroupLock),
    /// A waiting room is before the exam, and it is not the candidate's turn. The place is taken by now.
    #[error("the waiting room has not admitted the candidate")]
    NotAdmitted,
    /// From the candidate's network as many accounts hold seats that are not paid for as the exam allows.
    #[error("from this network as many seats are held as the exam allows")]
    Network,
    /// So many of the candidate's network ask at once that not all can be counted: try again in a moment.
    #[error("from this network many ask for seats at once")]
    Crowded,
    /// A sitting has no free seat; nothing was taken.
    #[error("sitting {sitting} has no free seat")]
    Full {
        /// The first full one.
        sitting: SittingId,
        /// When its next hold lapses, if any does.
        next_release_at: Option<Timestamp>,
    },
    /// Two of the sittings exclude each other.
    #[error("the group of sitting {0} is taken")]
    GroupTaken(SittingId),
    /// The seat store restores or is away: try again in a few seconds.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
    /// A store or the engine did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HoldError> for OrderError {
    fn from(error: HoldError) -> Self {
        match Refusal::from(error) {
            Refusal::Full { sitting, next_release_at } => Self::Full { sitting, next_release_at },
            Refusal::NotOpen { opens_at, closes_at } => Self::NotOpen { opens_at, closes_at },
            Refusal::GroupTaken(sitting) => Self::GroupTaken(sitting),
            Refusal::Begun(sitting) => Self::Choosing(ChoiceRefusal::TooLate(sitting)),
            Refusal::UnknownExam(exam) => Self::UnknownExam(exam),
            Refusal::UnknownSitting(sitting) => Self::UnknownSitting(sitting),
            Refusal::NotAdmitted => Self::NotAdmitted,
            Refusal::Unavailable(why) => Self::Unavailable(why),
        }
    }
}
