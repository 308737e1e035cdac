//! Why a sitting cannot be chosen, or dropped, in the handbooks' words.

use jiff::Timestamp;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::{Exam, ExamSitting};
use registration::model::exam_rules::{OrganisationCode, SubjectId};
use registration::rules::choosing::ChoiceRefusal;
use registration::rules::choosing::DropRefusal;
use registration::seats::DropError;

/// The sentence of a refused choice.
pub(crate) fn choice_sentence(w: Words, exam: &Exam, refusal: &ChoiceRefusal) -> String {
    match refusal {
        ChoiceRefusal::NotEligible(id) => {
            match exam.rules.subject(id).and_then(|subject| subject.not_eligible.as_ref()) {
                Some(text) => w.pick(&text.zh, &text.en).to_owned(),
                None => w.with("choice-not-eligible", &[("subject", subject(w, exam, id).into())]).into_owned(),
            }
        }
        ChoiceRefusal::SameGroup(id) => match exam.rules.group_rules.iter().find(|rule| rule.group == *id) {
            Some(rule) => w.pick(&rule.refusal.zh, &rule.refusal.en).to_owned(),
            None => w.t("hold-error-group").into_owned(),
        },
        ChoiceRefusal::Requires { subject: id, needs } => {
            let needs: Vec<String> = needs.iter().map(|need| subject(w, exam, need)).collect();
            let values = [("subject", subject(w, exam, id).into()), ("needs", needs.join(&*w.t("or")).into())];
            w.with("choice-requires", &values).into_owned()
        }
        ChoiceRefusal::OtherCampus(code) => {
            w.with("choice-other-campus", &[("campus", campus(w, exam, code).into())]).into_owned()
        }
        ChoiceRefusal::CampusClosed(code) => {
            w.with("choice-campus-closed", &[("campus", campus(w, exam, code).into())]).into_owned()
        }
        ChoiceRefusal::TooLate(_) => w.t("choice-too-late").into_owned(),
        ChoiceRefusal::NoFee(_) => w.t("choice-no-fee").into_owned(),
    }
}

/// What stands on a sitting that can be chosen no more, because of the time; nothing while it can.
pub(crate) fn late_word(w: Words, exam: &Exam, sitting: &ExamSitting, now: Timestamp) -> Option<String> {
    let word = match exam.is_too_late(sitting, now) {
        false => return None,
        true if sitting.has_begun(now) => w.t("sitting-begun"),
        true => w.t("sitting-closing"),
    };
    Some(word.into_owned())
}

/// Why a seat stays.
pub(crate) fn kept_sentence(w: Words, exam: &Exam, refusal: &DropRefusal) -> String {
    match refusal {
        DropRefusal::Last => w.t("drop-last").into_owned(),
        DropRefusal::Needed(id) => w.with("drop-needed", &[("subject", subject(w, exam, id).into())]).into_owned(),
    }
}

/// The sentence of a seat that was not dropped.
pub(crate) fn drop_sentence(w: Words, exam: &Exam, error: &DropError, now: Timestamp) -> String {
    match error {
        DropError::Paid(_) => w.t("drop-paid").into_owned(),
        DropError::Paying => w.t("drop-paying").into_owned(),
        DropError::Locked(lock) => {
            w.with("drop-locked", &[("when", when::dated(w.language, lock.until, now).into())]).into_owned()
        }
        DropError::Kept(refusal) => kept_sentence(w, exam, refusal),
        DropError::Unknown => w.t("hold-error-unknown").into_owned(),
        DropError::Store(_) => w.t("hold-error-unavailable").into_owned(),
    }
}

/// A subject's name.
pub(crate) fn subject(w: Words, exam: &Exam, id: &SubjectId) -> String {
    let subject = exam.rules.subject(id);
    subject.map_or_else(|| id.to_string(), |subject| w.pick(&subject.title.zh, &subject.title.en).to_owned())
}

fn campus(w: Words, exam: &Exam, code: &OrganisationCode) -> String {
    let campus = exam.organisation(code);
    campus.map_or_else(|| code.to_string(), |campus| w.pick(&campus.name.zh, &campus.name.en).to_owned())
}
