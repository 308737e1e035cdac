//! The steps of an application, as the progress bar draws them.

use jiff::Timestamp;
use maud::Markup;
use pagekit::words::Words;
use registration::model::exam_rules::TaskKind;
use registration::rules::steps::{StepView, here};

use crate::view::progress::{Step, progress};
use crate::words::step::{is_of_hold, look, optional_word, passed_word};

/// The progress as the page of a task shows it.
pub(crate) fn progress_at(w: Words, steps: &[StepView], task: &TaskKind, now: Timestamp) -> Markup {
    let page_step = steps.iter().position(|step| step.tasks.iter().any(|one| one.kind == *task));
    progress(w, &step_list(w, steps, now), here(steps), page_step)
}

/// The progress on a page that belongs to no step.
pub(crate) fn progress_of(w: Words, steps: &[StepView], now: Timestamp) -> Markup {
    progress(w, &step_list(w, steps, now), here(steps), None)
}

/// Names, looks and notes of the steps.
fn step_list(w: Words, steps: &[StepView], now: Timestamp) -> Vec<Step> {
    steps
        .iter()
        .map(|step| {
            let (look, note) = look(w, step, now);
            let name = w.pick(&step.title.zh, &step.title.en).to_owned();
            let word = passed_word(w, step);
            Step { name, look, word, note, is_of_hold: is_of_hold(step), optional: optional_word(w, step) }
        })
        .collect()
}
