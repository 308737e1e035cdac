//! The steps of an application, as the progress bar draws them.

use jiff::Timestamp;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::steps::{StepView, TaskState};

use crate::view::progress::{Standing, Step};

/// Names, standings and notes of the steps.
pub(crate) fn step_list(w: Words, steps: &[StepView], now: Timestamp) -> Vec<Step> {
    steps
        .iter()
        .map(|step| {
            let (standing, note) = standing(w, &step.state, now);
            let name = w.pick(&step.title.zh, &step.title.en).to_owned();
            Step { name, standing, note, is_optional: step.is_optional }
        })
        .collect()
}

/// How a state looks in the list, and what is said of it.
pub(crate) fn standing(w: Words, state: &TaskState, now: Timestamp) -> (Standing, Option<String>) {
    let said = |key: &'static str, at: Timestamp| {
        Some(w.with(key, &[("when", when::near(w.language, at, now).into())]).into_owned())
    };
    match state {
        TaskState::Passed => (Standing::Done, None),
        TaskState::Locked => (Standing::Later, None),
        TaskState::NotYet { opens_at } => (Standing::Later, said(key("step-from"), *opens_at)),
        TaskState::Over { closed_at } => (Standing::Later, said(key("step-over"), *closed_at)),
        TaskState::Open { until } => (Standing::Now, until.and_then(|until| said(key("step-until"), until))),
        TaskState::Waiting { since } => (Standing::Waiting, said(key("step-since"), *since)),
        TaskState::Refused { reason, .. } => (Standing::Refused, Some(reason.clone())),
    }
}
