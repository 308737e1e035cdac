//! How far a step is, in words.

use jiff::Timestamp;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam_rules::TaskKind;
use registration::rules::steps::{StepView, TaskState};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is done, or was passed.
    Done,
    /// This is where the candidate acts.
    Now,
    /// Somebody else acts.
    Waiting,
    /// Refused: mend it.
    Refused,
    /// It is still locked.
    Later,
}

/// The look in a word.
pub(crate) fn state_word(w: Words, look: Look) -> String {
    match look {
        Look::Done => w.t("step-done"),
        Look::Now => w.t("step-now"),
        Look::Waiting => w.t("step-waiting"),
        Look::Refused => w.t("step-refused"),
        Look::Later => w.t("step-later"),
    }
    .into_owned()
}

/// 已通过: what somebody else decided is not merely done.
pub(crate) fn passed_word(w: Words, step: &StepView) -> Option<String> {
    let has = |kind: TaskKind| step.tasks.iter().any(|task| task.kind == kind);
    let word = match step.state {
        TaskState::Passed if has(TaskKind::Review) => w.t("step-passed"),
        TaskState::Passed if has(TaskKind::Accommodations) => w.t("step-granted"),
        _ => return None,
    };
    Some(word.into_owned())
}

/// That a step may be left out: （选报） of sittings and of what is paid for them, （可选） of anything else.
pub(crate) fn optional_word(w: Words, step: &StepView) -> Option<String> {
    let is_chosen = step.tasks.iter().any(|task| matches!(task.kind, TaskKind::Sittings(_) | TaskKind::Payment(_)));
    let word = if is_chosen { w.t("step-optional-sittings") } else { w.t("step-optional") };
    step.is_optional.then(|| word.into_owned())
}

/// How a step looks in the list, and what is said of it.
pub(crate) fn look(w: Words, step: &StepView, now: Timestamp) -> (Look, Option<String>) {
    let said = |key: &'static str, at: Timestamp| {
        Some(w.with(key, &[("when", when::near(w.language, at, now).into())]).into_owned())
    };
    let until = if is_of_hold(step) { key("step-pay-until") } else { key("step-until") };
    match &step.state {
        TaskState::Passed => (Look::Done, None),
        TaskState::Locked => (Look::Later, None),
        TaskState::NotYet { opens_at } => (Look::Later, said(key("step-from"), *opens_at)),
        TaskState::Over { closed_at } => (Look::Later, said(key("step-over"), *closed_at)),
        TaskState::Open { until: end } => (Look::Now, end.and_then(|end| said(until, end))),
        TaskState::Waiting { since } => (Look::Waiting, said(key("step-since"), *since)),
        TaskState::Refused { reason, .. } => (Look::Refused, Some(reason.clone())),
    }
}

/// Is it a seat that is held until then?
pub(crate) fn is_of_hold(step: &StepView) -> bool {
    let next = step.tasks.iter().find(|task| task.state != TaskState::Passed);
    next.is_some_and(|task| matches!((&task.kind, &task.state), (TaskKind::Payment(_), TaskState::Open { .. })))
}
