//! What still waits for somebody else, as a word for the page that waits: of an exam, or of an order.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use maud::Markup;
use pagekit::words::Words;
use registration::exams::ExamPage;
use registration::order::{Order, OrderState};
use registration::steps::{StepView, TaskState};
use serde::Deserialize;

use super::exam::find;
use super::order;
use crate::failure::Failure;
use crate::request::visit::{Candidate, seats_mark};
use crate::view::waits::{Waits, waits};
use crate::words::standing::said;

/// Which.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    exam: String,
    #[serde(default)]
    order: String,
    /// An exam: where the registration stands, in full.
    #[serde(default)]
    standing: String,
    /// Only the candidate's seats, of all exams.
    #[serde(default)]
    seats: String,
}

/// `{"state":"review,payment"}`: the tasks of the exam that wait; or whether the order does; or a mark of everything, with
/// the sentence of it.
pub(crate) async fn show(candidate: Candidate, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    if !asked.standing.is_empty() {
        let exam = find(visit, &asked.standing)?;
        let at = visit.standing(&exam).await?.at;
        let told = said(visit.words, &exam, &at, &visit.reader());
        return Ok(changed(at.mark ^ seats_mark(&visit.orders), &format!("{} {}", told.title, told.text)));
    }
    if !asked.seats.is_empty() {
        return Ok(changed(seats_mark(&visit.orders), &visit.words.t("page-changed")));
    }
    let state = if asked.order.is_empty() {
        let exam = find(&candidate.visit, &asked.exam)?;
        waiting_tasks(&candidate.visit.steps(&exam).await?)
    } else {
        order_word(&order::find(&candidate, &asked.order).await?.0).to_owned()
    };
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{state}\"}}")).into_response())
}

/// What a page that comes back into view compares with its own mark, and what it says when it cannot just be drawn anew.
fn changed(mark: u64, said: &str) -> Response {
    let answer = serde_json::json!({ "state": mark.to_string(), "said": said });
    ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

/// The names of the tasks in which it is somebody else's turn.
fn waiting_tasks(steps: &[StepView]) -> String {
    let tasks = steps.iter().flat_map(|step| &step.tasks);
    let waiting = tasks.filter(|task| matches!(task.state, TaskState::Waiting { .. }));
    waiting.map(|task| task.kind.to_string()).collect::<Vec<_>>().join(",")
}

fn order_word(order: &Order) -> &'static str {
    if order.state == OrderState::WaitingReview { "waiting" } else { "decided" }
}

/// The line on a page of the exam. Nothing when nothing waits.
pub(crate) fn exam_waits(w: Words, exam: &ExamPage, steps: &[StepView]) -> Option<Markup> {
    let was = waiting_tasks(steps);
    let ask = format!("/me/decided?exam={}", exam.id);
    (!was.is_empty()).then(|| waits(w, &Waits::patiently(&ask, &was)))
}

/// The line on the page of an order that waits.
pub(crate) fn order_waits(w: Words, order: &Order) -> Markup {
    let ask = format!("/me/decided?order={}", order.id);
    waits(w, &Waits::patiently(&ask, order_word(order)))
}
