//! When an earlier score is reviewed, and what comes of it. Pure.

use crate::model::exam::Exam;
use crate::model::exam_rules::SubjectId;
use crate::model::roster::RosterRecord;

/// What a passed review would make this person eligible for; nothing when the review is not offered to them: it is
/// when the person is eligible for none of the subjects yet, and the campus runs one from which they are not barred. Who
/// has one of them (written, say) and not another (oral) is as the roster wants it: no earlier score changes that.
pub fn offered(exam: &Exam, record: &RosterRecord, granted: &[SubjectId]) -> Vec<SubjectId> {
    let Some(rules) = &exam.rules.eligibility.score_review else { return Vec::new() };
    let eligible = record.eligible(granted);
    if rules.grants.iter().any(|id| eligible.contains(id)) {
        return Vec::new();
    }
    let lacking: Vec<SubjectId> = rules.grants.iter().filter(|id| !record.barred.contains(id)).cloned().collect();
    let campus = record.campus();
    let is_run = |id: &SubjectId| {
        exam.sittings.iter().any(|sitting| sitting.subject.as_ref() == Some(id) && sitting.campus == campus)
    };
    if lacking.iter().any(is_run) { lacking } else { Vec::new() }
}

/// What results of earlier exams say of a past number and a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// Number and document fit: passed, whatever the name.
    Passed,
    /// Number and name fit, the document is another one: staff decide.
    ForStaff,
    /// Neither fits: nothing is kept.
    Refused,
}

/// The three rules.
pub(crate) fn judge(fits_document: bool, fits_name: bool) -> Judged {
    match (fits_document, fits_name) {
        (true, _) => Judged::Passed,
        (false, true) => Judged::ForStaff,
        (false, false) => Judged::Refused,
    }
}
