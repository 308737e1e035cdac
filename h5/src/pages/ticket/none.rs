//! Why there is no ticket yet, from when on there will be, and where one stands meanwhile.

use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::Order;
use registration::rules::tickets::TicketRefusal;

use crate::request::visit::Candidate;
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::layout::{heading, page};
use crate::view::order::lines;

/// The page; where the order itself has no seat any more, the order's.
pub(crate) fn answer(candidate: &Candidate, order: &Order, exam: &Exam, refusal: TicketRefusal) -> Response {
    if refusal == TicketRefusal::NotConfirmed {
        return Redirect::to(&format!("/orders/{}", order.id)).into_response();
    }
    let visit = &candidate.visit;
    let frame = visit.frame(visit.words.t("ticket-title"));
    page(&frame, &body(visit.words, exam, order, refusal, visit.now)).into_response()
}

pub(crate) fn body(w: Words, exam: &Exam, order: &Order, refusal: TicketRefusal, now: Timestamp) -> Markup {
    let (title, text) = match refusal {
        TicketRefusal::NotYet(from) => (
            w.t("ticket-not-yet-title"),
            w.with("ticket-not-yet-text", &[("when", when::dated(w.language, from, now).into())]),
        ),
        TicketRefusal::NotSaid => (w.t("ticket-not-yet-title"), w.t("ticket-not-said-text")),
        TicketRefusal::InReview => (w.t("ticket-in-review-title"), w.t("ticket-in-review-text")),
        TicketRefusal::NotConfirmed => (w.t("ticket-not-yet-title"), w.t("ticket-not-confirmed-text")),
    };
    html! {
        div class="column" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("ticket-title")))
            (callout(Tone::Plain, &title, &html! { p { (text) } }))
            section class="slip" { (lines(w, exam, order, None)) }
            p class="acts" {
                a class="button second" href={ "/orders/" (order.id) "/receipt" } { (w.t("have-go")) }
                a class="button second" href={ "/orders/" (order.id) "/exam.ics" } { (w.t("ticket-calendar")) }
            }
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}
