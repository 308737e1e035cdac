//! An exam as its definition says: texts in two languages, fees, windows, sittings and rules. Plain values.

pub mod draft;
pub mod import;
pub mod room;

use jiff::{SignedDuration, Timestamp};
use reservation::ids::{ExamId, GroupId, SittingId};

use crate::model::exam_rules::{ExamRules, OrganisationCode, PartId, SubjectId, TaskKind};
use crate::model::fen::Fen;
use crate::model::order::Order;
use crate::model::organisation::Organisation;
use crate::model::text::{Paragraphs, Text};

/// So long at most a picture waits for another sitting to be chosen: then the job that removes what no hand-in needs
/// removes it.
pub const LATE_PICTURE_WAITS_MAX: SignedDuration = SignedDuration::from_hours(24);

/// One exam as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exam {
    /// Its id, which stands in addresses and never changes.
    pub id: ExamId,
    /// Its name as pages and letters call it.
    pub title: Text,
    /// Who holds it, as its page says.
    pub organiser: Text,
    /// What candidates must read first.
    pub notice: Paragraphs,
    /// From this moment on seats are given out.
    pub opens_at: Timestamp,
    /// Registration ends: no seat is given out from then on.
    pub closes_at: Timestamp,
    /// The payment must be handed in by then; at least a whole hold after `closes_at`.
    pub payment_deadline: Timestamp,
    /// How long a seat is held, as shown.
    pub hold: SignedDuration,
    /// How much longer it is really held.
    pub grace: SignedDuration,
    /// How long the seat is kept after a refused picture, so that a better one can be handed in.
    pub resubmit: SignedDuration,
    /// How often a refused picture may be handed in again; refused once more, the seat is given back.
    pub resubmit_times: u16,
    /// What one sitting costs unless it says otherwise.
    pub fee: Fen,
    /// The school's own payment page.
    pub payment_url: String,
    /// Groups of sittings of which one candidate may have one.
    pub groups: Vec<Group>,
    /// The sittings, in the order of the file.
    pub sittings: Vec<ExamSitting>,
    /// What is asked of candidates.
    pub rules: ExamRules,
    /// Provinces, schools and campuses, in the order of the file.
    pub organisations: Vec<Organisation>,
}

/// A group of sittings that exclude each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id within the exam.
    pub id: GroupId,
    /// Its name as pages and letters call it.
    pub title: Text,
}

/// One sitting as pages show it. How many seats are free the engine says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExamSitting {
    /// Its id within the exam.
    pub id: SittingId,
    /// What it is called: its subject, as a rule.
    pub title: Text,
    /// Its group, if any.
    pub group: Option<GroupId>,
    /// Where it is: campus, building, room as far as known.
    pub venue: Text,
    /// When it starts, as pages, letters and admission tickets say.
    pub starts_at: Timestamp,
    /// What it costs, in place of the exam's fee.
    pub fee: Fen,
    /// Its subject, where the exam has a list of them.
    pub subject: Option<SubjectId>,
    /// The campus that holds it, where the exam has campuses.
    pub campus: Option<OrganisationCode>,
}

/// Where now is in an exam's registration window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Registration has not begun.
    NotYet,
    /// Registration is open: from `opens_at` on.
    Open,
    /// Registration has ended: from `closes_at` on.
    Closed,
}

impl ExamSitting {
    /// Has the sitting itself begun by `now`?
    pub fn has_begun(&self, now: Timestamp) -> bool {
        self.starts_at <= now
    }
}

impl Exam {
    /// Where `now` is in the registration window.
    pub fn window(&self, now: Timestamp) -> Window {
        if now < self.opens_at {
            Window::NotYet
        } else if now < self.closes_at {
            Window::Open
        } else {
            Window::Closed
        }
    }

    /// Does a sitting begin before a seat taken at `now` could be paid? From then on it is not to be chosen.
    pub fn is_too_late(&self, sitting: &ExamSitting, now: Timestamp) -> bool {
        sitting.starts_at.duration_since(now) <= self.hold
    }

    /// How often the picture of this order may still be handed in anew after it was refused.
    pub fn resubmits_left(&self, order: &Order) -> u16 {
        (self.resubmit_times + 1).saturating_sub(order.refusals)
    }

    /// Until when another sitting can be chosen for a picture that came when the order's seat had gone. `None`: no picture
    /// waits for that, or no more.
    pub fn choice_until(&self, order: &Order, now: Timestamp) -> Option<Timestamp> {
        let hours = SignedDuration::from_hours(self.rules.payment.choice_hours.into());
        let until = order.late_picture_at? + hours.min(LATE_PICTURE_WAITS_MAX);
        Some(until).filter(|until| now <= *until)
    }

    /// Has a sitting of this order begun?
    pub fn has_begun(&self, order: &Order, now: Timestamp) -> bool {
        let mut sittings = order.sittings.iter().filter_map(|seat| self.sitting(&seat.sitting));
        sittings.any(|sitting| sitting.has_begun(now))
    }

    /// When tickets can be printed, where the exam says so.
    pub fn tickets_from(&self) -> Option<Timestamp> {
        let step = self.rules.steps.iter().find(|step| step.tasks.contains(&TaskKind::Ticket));
        step.and_then(|step| step.opens_at)
    }

    /// The part that a sitting belongs to.
    pub fn part_of(&self, sitting: &ExamSitting) -> PartId {
        let subject = sitting.subject.as_ref().and_then(|id| self.rules.subject(id));
        subject.map_or_else(PartId::main, |subject| subject.part.clone())
    }

    /// May several orders of this part stand side by side?
    pub fn is_many(&self, part: &PartId) -> bool {
        self.rules.part(part).is_some_and(|part| part.is_many)
    }

    /// A province, school or campus.
    pub fn organisation(&self, code: &OrganisationCode) -> Option<&Organisation> {
        self.organisations.iter().find(|organisation| organisation.code == *code)
    }

    /// One of its sittings.
    pub fn sitting(&self, id: &SittingId) -> Option<&ExamSitting> {
        self.sittings.iter().find(|sitting| sitting.id == *id)
    }
}
