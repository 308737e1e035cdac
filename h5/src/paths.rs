//! Where an exam's pages are.

use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;

/// Is choosing and paying all that there is to do?
pub(crate) fn is_simple(exam: &Exam) -> bool {
    let is_basic = |task: &TaskKind| matches!(task, TaskKind::Sittings(_) | TaskKind::Payment(_) | TaskKind::Ticket);
    exam.rules.parts.is_empty() && exam.rules.steps.iter().flat_map(|step| &step.tasks).all(is_basic)
}

/// The exam's address.
pub(crate) fn path_of(exam: &Exam) -> String {
    format!("/exams/{}", exam.id)
}
