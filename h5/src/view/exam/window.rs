//! When something is open.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Window;
use registration::model::exam_rules::TaskKind;
use registration::rules::steps::StepView;

use crate::view::callout::{Tone, tag};
use crate::view::facts::pieces;

/// The step's window in a line; nothing when it has none.
pub(crate) fn window_line(w: Words, step: &StepView, now: Timestamp) -> Markup {
    let pays = step.tasks.iter().any(|task| matches!(task.kind, TaskKind::Payment(_)));
    let until = if pays { w.t("window-pay-until") } else { w.t("window-until") };
    let gap = if w.language == Language::En { " " } else { "" };
    let moment = |at| pieces(w, &when::pieces(w.language, at, now));
    html! {
        @match (step.opens_at, step.closes_at) {
            (Some(opens_at), Some(closes_at)) => p class="window" { (moment(opens_at)) " – " (moment(closes_at)) },
            (Some(opens_at), None) => p class="window" { (w.t("window-from")) (gap) (moment(opens_at)) },
            (None, Some(closes_at)) => p class="window" { (until) (gap) (moment(closes_at)) },
            (None, None) => {},
        }
    }
}

/// The state of a registration window as a label.
pub(crate) fn window_tag(w: Words, window: Window) -> Markup {
    match window {
        Window::Open => tag(Tone::Good, &w.t("exam-open")),
        Window::NotYet => tag(Tone::Plain, &w.t("exam-soon")),
        Window::Closed => tag(Tone::Bad, &w.t("exam-closed")),
    }
}
