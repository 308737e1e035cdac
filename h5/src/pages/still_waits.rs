//! What still waits for somebody else, as a word for the page that waits: of an exam, or of an order.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Deserialize;

use crate::failure::Failure;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders, seats_mark};
use crate::view::waits::{order_word, waiting_tasks};
use crate::words::standing::said;

/// What the page asks about, as its address says.
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
pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    if !asked.standing.is_empty() {
        let exam = find(visit, &asked.standing)?;
        let at = visit.progress(&exam).await?.standing;
        let told = said(visit.words, &exam, &at, &visit.reader());
        return Ok(changed(at.mark ^ seats_mark(visit.orders().await?), &format!("{} {}", told.title, told.text)));
    }
    if !asked.seats.is_empty() {
        return Ok(changed(seats_mark(visit.orders().await?), &visit.words.t("page-changed")));
    }
    let state = if asked.order.is_empty() {
        let exam = find(&candidate.visit, &asked.exam)?;
        waiting_tasks(&candidate.visit.steps(&exam).await?)
    } else {
        order_word(&crate::request::order::find(&candidate, &asked.order).await?.0).to_owned()
    };
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{state}\"}}")).into_response())
}

/// The same for a page that shows no order: what its bar speaks of.
pub(crate) async fn bar(candidate: Candidate) -> Response {
    let visit = &candidate.visit;
    changed(seats_mark(visit.known()), &visit.words.t("page-changed"))
}

/// What a page that comes back into view compares with its own mark, and what it says when it cannot just be drawn anew.
fn changed(mark: u64, said: &str) -> Response {
    let answer = serde_json::json!({ "state": mark.to_string(), "said": said });
    ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}
