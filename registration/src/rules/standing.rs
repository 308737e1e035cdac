//! Where one registration stands, as one value: the state, the one thing to do about it, until when, and whom to ask.
//! Pure, like the steps that it is worked out from. Every page, bar and message says what this says.

mod told;

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::model::exam::{Exam, Window};
use crate::model::exam_rules::{SubjectId, TaskKind};
use crate::model::facts::ScoreReviewState;
use crate::model::facts::{EligibilityState, Facts, ReviewState};
use crate::model::order::{Order, OrderState};
use crate::rules::choosing;
use crate::rules::steps::{StepView, TaskState, TaskView, here, is_complete, next};

pub use told::{Action, Change, Standing, State, Tickets};

/// Where the registration of a candidate stands, of whom `facts` are known; `steps` are worked out from the same.
pub fn standing(exam: &Exam, facts: &Facts<'_>, steps: &[StepView], now: Timestamp) -> Standing {
    let (state, action, until) = state(exam, facts, steps, now);
    let step = here(steps);
    let score_review = facts.score_review.clone();
    let contact = exam.rules.contact.clone();
    let mark = mark(facts, &state, score_review.as_ref());
    Standing { state, action, until, step, score_review, contact, mark }
}

type Told = (State, Option<Action>, Option<Timestamp>);

fn state(exam: &Exam, facts: &Facts<'_>, steps: &[StepView], now: Timestamp) -> Told {
    let at_once = owed(facts).or_else(|| picture_kept(exam, facts, now)).or_else(|| running(exam, facts));
    if let Some(told) = at_once.or_else(|| locked(facts)) {
        return told;
    }
    let upcoming = next(steps);
    if let Some(told) = registered(exam, facts, steps, upcoming, now) {
        return told;
    }
    let Some(task) = upcoming else { return (complete(exam, facts, None, now), None, None) };
    if let Some(told) = lost(exam, facts, task) {
        return told;
    }
    let (kind, has_begun) = (task.kind.clone(), has_begun(facts));
    match shown(exam, facts, task, now) {
        TaskState::NotYet { opens_at } if !has_begun => (State::NotOpen { opens_at }, ahead(&kind), None),
        TaskState::NotYet { opens_at } => (State::Ahead { task: kind.clone(), opens_at }, ahead(&kind), None),
        TaskState::Over { closed_at } if !has_begun => (State::Closed { closed_at }, None, None),
        TaskState::Over { closed_at } => (State::Over { task: kind, closed_at }, None, None),
        TaskState::Waiting { since } => {
            let order = order_of(facts, &kind, |state| *state == OrderState::WaitingReview);
            (State::Waiting { task: kind, since }, order.map(|order| Action::Look(order.id)), None)
        }
        TaskState::Refused { reason, until } => {
            let action = if kind == TaskKind::Review { Action::ChangeForm } else { Action::Do(kind.clone()) };
            (State::Refused { task: kind, reason, order: None }, Some(action), until)
        }
        TaskState::Open { until } => {
            let is_reviewed = matches!(facts.review, ReviewState::Passed { .. }) && asks_for_review(steps);
            (State::ToDo { task: kind.clone(), is_reviewed }, Some(Action::Do(kind)), until)
        }
        TaskState::Locked | TaskState::Passed => (State::ToDo { task: kind, is_reviewed: false }, None, None),
    }
}

/// Money that has nothing yet comes before everything else: the one that ends first.
fn owed(facts: &Facts<'_>) -> Option<Told> {
    let until = |order: &Order| if let OrderState::Owed { until } = order.state { Some(until) } else { None };
    let owed = facts.orders.iter().filter_map(|order| Some((until(order)?, order)));
    let (until, order) = owed.min_by_key(|(until, order)| (*until, order.id))?;
    let state = State::Owed { order: order.id, part: order.part.clone() };
    Some((state, Some(Action::ChooseOther(order.id)), Some(until)))
}

/// A picture that waits for another sitting is money that has nothing yet, too.
fn picture_kept(exam: &Exam, facts: &Facts<'_>, now: Timestamp) -> Option<Told> {
    // Who has another seat of the part by now chooses no more.
    let has_other = |order: &Order| {
        let of_part = |other: &&Order| other.part == order.part && other.state.is_live();
        !exam.is_many(&order.part) && facts.orders.iter().any(|other| of_part(&other))
    };
    let kept = facts.orders.iter().filter_map(|order| Some((exam.choice_until(order, now)?, order)));
    let kept = kept.filter(|(_, order)| !has_other(order));
    let (until, order) = kept.min_by_key(|(until, order)| (*until, order.id))?;
    let state = State::PictureKept { order: order.id, part: order.part.clone() };
    Some((state, Some(Action::ChooseOther(order.id)), Some(until)))
}

