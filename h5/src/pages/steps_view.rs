//! The steps of an application, as the progress bar draws them.

use jiff::Timestamp;
use maud::Markup;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::exam_rules::TaskKind;
use registration::steps::{StepView, TaskState};

use crate::view::progress::{Standing, Step, progress};

/// The progress as the page of a task shows it.
pub(crate) fn progress_at(w: Words, steps: &[StepView], task: &TaskKind, now: Timestamp) -> Markup {
    let page_step = steps.iter().position(|step| step.tasks.iter().any(|one| one.kind == *task));
    progress(w, &step_list(w, steps, now), page_step)
}

/// Names, standings and notes of the steps.
pub(crate) fn step_list(w: Words, steps: &[StepView], now: Timestamp) -> Vec<Step> {
    steps
        .iter()
        .map(|step| {
            let (standing, note) = standing(w, step, now);
            let name = w.pick(&step.title.zh, &step.title.en).to_owned();
            Step { name, standing, note, is_of_hold: is_of_hold(step), is_optional: step.is_optional }
        })
        .collect()
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
