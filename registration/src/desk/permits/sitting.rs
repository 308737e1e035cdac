//! Who may arrange a sitting: it is its exam's, and of the campus that it is held for.

use reservation::ids::{ExamId, SittingId};

use super::{Forbidden, Right, Scope, demand};
use crate::exams::Exams;
use crate::model::actor::StaffMember;
use crate::model::organisation::ancestry;

/// Refuses whoever may not arrange this sitting.
pub(crate) fn demand_sitting(
    exams: &Exams,
    member: &StaffMember,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<(), Forbidden> {
    let page = exams.get(exam);
    let campus = page.as_ref().and_then(|page| page.sitting(sitting)?.campus.clone().map(|campus| (page, campus)));
    let line = campus.map(|(page, campus)| {
        ancestry(&page.organisations, &campus).into_iter().map(|one| one.code.clone()).collect::<Vec<_>>()
    });
    let scope = line.as_deref().map_or(Scope::Exam(exam), |line| Scope::School(exam, line));
    demand(member, Right::ArrangeSeats, scope)
}
