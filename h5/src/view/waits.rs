//! The line below what waits for somebody else: the page turns by itself when it is decided.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};
use registration::rules::steps::{StepView, TaskState};

/// What is asked, and what it said when the page was drawn.
pub(crate) struct Waits<'a> {
    /// Where it is asked: a path of ours that answers `{"state":"…"}`.
    pub(crate) ask: &'a str,
    /// The answer that changes nothing on this page.
    pub(crate) was: &'a str,
    /// Seconds between two questions, where somebody acts right now; without it they become ever rarer.
    pub(crate) every_seconds: Option<u8>,
    /// What is said meanwhile, where the usual sentence says too little.
    pub(crate) live: Option<&'a str>,
}

impl<'a> Waits<'a> {
    /// For something that takes somebody else hours or days.
    pub(crate) fn patiently(ask: &'a str, was: &'a str) -> Self {
        Self { ask, was, every_seconds: None, live: None }
    }
}

/// The line. Where a page has it, the frame adds its script; without scripts it is a link that loads the page anew.
pub(crate) fn waits(w: Words, waits: &Waits<'_>) -> Markup {
    let usual = w.t("waits-live");
    html! {
        div class="waits" data-waits=(waits.ask) data-was=(waits.was) data-every=[waits.every_seconds]
            data-live=(waits.live.unwrap_or(&usual)) data-done=(w.t("waits-done"))
            data-ready=(w.t("waits-ready")) {
            p class="hint" role="status" { a href="" { (w.t("waits-reload")) } }
        }
    }
}

/// The names of the tasks in which it is somebody else's turn.
pub(crate) fn waiting_tasks(steps: &[StepView]) -> String {
    let tasks = steps.iter().flat_map(|step| &step.tasks);
    let waiting = tasks.filter(|task| matches!(task.state, TaskState::Waiting { .. }));
    waiting.map(|task| task.kind.to_string()).collect::<Vec<_>>().join(",")
}

pub(crate) fn order_word(order: &Order) -> &'static str {
    if order.state == OrderState::WaitingReview { "waiting" } else { "decided" }
}

/// The line on a page of the exam. Nothing when nothing waits.
pub(crate) fn exam_waits(w: Words, exam: &Exam, steps: &[StepView]) -> Option<Markup> {
    let was = waiting_tasks(steps);
    let ask = format!("/me/decided?exam={}", exam.id);
    (!was.is_empty()).then(|| waits(w, &Waits::patiently(&ask, &was)))
}

/// The line on the page of an order that waits.
pub(crate) fn order_waits(w: Words, order: &Order) -> Markup {
    let ask = format!("/me/decided?order={}", order.id);
    waits(w, &Waits::patiently(&ask, order_word(order)))
}
