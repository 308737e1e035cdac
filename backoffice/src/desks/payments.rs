//! The queue on the left, one case on the right.

pub(crate) mod answer;
pub(crate) mod confirm;
pub(crate) mod pictured;
pub(crate) mod refuse;
pub(crate) mod screenshot;
pub(crate) mod view;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::Markup;
use pagekit::callout::Tone;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::payments::{Place, Review};
use registration::desk::permits::{Right, Scope, permits};
use registration::model::exam_rules::TaskKind;
use registration::model::order::{OrderId, OrderState};
use registration::rules::details::Answers;
use serde::Deserialize;

use crate::desk::frame::page;
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::queue::RELOAD_SECONDS;
use crate::desks::payments::view::{Desk, desk, empty};
use crate::failure::Failure;
use crate::request::visit::Visit;

/// What is decided here.
pub(crate) const KINDS: &[CaseKind] = &[CaseKind::Payment];

/// What the last decision was, carried over the redirect.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    confirmed: String,
    #[serde(default)]
    refused: String,
}

impl Done {
    fn message(&self, visit: &Visit) -> Option<Message> {
        let parsed = |text: &str| text.parse::<OrderId>().ok().map(|order| order.to_string());
        let w = visit.words;
        let text = match (parsed(&self.confirmed), parsed(&self.refused)) {
            (Some(order), _) => w.with("done-confirmed", &[("order", order.into())]),
            (None, Some(order)) => w.with("done-refused", &[("order", order.into())]),
            (None, None) => return None,
        };
        Some(Message::new(Tone::Good, text))
    }
}

/// The longest waiting case.
pub(crate) async fn first(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    // Whoever sees money and no cases begins there.
    let may = |right| permits(&visit.staff, right, Scope::Everything);
    if !may(Right::See(CaseKind::Payment)) && may(Right::SeeMoney) {
        return Ok(Redirect::to("/finance").into_response());
    }
    let message = done.message(&visit);
    show_case(&visit, None, StatusCode::OK, message).await
}

/// Which other picture is looked at beside the case's.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    beside: String,
}

/// One case, waiting or decided.
pub(crate) async fn show(
    visit: Visit,
    Path(order): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let order = order.parse().map_err(|_| Failure::NotFound)?;
    show_beside(&visit, Some(order), &asked.beside, StatusCode::OK, None).await
}

/// A reload of a refused decision that became a GET.
pub(crate) async fn back(Path(order): Path<String>) -> Result<Redirect, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    Ok(Redirect::to(&format!("/orders/{order}")))
}

/// Draws the desk with that case, or with the longest waiting one.
pub(crate) async fn show_case(
    visit: &Visit,
    order: Option<OrderId>,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    show_beside(visit, order, "", status, message).await
}

/// The same with another picture beside the case's.
async fn show_beside(
    visit: &Visit,
    order: Option<OrderId>,
    beside: &str,
    status: StatusCode,
    message: Option<Message>,
) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let (reviews, queue) = (&registration.reviews, Queue::of(visit, KINDS).await?);
    let order = match (order, queue.first()) {
        (Some(order), _) => Some(order),
        (None, Some(Subject::Payment(order))) => Some(*order),
        (None, _) => None,
    };
    let case: Option<Review> = match order {
        Some(order) => Some(reviews.get(&visit.staff, order).await?.ok_or(Failure::NotFound)?),
        None => None,
    };
    let Some(case) = case else {
        let mut frame = visit.frame(visit.words.t("queue-title"), &queue.counts, KINDS);
        frame.reload_seconds = Some(RELOAD_SECONDS);
        return Ok((status, page(&frame, &empty(visit.words, message.as_ref()))).into_response());
    };
    let history = registration.cases.history(&visit.staff, &Subject::Payment(case.order.id)).await?;
    let reading = reviews.reading(&visit.staff, case.order.id).await?;
    let doubles = reviews.doubles(&visit.staff, case.order.id).await?;
    let exam = visit.app.outside.registration.exams.get(&case.order.exam);
    let answers = match exam.as_ref().filter(|exam| !exam.rules.asks_for(&TaskKind::Review)) {
        Some(exam) => {
            let applications = &visit.app.outside.registration.applications;
            applications.get(case.order.account, &exam.id).await?.details.unwrap_or_default()
        }
        None => Answers::default(),
    };
    let view = Desk {
        answers: &answers,
        queue: &queue,
        titles: &|exam| visit.exam_title(exam),
        is_waiting: case.order.state == OrderState::WaitingReview,
        case: &case,
        exam: exam.as_deref(),
        history: &history,
        reading: &reading,
        doubles: &doubles,
        beside: doubles.iter().find(|double| double.picture.to_string() == beside && double.place != Place::Hidden),
        message: message.as_ref(),
        now: visit.now,
    };
    let body: Markup = desk(visit.words, &view);
    let title = format!("{} {}", visit.words.t("desk-payments"), case.order.id);
    Ok((status, page(&visit.frame(title, &queue.counts, KINDS), &body)).into_response())
}
