//! Where am I: `第 3 步，共 4 步 · 缴费` with a bar; tapping it opens the whole list of steps.

use maud::{Markup, html};
use pagekit::words::Words;

use super::icons::{Icon, icon};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Passed.
    Done,
    /// This is where the candidate acts.
    Now,
    /// Somebody else acts.
    Waiting,
    /// Refused: mend it.
    Refused,
    /// Still locked.
    Later,
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// How far it is.
    pub(crate) standing: Standing,
    /// Since when, until when, or why.
    pub(crate) note: Option<String>,
    /// Is the note of a seat whose time may run out while the page is open?
    pub(crate) is_of_hold: bool,
    /// May it be left out?
    pub(crate) is_optional: bool,
}

/// The progress of one application. A page that belongs to a step names that one; any other the one that is next.
/// Nothing when there are no steps.
pub(crate) fn progress(w: Words, steps: &[Step], page_step: Option<usize>) -> Markup {
    let Some(last) = steps.len().checked_sub(1) else { return html! {} };
    // What may be left out is where one is only when nothing else is left.
    let here = page_step
        .or_else(|| steps.iter().position(|step| step.standing != Standing::Done && !step.is_optional))
        .or_else(|| steps.iter().position(|step| step.standing == Standing::Now))
        .unwrap_or(last);
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
                    @for step in steps { span data-standing=(step_name(step.standing)) {} }
                }
            }
            ol {
                @for (index, step) in steps.iter().enumerate() {
                    li data-standing=(step_name(step.standing)) aria-current=[(index == here).then_some("step")] {
                        (step_dot(index, step.standing))
                        span class="step-name" {
                            (step.name)
                            @if step.is_optional { " " span class="optional" { (w.t("step-optional")) } }
                        }
                        span class="step-state" {
                            (state_word(w, step.standing))
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

/// The step's number, or the sign of what became of it.
pub(crate) fn step_dot(index: usize, standing: Standing) -> Markup {
    let inner = match standing {
        Standing::Done => icon(Icon::Tick),
        Standing::Waiting => icon(Icon::Clock),
        Standing::Refused => icon(Icon::Cross),
        Standing::Now | Standing::Later => html! { (index + 1) },
    };
    html! { span class="dot" aria-hidden="true" { (inner) } }
}

/// The standing in a word.
pub(crate) fn state_word(w: Words, standing: Standing) -> String {
    match standing {
        Standing::Done => w.t("step-done"),
        Standing::Now => w.t("step-now"),
        Standing::Waiting => w.t("step-waiting"),
        Standing::Refused => w.t("step-refused"),
        Standing::Later => w.t("step-later"),
    }
    .into_owned()
}

/// The standing as the style sheet knows it.
pub(crate) fn step_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Done => "done",
        Standing::Now => "now",
        Standing::Waiting => "waiting",
        Standing::Refused => "refused",
        Standing::Later => "later",
    }
}
