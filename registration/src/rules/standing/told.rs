//! Where one registration stands, as values: the states, what can be done, what is known of tickets and changes.

use jiff::Timestamp;

use crate::model::exam_rules::{PartId, TaskKind};
use crate::model::facts::ScoreReviewState;
use crate::model::order::OrderId;
use crate::model::text::Text;

/// The one state of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    /// Registration has not begun.
    NotOpen {
        /// When registration begins.
        opens_at: Timestamp,
    },
    /// Registration has closed, and nothing of it can be done any more.
    Closed {
        /// When registration closed.
        closed_at: Timestamp,
    },
    /// It is the candidate's turn.
    ToDo {
        /// The task that can be done now.
        task: TaskKind,
        /// Did the review of the form, which came before, pass?
        is_reviewed: bool,
    },
    /// What comes next opens later.
    Ahead {
        /// The task that comes next.
        task: TaskKind,
        /// When that task can be done.
        opens_at: Timestamp,
    },
    /// What came next was not done in time.
    Over {
        /// The task that was not done.
        task: TaskKind,
        /// When its time was over.
        closed_at: Timestamp,
    },
    /// A seat is held and wants to be paid for.
    Unpaid {
        /// The order to pay for first.
        order: OrderId,
        /// The part of the exam that the order is for.
        part: PartId,
        /// Another order whose time runs as well, if this one must be paid for before it: the subject that needs it.
        before: Option<OrderId>,
    },
    /// The time for the seat was up, or it was taken back after a refusal; no other is held.
    Lost {
        /// The order that had it.
        order: OrderId,
        /// The part of the exam that the order is for.
        part: PartId,
        /// Was it taken back because no good screenshot came?
        is_cancelled: bool,
        /// Is there still time to choose again?
        can_choose: bool,
    },
    /// The money came when the seat had gone: other sittings can be chosen for it.
    Owed {
        /// The order that was paid for.
        order: OrderId,
        /// The part that the order is for.
        part: PartId,
    },
    /// A picture of the payment came when the seat had gone, and waits: another sitting can be chosen for it.
    PictureKept {
        /// The order that the picture is for.
        order: OrderId,
        /// The part that the order is for.
        part: PartId,
    },
    /// The candidate's school is about to pay for the seat: nobody else does, and nothing is to be done.
    SchoolPays {
        /// The order that is locked.
        order: OrderId,
        /// The part that the order is for.
        part: PartId,
        /// So long at most it is.
        locked_until: Timestamp,
        /// So long the seat is held: the lock makes no hold longer.
        held_until: Timestamp,
    },
    /// It is the staff's turn.
    Waiting {
        /// What they look at.
        task: TaskKind,
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff, or a machine, said no; it can be mended.
    Refused {
        /// The task that waits for its window.
        task: TaskKind,
        /// Why, in the words of whoever refused.
        reason: String,
        /// The order whose screenshot was refused.
        order: Option<OrderId>,
    },
    /// The seat is the candidate's.
    Registered {
        /// The order that was decided last; nothing where the exam has none.
        order: Option<OrderId>,
        /// Can admission tickets be printed?
        tickets: Tickets,
        /// What was changed since, and is not decided.
        change: Option<Change>,
        /// Has the candidate's school paid for it?
        is_by_school: bool,
    },
}

/// What is known of admission tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tickets {
    /// The exam has none, or nobody has said when.
    NotSaid,
    /// They can be printed from then on.
    From(Timestamp),
    /// They can be printed.
    Open,
}

/// A form that was changed after the seat was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// Staff look at it.
    Waiting {
        /// When it was handed in.
        since: Timestamp,
    },
    /// Staff said no: the seat stays, and the form wants to be changed again.
    Refused {
        /// What staff said against it.
        reason: String,
    },
}

/// The one thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// A task of the exam, where it is done.
    Do(TaskKind),
    /// Paying for an order, or sending its screenshot.
    Pay(OrderId),
    /// Sending another screenshot for this order, whose last one was refused.
    SendAgain(OrderId),
    /// Choosing a seat again.
    ChooseAgain(PartId),
    /// Choosing another sitting for what was paid.
    ChooseOther(OrderId),
    /// Changing the form, which was refused.
    ChangeForm,
    /// Looking at what one has.
    Look(OrderId),
}

/// Where a registration stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The one state; all that is shown follows from it.
    pub state: State,
    /// What to do; nothing while somebody else acts.
    pub action: Option<Action>,
    /// Until when, if there is a deadline.
    pub until: Option<Timestamp>,
    /// The step that it is about, as an index: the one that the header names.
    pub step: Option<usize>,
    /// Where the review of an earlier score stands, which goes on beside everything else.
    pub score_review: Option<ScoreReviewState>,
    /// Whom to ask, in both languages.
    pub contact: Option<Text>,
    /// Changes with what a page shows of this registration.
    pub mark: u64,
}

impl Standing {
    /// Has nothing been begun that could be spoken of?
    pub fn is_blank(&self) -> bool {
        matches!(self.state, State::NotOpen { .. } | State::Closed { .. })
    }
}
