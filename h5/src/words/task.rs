//! What pages call a task, where it is done, and what its button says.

use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;

use crate::paths::is_simple;

/// The task's name.
pub(crate) fn name(w: Words, exam: &Exam, task: &TaskKind) -> String {
    match task {
        TaskKind::Notice => w.t("task-notice").into_owned(),
        TaskKind::Identity => w.t("task-identity").into_owned(),
        TaskKind::Face => w.t("task-face").into_owned(),
        TaskKind::Eligibility => w.t("task-eligibility").into_owned(),
        TaskKind::Details => w.t("task-details").into_owned(),
        TaskKind::Review => w.t("task-review").into_owned(),
        TaskKind::Accommodations => w.t("task-accommodations").into_owned(),
        TaskKind::Ticket => w.t("task-ticket").into_owned(),
        TaskKind::Sittings(part) => match exam.rules.part(part) {
            Some(part) => {
                w.with("task-sittings-of", &[("part", w.pick(&part.title.zh, &part.title.en).into())]).into_owned()
            }
            None => w.t("task-sittings").into_owned(),
        },
        TaskKind::Payment(part) => match exam.rules.part(part) {
            Some(part) => {
                w.with("task-payment-of", &[("part", w.pick(&part.title.zh, &part.title.en).into())]).into_owned()
            }
            None => w.t("task-payment").into_owned(),
        },
    }
}

/// What is to be done, in a sentence.
pub(crate) fn lead(w: Words, task: &TaskKind) -> String {
    match task {
        TaskKind::Notice => w.t("lead-notice"),
        TaskKind::Identity => w.t("lead-identity"),
        TaskKind::Face => w.t("lead-face"),
        TaskKind::Eligibility => w.t("lead-eligibility"),
        TaskKind::Details => w.t("lead-details"),
        TaskKind::Review => w.t("lead-review"),
        TaskKind::Accommodations => w.t("lead-accommodations"),
        TaskKind::Sittings(_) => w.t("lead-sittings"),
        TaskKind::Payment(_) => w.t("lead-payment"),
        TaskKind::Ticket => w.t("lead-ticket"),
    }
    .into_owned()
}

/// What is to be done once it was refused, in a sentence.
pub(crate) fn lead_refused(w: Words, task: &TaskKind) -> String {
    if *task == TaskKind::Review { w.t("lead-review-refused").into_owned() } else { lead(w, task) }
}

/// Where it is done, and what the button says.
pub(crate) fn task_path(w: Words, exam: &Exam, task: &TaskKind) -> (String, String) {
    let here = format!("/exams/{}", exam.id);
    let (href, word) = match task {
        TaskKind::Notice => (format!("{here}/notice"), w.t("go-notice")),
        TaskKind::Identity => (format!("/me/identity?exam={}&next={here}", exam.id), w.t("go-identity")),
        TaskKind::Face => (format!("{here}/face"), w.t("go-face")),
        TaskKind::Eligibility => (format!("{here}/eligibility"), w.t("go-eligibility")),
        TaskKind::Details => (format!("{here}/details"), w.t("go-details")),
        TaskKind::Review => (format!("{here}/details"), w.t("change-details")),
        TaskKind::Accommodations => (format!("{here}/accommodations"), w.t("go-accommodations")),
        // An exam that begins with the choice has it on its own page.
        TaskKind::Sittings(_) if is_simple(exam) => (format!("{here}#sittings"), w.t("go-sittings")),
        TaskKind::Sittings(part) => (format!("{here}/sittings?part={part}"), w.t("go-sittings")),
        TaskKind::Payment(_) | TaskKind::Ticket => (here, w.t("have-go")),
    };
    (href, word.into_owned())
}
