//! Where the tickets of an exam are: straight there where one order has them all, else a list of the orders.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};

use crate::failure::Failure;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::layout::{heading, page};
use crate::view::order::lines;

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let mut orders = visit.orders_of(&exam).await?;
    orders.retain(|order| order.state == OrderState::Confirmed);
    match orders.as_slice() {
        [] => Ok(Redirect::to(&format!("/exams/{}", exam.id)).into_response()),
        [order] => Ok(Redirect::to(&format!("/orders/{}/ticket", order.id)).into_response()),
        orders => {
            let frame = visit.frame(visit.words.t("ticket-title"));
            Ok(page(&frame, &body(visit.words, &exam, orders, visit.now)).into_response())
        }
    }
}

pub(crate) fn body(w: Words, exam: &Exam, orders: &[Order], now: Timestamp) -> Markup {
    html! {
        div class="column" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("ticket-title")))
            p class="lead" { (w.t("ticket-which")) }
            ul class="orders" {
                @for order in orders {
                    li class="order" {
                        (lines(w, exam, order, Some(now)))
                        p class="order-do" { a class="button" href={ "/orders/" (order.id) "/ticket" } { (w.t("go-ticket")) } }
                    }
                }
            }
        }
    }
}
