//! What candidates read of where they stand, for staff to read: the same keys and the same words as on their pages, which a test
//! holds together.

use jiff::Timestamp;
use pagekit::callout::Tone;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::case::CaseKind;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::rules::standing::{Change, Standing, State};
use registration::rules::steps::{StepView, TaskState};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Done,
    Now,
    Waiting,
    Refused,
    Later,
}

/// What a kind of case is called beside others.
pub(super) fn case_kind(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Payment => key("desk-payments"),
        CaseKind::Identity => key("people-identity"),
        CaseKind::Face => key("people-face"),
        CaseKind::Form => key("desk-forms"),
        CaseKind::Score => key("desk-scores"),
        CaseKind::Accommodation => key("desk-accommodations"),
    }
}

/// Where a registration stands, in the candidate's words, and why somebody said no.
pub(super) fn standing(w: Words, exam: &Exam, standing: &Standing) -> (Tone, String, Option<String>) {
    let of_task = |word: &'static str, task: &TaskKind| w.with(word, &[("task", task_name(w, exam, task).into())]);
    let (tone, said, reason) = match &standing.state {
        State::NotOpen { .. } => (Tone::Plain, w.t("exam-now-not-yet"), None),
        State::Closed { .. } => (Tone::Plain, w.t("exam-now-over"), None),
        State::ToDo { task: TaskKind::Sittings(_), is_reviewed: true } => (Tone::Good, w.t("stand-reviewed"), None),
        State::ToDo { task, .. } => (Tone::Plain, of_task(key("exam-now"), task), None),
        State::Ahead { task, .. } => (Tone::Plain, of_task(key("stand-ahead"), task), None),
        State::Over { task, .. } => (Tone::Plain, of_task(key("stand-over"), task), None),
        State::Unpaid { part, .. } => (Tone::Care, of_task(key("exam-now"), &TaskKind::Payment(part.clone())), None),
        State::Lost { is_cancelled: true, .. } => (Tone::Bad, w.t("stand-cancelled"), None),
        State::Lost { can_choose: false, .. } => (Tone::Care, w.t("late-closed-title"), None),
        State::Lost { .. } => (Tone::Care, w.t("pay-lapsed-title"), None),
        State::Owed { .. } => (Tone::Care, w.t("stand-owed"), None),
        State::PictureKept { .. } => (Tone::Care, w.t("instead-picture-title"), None),
        State::SchoolPays { .. } => (Tone::Plain, w.t("pay-locked-title"), None),
        State::Waiting { task, .. } => (Tone::Plain, of_task(key("exam-now-waiting"), task), None),
        State::Refused { reason, order: Some(_), .. } => (Tone::Bad, w.t("pay-refused-title"), Some(reason)),
        State::Refused { task, reason, order: None } => {
            (Tone::Bad, of_task(key("exam-now-refused"), task), Some(reason))
        }
        State::Registered { change: Some(Change::Waiting { .. }), .. } => {
            (Tone::Good, w.t("stand-change-waiting"), None)
        }
        State::Registered { change: Some(Change::Refused { reason }), .. } => {
            (Tone::Bad, w.t("stand-change-refused"), Some(reason))
        }
        State::Registered { change: None, .. } => (Tone::Good, w.t("exam-complete-title"), None),
    };
    (tone, said.into_owned(), reason.cloned())
}

/// What a task is called.
fn task_name(w: Words, exam: &Exam, task: &TaskKind) -> String {
    let of_part = |of: &'static str, plain: &'static str, part| match exam.rules.part(part) {
        Some(part) => w.with(of, &[("part", w.pick(&part.title.zh, &part.title.en).into())]),
        None => w.t(plain),
    };
    match task {
        TaskKind::Notice => w.t("task-notice"),
        TaskKind::Identity => w.t("task-identity"),
        TaskKind::Face => w.t("task-face"),
        TaskKind::Eligibility => w.t("task-eligibility"),
        TaskKind::Details => w.t("task-details"),
        TaskKind::Review => w.t("task-review"),
        TaskKind::Accommodations => w.t("task-accommodations"),
        TaskKind::Ticket => w.t("task-ticket"),
        TaskKind::Sittings(part) => of_part(key("task-sittings-of"), key("task-sittings"), part),
        TaskKind::Payment(part) => of_part(key("task-payment-of"), key("task-payment"), part),
    }
    .into_owned()
}

/// How a step looks, and since when, until when, or why.
pub(super) fn look(w: Words, step: &StepView, now: Timestamp) -> (Look, Option<String>) {
    let said = |key: &'static str, at: Timestamp| {
        Some(w.with(key, &[("when", when::near(w.language, at, now).into())]).into_owned())
    };
    match &step.state {
        TaskState::Passed => (Look::Done, None),
        TaskState::Locked => (Look::Later, None),
        TaskState::NotYet { opens_at } => (Look::Later, said(key("step-from"), *opens_at)),
        TaskState::Over { closed_at } => (Look::Later, said(key("step-over"), *closed_at)),
        TaskState::Open { until } => (Look::Now, until.and_then(|until| said(key("step-until"), until))),
        TaskState::Waiting { since } => (Look::Waiting, said(key("step-since"), *since)),
        TaskState::Refused { reason, .. } => (Look::Refused, Some(reason.clone())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pagekit::words::keys;

    use crate::request::catalogue::{EN, ZH};

    /// The messages of a catalogue, by key.
    fn messages(text: &str) -> impl Iterator<Item = (&str, &str)> {
        text.lines().filter_map(|line| line.split_once(" = "))
    }

    #[test]
    fn staff_read_the_words_that_candidates_read() {
        const SHARED: [&str; 5] = ["stand-", "task-", "step-", "exam-now", "exam-complete"];
        for (language, ours) in [("zh", ZH), ("en", EN)] {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../h5/messages").join(language);
            let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
            let theirs: String = files.map(|file| std::fs::read_to_string(file).unwrap() + "\n").collect();
            let mut compared = 0;
            for (key, text) in messages(ours).filter(|(key, _)| SHARED.iter().any(|head| key.starts_with(head))) {
                let other = messages(&theirs).find(|(other, _)| *other == key);
                assert_eq!(other.map(|(_, text)| text), Some(text), "{language} {key}");
                compared += 1;
            }
            assert!(compared > 25 && !keys(ours).is_empty(), "{language}: {compared}");
        }
    }
}
