//! Where one task stands by itself, whatever comes before it.

use super::TaskState;
use crate::model::exam::Exam;
use crate::model::exam_rules::{PartId, TaskKind};
use crate::model::facts::accommodation::AccommodationState;
use crate::model::facts::{EligibilityState, FaceState, Facts, FurtherProof, IdentityState, ReviewState};
use crate::model::order::{Order, OrderState};

/// What a task's own facts say.
pub(super) enum Own {
    /// To be done; the steps before and the window decide whether it can be.
    Todo,
    /// This, whatever else.
    Known(TaskState),
}

use Own::{Known, Todo};

pub(super) fn own_state(exam: &Exam, facts: &Facts<'_>, kind: &TaskKind) -> Own {
    match kind {
        TaskKind::Notice => done_when(facts.notice_agreed_at.is_some()),
        TaskKind::Identity => identity(exam, facts),
        TaskKind::Face => face(&facts.face),
        TaskKind::Eligibility => done_when(matches!(facts.eligibility, EligibilityState::Bound { .. })),
        TaskKind::Details => done_when(facts.details_at.is_some()),
        TaskKind::Review => review(&facts.review),
        TaskKind::Accommodations => accommodations(&facts.accommodation),
        TaskKind::Sittings(part) => sittings(facts, part),
        TaskKind::Payment(part) => payment(facts, part),
        TaskKind::Ticket => Todo,
    }
}

fn done_when(is_done: bool) -> Own {
    if is_done { Known(TaskState::Passed) } else { Todo }
}

/// Who was verified only by ways that this exam does not take proves it once more, but for who was let in by what counted then.
fn identity(exam: &Exam, facts: &Facts<'_>) -> Own {
    let Facts { proofs, orders, .. } = facts;
    let is_in = orders.iter().any(|order| was_let_in(exam, order));
    match &facts.identity {
        IdentityState::None => Todo,
        IdentityState::Waiting { since } => Known(TaskState::Waiting { since: *since }),
        IdentityState::Refused { reason } => Known(TaskState::Refused { reason: reason.clone(), until: None }),
        IdentityState::Verified { .. } if is_in || proofs.count_for(&exam.rules.identity) => Known(TaskState::Passed),
        IdentityState::Verified { .. } => match &proofs.further {
            FurtherProof::None => Todo,
            FurtherProof::Waiting { since } => Known(TaskState::Waiting { since: *since }),
            FurtherProof::Refused { reason } => Known(TaskState::Refused { reason: reason.clone(), until: None }),
        },
    }
}

/// Is it a seat, or one that was paid for, that nobody could choose before they had proved who they are?
fn was_let_in(exam: &Exam, order: &Order) -> bool {
    let tasks = || exam.rules.steps.iter().flat_map(|step| step.tasks.iter().map(move |task| (task, step.is_optional)));
    let proved = tasks().position(|(task, is_optional)| *task == TaskKind::Identity && !is_optional);
    let chosen = tasks().position(|(task, _)| matches!(task, TaskKind::Sittings(part) if *part == order.part));
    let has_seat = order.state.is_live() || order.paid_at.is_some();
    has_seat && proved.zip(chosen).is_some_and(|(proved, chosen)| proved < chosen)
}

fn face(state: &FaceState) -> Own {
    match state {
        FaceState::None => Todo,
        FaceState::Waiting { since } => Known(TaskState::Waiting { since: *since }),
        FaceState::Refused { reason } => Known(TaskState::Refused { reason: reason.clone(), until: None }),
        FaceState::Passed { .. } => Known(TaskState::Passed),
    }
}

/// A review is never the candidate's turn, except to mend what was refused.
fn review(state: &ReviewState) -> Own {
    Known(match state {
        ReviewState::None => TaskState::Locked,
        ReviewState::Waiting { since } => TaskState::Waiting { since: *since },
        ReviewState::Refused { reason } => TaskState::Refused { reason: reason.clone(), until: None },
        ReviewState::Passed { .. } => TaskState::Passed,
    })
}

/// What staff ask for more of can be handed in anew, like what they refused.
fn accommodations(state: &AccommodationState) -> Own {
    Known(match state {
        AccommodationState::None => return Todo,
        AccommodationState::Waiting { since } => TaskState::Waiting { since: *since },
        AccommodationState::More { reason } | AccommodationState::Refused { reason } => {
            TaskState::Refused { reason: reason.clone(), until: None }
        }
        AccommodationState::Granted { .. } => TaskState::Passed,
    })
}

fn live<'a>(facts: &Facts<'a>, part: &PartId) -> impl Iterator<Item = &'a Order> + use<'a> {
    let part = part.clone();
    facts.orders.iter().filter(move |order| order.part == part && order.state.is_live())
}

fn sittings(facts: &Facts<'_>, part: &PartId) -> Own {
    done_when(live(facts, part).next().is_some())
}

/// The worst of the part's live orders: refused, then unpaid, then waiting, then confirmed.
fn payment(facts: &Facts<'_>, part: &PartId) -> Own {
    let orders: Vec<&Order> = live(facts, part).collect();
    let refused = orders.iter().find_map(|order| match &order.state {
        OrderState::Refused { reason, until } => {
            Some(TaskState::Refused { reason: reason.clone(), until: Some(*until) })
        }
        _ => None,
    });
    let unpaid = orders.iter().filter(|order| order.state == OrderState::Unpaid).map(|order| order.expires_at).min();
    let waiting = orders.iter().filter(|order| order.state == OrderState::WaitingReview);
    let since = waiting.map(|order| order.submitted_at.unwrap_or(order.created_at)).min();
    Known(match (refused, unpaid, since) {
        (Some(refused), ..) => refused,
        (None, Some(until), _) => TaskState::Open { until: Some(until) },
        (None, None, Some(since)) => TaskState::Waiting { since },
        (None, None, None) if orders.is_empty() => TaskState::Locked,
        (None, None, None) => TaskState::Passed,
    })
}
