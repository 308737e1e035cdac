//! The steps of an application, as the progress bar draws them.

use jiff::Timestamp;
use maud::Markup;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::exam_rules::TaskKind;
use registration::steps::{StepView, TaskState, here};

use crate::view::progress::{Standing, Step, progress};

/// The progress as the page of a task shows it.
pub(crate) fn progress_at(w: Words, steps: &[StepView], task: &TaskKind, now: Timestamp) -> Markup {
    let page_step = steps.iter().position(|step| step.tasks.iter().any(|one| one.kind == *task));
    progress(w, &step_list(w, steps, now), here(steps), page_step)
}

/// The progress on a page that belongs to no step.
pub(crate) fn progress_of(w: Words, steps: &[StepView], now: Timestamp) -> Markup {
    progress(w, &step_list(w, steps, now), here(steps), None)
}

/// Names, standings and notes of the steps.
fn step_list(w: Words, steps: &[StepView], now: Timestamp) -> Vec<Step> {
    steps
        .iter()
        .map(|step| {
            let (standing, note) = standing(w, step, now);
            let name = w.pick(&step.title.zh, &step.title.en).to_owned();
            let word = passed_word(w, step);
            Step { name, standing, word, note, is_of_hold: is_of_hold(step), is_optional: step.is_optional }
        })
        .collect()
}

/// 已通过: what somebody else decided is not merely done.
pub(crate) fn passed_word(w: Words, step: &StepView) -> Option<String> {
    let is_decided = step.tasks.iter().any(|task| task.kind == TaskKind::Review);
    (is_decided && step.state == TaskState::Passed).then(|| w.t("step-passed").into_owned())
}

/// How a step looks in the list, and what is said of it.
pub(crate) fn standing(w: Words, step: &StepView, now: Timestamp) -> (Standing, Option<String>) {
    let said = |key: &'static str, at: Timestamp| {
        Some(w.with(key, &[("when", when::near(w.language, at, now).into())]).into_owned())
    };
    let until = if is_of_hold(step) { key("step-pay-until") } else { key("step-until") };
    match &step.state {
        TaskState::Passed => (Standing::Done, None),
        TaskState::Locked => (Standing::Later, None),
        TaskState::NotYet { opens_at } => (Standing::Later, said(key("step-from"), *opens_at)),
        TaskState::Over { closed_at } => (Standing::Later, said(key("step-over"), *closed_at)),
        TaskState::Open { until: end } => (Standing::Now, end.and_then(|end| said(until, end))),
        TaskState::Waiting { since } => (Standing::Waiting, said(key("step-since"), *since)),
        TaskState::Refused { reason, .. } => (Standing::Refused, Some(reason.clone())),
    }
}

/// Is it a seat that is held until then?
pub(crate) fn is_of_hold(step: &StepView) -> bool {
    let next = step.tasks.iter().find(|task| task.state != TaskState::Passed);
    next.is_some_and(|task| matches!((&task.kind, &task.state), (TaskKind::Payment(_), TaskState::Open { .. })))
}