/// The unpaid order whose seat is held until the earliest moment, of those for which a school is about to pay.
fn locked(facts: &Facts<'_>) -> Option<Told> {
    let locked = facts.orders.iter().filter_map(|order| Some((order, order.locked_until()?)));
    let (order, locked_until) = locked.min_by_key(|(order, _)| (order.expires_at, order.id))?;
    let state = State::SchoolPays { order: order.id, part: order.part.clone(), locked_until };
    Some((state, Some(Action::Look(order.id)), Some(locked_until)))
}

/// What runs against a clock comes before everything else: an unpaid seat, a refused screenshot.
fn running(exam: &Exam, facts: &Facts<'_>) -> Option<Told> {
    let live: Vec<&Order> = facts.orders.iter().filter(|order| order.state.is_live()).collect();
    let deadline = |order: &Order| match order.state {
        // For a seat that a school is about to pay for there is nothing to be done.
        OrderState::Unpaid if order.locked_until().is_some() => None,
        OrderState::Unpaid => Some(order.expires_at),
        OrderState::Refused { until, .. } => Some(until),
        _ => None,
    };
    let awaits_school =
        |order: &Order| pay_first(exam, &live, order).is_some_and(|first| first.locked_until().is_some());
    let running = live.iter().filter_map(|order| Some((deadline(order)?, *order)));
    let (at, found) = running.filter(|(_, order)| !awaits_school(order)).min_by_key(|(at, _)| *at)?;
    let first = pay_first(exam, &live, found).filter(|first| deadline(first).is_some());
    let before = first.map(|_| found.id);
    let order = first.unwrap_or(found);
    let until = deadline(order).map_or(at, |own| own.min(at));
    let part = order.part.clone();
    Some(match &order.state {
        OrderState::Refused { reason, .. } => {
            let (task, reason) = (TaskKind::Payment(part), reason.clone());
            let state = State::Refused { task, reason, order: Some(order.id) };
            (state, Some(Action::SendAgain(order.id)), Some(until))
        }
        _ => (State::Unpaid { order: order.id, part, before }, Some(Action::Pay(order.id)), Some(until)),
    })
}

/// The live order that must be paid for before this one.
fn pay_first<'a>(exam: &Exam, live: &[&'a Order], order: &Order) -> Option<&'a Order> {
    let subject = choosing::pay_first(exam, live, order)?;
    live.iter().find(|other| has_subject(exam, other, &subject)).copied()
}

fn has_subject(exam: &Exam, order: &Order, subject: &SubjectId) -> bool {
    let of =
        |seat: &crate::model::order::OrderSitting| exam.sitting(&seat.sitting).and_then(|one| one.subject.as_ref());
    order.sittings.iter().any(|seat| of(seat) == Some(subject))
}

/// Everything that is required was done, and confirmed, once; a form that was changed since may be on its way.
fn registered(
    exam: &Exam,
    facts: &Facts<'_>,
    steps: &[StepView],
    upcoming: Option<&TaskView>,
    now: Timestamp,
) -> Option<Told> {
    let is_paid = is_paid(facts, steps);
    let kind = upcoming.map(|task| (&task.kind, &task.state));
    let change = match (changed_form(facts, steps), kind) {
        _ if !is_paid && !is_complete(steps) => return None,
        (change, Some((TaskKind::Ticket, _)) | None) => change,
        (Some(refused @ Change::Refused { .. }), Some((TaskKind::Payment(_), TaskState::Waiting { .. })))
            if is_paid =>
        {
            Some(refused)
        }
        (_, Some((TaskKind::Review, TaskState::Waiting { since }))) => Some(Change::Waiting { since: *since }),
        (_, Some((TaskKind::Review, TaskState::Refused { reason, .. }))) => {
            Some(Change::Refused { reason: reason.clone() })
        }
        // An optional part is the candidate's turn, or the staff's, by itself.
        (_, Some(_)) => return None,
    };
    let waits_otherwise = upcoming.is_some_and(|task| matches!(task.state, TaskState::Waiting { .. }));
    if change.is_none() && waits_otherwise {
        return None;
    }
    let action = match &change {
        Some(Change::Refused { .. }) => Some(Action::ChangeForm),
        _ => latest(facts).map(|order| Action::Look(order.id)),
    };
    Some((complete(exam, facts, change, now), action, None))
}

/// A form that was changed after the payment was confirmed, in an exam whose steps have no review of it.
fn changed_form(facts: &Facts<'_>, steps: &[StepView]) -> Option<Change> {
    match &facts.review {
        _ if asks_for_review(steps) => None,
        ReviewState::Waiting { since } => Some(Change::Waiting { since: *since }),
        ReviewState::Refused { reason } => Some(Change::Refused { reason: reason.clone() }),
        ReviewState::None | ReviewState::Passed { .. } => None,
    }
}

