//! An order that is over: given back, or cancelled.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use pagekit::words::Words;
use registration::exams::ExamPage;
use registration::order::{Order, OrderState};

use super::order::find;
use super::order_parts::lines;
use crate::failure::Failure;
use crate::view::layout::{heading, page};
use crate::visit::Candidate;

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    if !matches!(order.state, OrderState::Released | OrderState::Cancelled) {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    let w = candidate.visit.words;
    let frame = candidate.visit.frame(w.t("ended-title"));
    Ok(page(&frame, &body(w, &exam, &order)).into_response())
}

pub(crate) fn body(w: Words, exam: &ExamPage, order: &Order) -> Markup {
    let is_cancelled = order.state == OrderState::Cancelled;
    let text = if is_cancelled { w.t("ended-cancelled") } else { w.t("ended-text") };
    html! {
        div class="column" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("ended-title")))
            p class="lead" { (text) }
            @if let Some(reason) = order.reason.as_ref().filter(|_| is_cancelled) {
                p class="reason" { (w.with("pay-refused-reason", &[("reason", reason.as_str().into())])) }
            }
            @if is_cancelled { (money(w, exam)) }
            (lines(w, exam, order))
            p { a class="button" href={ "/exams/" (exam.id) } { (w.t("ended-next")) } }
            p class="beside" { a href="/me" { (w.t("error-me")) } }
        }
    }
}

/// What becomes of money that was really paid: nothing here decides that, so whom to ask.
fn money(w: Words, exam: &ExamPage) -> Markup {
    html! {
        p { (w.t("ended-money")) }
        @if let Some(contact) = &exam.rules.contact { p { (w.t("exam-contact")) " " (w.pick(&contact.zh, &contact.en)) } }
    }
}
