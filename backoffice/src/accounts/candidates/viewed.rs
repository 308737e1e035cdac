//! What a candidate's page is drawn from, and what whoever looks at it may do.

use std::sync::Arc;

use jiff::Timestamp;
use pagekit::words::Words;
use registration::desk::case::CaseKind;
use registration::desk::permits::{Right, Scope, permits, permits_somewhere};
use registration::desk::staff::StaffMember;
use registration::model::exam::Exam;
use registration::people::candidates::Sheet;
use registration::people::candidates::reveal::Shown;
use reservation::ids::ExamId;

use crate::desk::message::Message;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) sheet: &'a Sheet,
    /// The exams as this process knows them.
    pub(crate) exam: &'a dyn Fn(&ExamId) -> Option<Arc<Exam>>,
    /// Who looks: they see the ways that are theirs to go.
    pub(crate) staff: &'a StaffMember,
    /// What was asked to be shown whole.
    pub(crate) shown: Option<&'a Shown>,
    /// A note that could not be kept, as typed.
    pub(crate) note: &'a str,
    pub(crate) message: Option<&'a Message>,
    /// Does its time line begin somewhere later than now?
    pub(crate) is_continued: bool,
    pub(crate) now: Timestamp,
}

impl View<'_> {
    /// May whoever looks do this?
    pub(super) fn may(&self, right: Right) -> bool {
        match right {
            // What there is of it is theirs already, or it would not be shown.
            Right::NoteOnCandidates | Right::See(_) | Right::SeeMoney => permits_somewhere(self.staff, right),
            _ => permits(self.staff, right, Scope::Everything),
        }
    }

    /// May whoever looks decide on the candidate's face in this exam? Whose candidate it is there was asked for the page.
    pub(super) fn may_decide_on_faces(&self, exam: &ExamId) -> bool {
        let scope = match self.staff.reach.schools.as_deref() {
            Some(schools) => Scope::School(exam, schools),
            None => Scope::Exam(exam),
        };
        permits(self.staff, Right::Decide(CaseKind::Face), scope)
    }

    /// What an exam is called.
    pub(super) fn title(&self, w: Words, exam: &ExamId) -> String {
        let found = (self.exam)(exam);
        found.map_or_else(|| exam.to_string(), |exam| w.pick(&exam.title.zh, &exam.title.en).to_owned())
    }
}