/// Is every required part confirmed, or was it before the form was changed?
fn is_paid(facts: &Facts<'_>, steps: &[StepView]) -> bool {
    let required = steps.iter().filter(|step| !step.is_optional).flat_map(|step| &step.tasks);
    let mut parts =
        required.filter_map(|task| if let TaskKind::Payment(part) = &task.kind { Some(part) } else { None });
    let mut any = false;
    let is_kept = |order: &Order| order.paid_at.is_some() || order.state == OrderState::Confirmed;
    let all = parts.all(|part| {
        any = true;
        let mut live = facts.orders.iter().filter(|order| order.part == *part && order.state.is_live()).peekable();
        live.peek().is_some() && live.all(is_kept)
    });
    any && all
}

fn complete(exam: &Exam, facts: &Facts<'_>, change: Option<Change>, now: Timestamp) -> State {
    let tickets = match exam.tickets_from() {
        None => Tickets::NotSaid,
        Some(from) if now < from => Tickets::From(from),
        Some(_) => Tickets::Open,
    };
    let latest = latest(facts);
    let is_by_school = latest.is_some_and(Order::is_paid_by_school);
    State::Registered { order: latest.map(|order| order.id), tickets, change, is_by_school }
}

/// The live order that was decided, or handed in, last.
fn latest<'a>(facts: &Facts<'a>) -> Option<&'a Order> {
    let live = facts.orders.iter().filter(|order| order.state.is_live());
    live.max_by_key(|order| (order.decided_at.or(order.submitted_at), order.created_at))
}

/// A seat that the candidate had and has no more, when choosing is what comes next.
fn lost(exam: &Exam, facts: &Facts<'_>, task: &TaskView) -> Option<Told> {
    let TaskKind::Sittings(part) = &task.kind else { return None };
    let can_choose = matches!(task.state, TaskState::Open { .. });
    let newest = facts.orders.iter().filter(|order| order.part == *part).max_by_key(|order| order.created_at)?;
    let is_cancelled = newest.state == OrderState::Cancelled;
    if !is_cancelled && newest.state != OrderState::Lapsed {
        return None;
    }
    let state = State::Lost { order: newest.id, part: part.clone(), is_cancelled, can_choose };
    let until = can_choose.then_some(exam.closes_at);
    Some((state, can_choose.then(|| Action::ChooseAgain(part.clone())), until))
}

/// Who one is can be proved at any time, but nobody is led into an exam that has not begun, or is over.
fn shown(exam: &Exam, facts: &Facts<'_>, task: &TaskView, now: Timestamp) -> TaskState {
    let begins = task.kind == TaskKind::Identity && facts.orders.iter().all(|order| !order.state.is_live());
    match (exam.window(now), &task.state) {
        (Window::Closed, TaskState::Open { .. }) if begins => TaskState::Over { closed_at: exam.closes_at },
        (Window::NotYet, TaskState::Open { .. }) if begins => TaskState::NotYet { opens_at: exam.opens_at },
        (_, state) => state.clone(),
    }
}

/// Looking somebody up, and proving who one is, can be done before registration opens.
fn ahead(kind: &TaskKind) -> Option<Action> {
    matches!(kind, TaskKind::Eligibility | TaskKind::Identity).then(|| Action::Do(kind.clone()))
}

fn has_begun(facts: &Facts<'_>) -> bool {
    let is_bound = matches!(facts.eligibility, EligibilityState::Bound { .. });
    is_bound || facts.notice_agreed_at.is_some() || facts.details_at.is_some() || !facts.orders.is_empty()
}

fn asks_for_review(steps: &[StepView]) -> bool {
    steps.iter().flat_map(|step| &step.tasks).any(|task| task.kind == TaskKind::Review)
}

fn order_of<'a>(facts: &Facts<'a>, kind: &TaskKind, is_it: impl Fn(&OrderState) -> bool) -> Option<&'a Order> {
    let TaskKind::Payment(part) = kind else { return None };
    facts.orders.iter().find(|order| order.part == *part && is_it(&order.state))
}

fn mark(facts: &Facts<'_>, state: &State, score_review: Option<&ScoreReviewState>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (state, score_review, facts.details_at, &facts.accommodation).hash(&mut hasher);
    for order in facts.orders {
        (order.id, &order.state, order.expires_at, order.amount.0).hash(&mut hasher);
        (order.by_school, order.late_picture_at).hash(&mut hasher);
        order.sittings.iter().for_each(|seat| seat.sitting.as_str().hash(&mut hasher));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
