//! When a ticket is given out, what it says of the day, and what its number is. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::{AccommodationKind, NumberFields, OrganisationCode, TaskKind};
use crate::model::facts::ReviewState;
use crate::model::order::{Order, OrderState};
use crate::model::organisation::{OrganisationLevel, ancestry};
use crate::model::room::ticket::TicketNumber;
use crate::rules::steps::{StepView, TaskState};

/// So long before the start, and before candidates are asked to be there, a code is good already.
const EARLY: SignedDuration = SignedDuration::from_hours(2);
/// How long a sitting lasts where the exam does not say.
const LASTS: SignedDuration = SignedDuration::from_hours(3);

/// Why there is no ticket. All of it is for the page to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketRefusal {
    /// The order is not paid for, or over.
    #[error("the order has no seat that is the candidate's")]
    NotConfirmed,
    /// The exam does not say when.
    #[error("nobody has said when tickets can be printed")]
    NotSaid,
    /// Tickets can be printed later.
    #[error("tickets can be printed from {0}")]
    NotYet(Timestamp),
    /// Staff have not decided about the form, or refused it: what it says would stand on the ticket.
    #[error("the form that was changed is not reviewed")]
    InReview,
}

/// May the candidate have the tickets of this order now?
///
/// # Errors
/// [`TicketRefusal`].
pub fn check(exam: &Exam, order: &Order, review: &ReviewState, now: Timestamp) -> Result<(), TicketRefusal> {
    if order.state != OrderState::Confirmed {
        return Err(TicketRefusal::NotConfirmed);
    }
    match exam.tickets_from() {
        None => return Err(TicketRefusal::NotSaid),
        Some(from) if now < from => return Err(TicketRefusal::NotYet(from)),
        Some(_) => {}
    }
    match review {
        ReviewState::Waiting { .. } | ReviewState::Refused { .. } => Err(TicketRefusal::InReview),
        ReviewState::None | ReviewState::Passed { .. } => Ok(()),
    }
}

/// Can tickets be printed now, as the steps say?
pub fn is_open(steps: &[StepView]) -> bool {
    let mut tasks = steps.iter().flat_map(|step| &step.tasks);
    tasks.any(|task| task.kind == TaskKind::Ticket && matches!(task.state, TaskState::Open { .. }))
}

/// The times of a sitting's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When candidates are asked to be there; `None`: the exam does not say.
    pub arrive_at: Option<Timestamp>,
    /// From when on nobody is let in; `None`: the exam does not say.
    pub closes_at: Option<Timestamp>,
    /// When it ends; `None`: the exam does not say how long it lasts.
    pub ends_at: Option<Timestamp>,
    /// How much longer whoever was granted extra time has; it is within `ends_at`. Zero for everybody else.
    pub extra: SignedDuration,
}

impl Times {
    /// Those of a sitting of the exam.
    pub fn of(exam: &Exam, sitting: &ExamSitting) -> Self {
        let starts_at = sitting.starts_at;
        let minutes = |count: Option<u16>| count.map(|count| SignedDuration::from_mins(count.into()));
        let rules = &exam.rules.ticket;
        Self {
            starts_at,
            arrive_at: minutes(rules.arrive_minutes).map(|early| starts_at - early),
            closes_at: minutes(rules.closes_minutes).map(|early| starts_at - early),
            ends_at: minutes(rules.minutes).map(|lasts| starts_at + lasts),
            extra: SignedDuration::ZERO,
        }
    }

    /// Those of a candidate to whom this was granted: extra time ends later, by whole minutes, and begins with the others.
    pub fn granted(exam: &Exam, sitting: &ExamSitting, granted: &[AccommodationKind]) -> Self {
        let times = Self::of(exam, sitting);
        if !granted.contains(&AccommodationKind::ExtraTime) {
            return times;
        }
        let lasts = times.ends().duration_since(times.starts_at).as_mins();
        let percent = i64::from(exam.rules.accommodations.extra_time_percent);
        let extra = SignedDuration::from_mins((lasts * percent + 99) / 100);
        Self { ends_at: times.ends_at.map(|ends_at| ends_at + extra), extra, ..times }
    }

    /// From when until when the code lets somebody in at all: generously, for the door knows by its own rules who is late.
    pub fn good(&self) -> (Timestamp, Timestamp) {
        (self.arrive_at.unwrap_or(self.starts_at) - EARLY, self.ends())
    }

    /// When it ends, or would, should the exam not say.
    pub fn ends(&self) -> Timestamp {
        self.ends_at.unwrap_or(self.starts_at + LASTS + self.extra)
    }
}

/// The number of a ticket for this room and seat, by the exam's pattern, with as many random bytes as that wants. `None`:
/// the pattern names something that the sitting has not, or the numbers are too long for it.
pub fn number(exam: &Exam, sitting: &ExamSitting, (room, seat): (u16, u16), random: &[u8]) -> Option<TicketNumber> {
    let line = sitting.campus.as_ref().map(|campus| ancestry(&exam.organisations, campus)).unwrap_or_default();
    let code_at = |level| line.iter().find(|one| one.level == level).map_or("", |one| one.code.as_str());
    let rules = &exam.rules.ticket;
    let subject = sitting.subject.as_ref().and_then(|subject| rules.subject_codes.get(subject));
    let fields = NumberFields {
        province: code_at(OrganisationLevel::Province),
        school: code_at(OrganisationLevel::School),
        campus: sitting.campus.as_ref().map_or("", OrganisationCode::as_str),
        subject: subject.map_or("", String::as_str),
        room,
        seat,
    };
    rules.number.fill(&fields, random).and_then(|number| number.parse().ok())
}

#[cfg(test)]
mod tests;
