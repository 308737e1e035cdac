//! Where am I: `第 3 步，共 4 步 · 缴费` with a bar; tapping it opens the whole list of steps.

use maud::{Markup, html};
use pagekit::words::Words;

use super::icons::{Icon, icon};
use crate::words::step::{Look, state_word};

/// One step of an exam.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The name of the step.
    pub(crate) name: String,
    /// How far it is.
    pub(crate) look: Look,
    /// What its state is called, where the usual word says too little: a review has passed.
    pub(crate) word: Option<String>,
    /// Since when, until when, or why.
    pub(crate) note: Option<String>,
    /// Is the note of a seat whose time may run out while the page is open?
    pub(crate) is_of_hold: bool,
    /// That it may be left out, in a word; `None`: it may not.
    pub(crate) optional: Option<String>,
}

/// The progress of one application: the header names the step `here`, wherever one looks; in the list the step that the
/// page belongs to is the current one. Nothing when there are no steps.
pub(crate) fn progress(w: Words, steps: &[Step], here: Option<usize>, page_step: Option<usize>) -> Markup {
    let Some(here) = here.filter(|here| *here < steps.len()) else { return html! {} };
    let title = w.with(
        "progress",
        &[("step", (here + 1).into()), ("steps", steps.len().into()), ("name", steps[here].name.as_str().into())],
    );
    html! {
        details class="progress" {
            summary {
                span class="progress-title" { (title) }
                (icon(Icon::Chevron))
                span class="segments" aria-hidden="true" {
                    @for (index, step) in steps.iter().enumerate() { span data-standing=(segment(step, index, here)) {} }
                }
            }
            ol {
                @for (index, step) in steps.iter().enumerate() {
                    li data-standing=(step_name(step.look)) aria-current=[(index == page_step.unwrap_or(here)).then_some("step")] {
                        (step_dot(index, step.look))
                        span class="step-name" {
                            (step.name)
                            @if let Some(word) = &step.optional { " " span class="optional" { (word) } }
                        }
                        span class="step-state" {
                            (step.word.clone().unwrap_or_else(|| state_word(w, step.look)))
                            @if let Some(note) = &step.note {
                                " · " span class=[step.is_of_hold.then_some("while-held")] { (note) }
                                @if step.is_of_hold { span class="once-lapsed" { (w.t("hold-over-title")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A step in the bar. What may be left out, and is not where one is, fills nothing.
fn segment(step: &Step, index: usize, here: usize) -> &'static str {
    match step.look {
        Look::Now if index != here => step_name(Look::Later),
        look => step_name(look),
    }
}

/// The step's number, or the sign of what became of it.
pub(crate) fn step_dot(index: usize, look: Look) -> Markup {
    let inner = match look {
        Look::Done => icon(Icon::Tick),
        Look::Waiting => icon(Icon::Clock),
        Look::Refused => icon(Icon::Cross),
        Look::Now | Look::Later => html! { (index + 1) },
    };
    html! { span class="dot" aria-hidden="true" { (inner) } }
}

/// The look as the style sheet knows it.
pub(crate) fn step_name(look: Look) -> &'static str {
    match look {
        Look::Done => "done",
        Look::Now => "now",
        Look::Waiting => "waiting",
        Look::Refused => "refused",
        Look::Later => "later",
    }
}
