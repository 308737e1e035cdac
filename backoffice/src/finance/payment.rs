//! One payment: what came, what it has become, what happened, what goes back, and what the journal says.

pub(crate) mod acts;
pub(crate) mod by_hand;
pub(crate) mod view;

use axum::extract::{Path, Query};
use axum::response::{Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::Fen;
use registration::desk::permits::{Right, Scope, permits};
use registration::model::payment::PaymentId;
use serde::Deserialize;

use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::parts::{Tab, answer};
use crate::request::visit::Visit;

/// What was done last, carried over the redirect.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn message(&self, visit: &Visit) -> Option<Message> {
        let w = visit.words;
        let text = match self.done.as_str() {
            "refunded" => w.t("refund-done-due"),
            "asked" => w.t("refund-done-asked"),
            "agreed" => w.t("refund-done-agreed"),
            "withdrawn" => w.t("refund-done-withdrawn"),
            "again" => w.t("refund-done-again"),
            "hand" => w.t("hand-done"),
            "hand-waits" => w.t("hand-done-waits"),
            "hand-undone" => w.t("hand-done-undone"),
            "heard" => w.t("money-heard"),
            _ => return None,
        };
        Some(Message::new(Tone::Good, text))
    }
}

/// What stands in the form for a refund.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) order: String,
    #[serde(default)]
    pub(crate) amount: String,
    #[serde(default)]
    pub(crate) reason: String,
}

pub(crate) async fn show(
    visit: Visit,
    Path(payment): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let id = PaymentId::of_number(&payment).ok_or(Failure::NotFound)?;
    let message = done.message(&visit);
    draw(&visit, id, StatusCode::OK, message.as_ref(), None).await
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(payment): Path<String>) -> Result<Redirect, Failure> {
    let id = PaymentId::of_number(&payment).ok_or(Failure::NotFound)?;
    Ok(Redirect::to(&format!("/finance/payments/{}", id.number())))
}

/// Draws the payment, with what was entered where it was refused.
async fn draw(
    visit: &Visit,
    id: PaymentId,
    status: StatusCode,
    message: Option<&Message>,
    entered: Option<&Entered>,
) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let (whole, history) = registration.finance.payment(&visit.staff, id).await?;
    let exam = whole.listed.exam.as_ref().map(|exam| visit.exam_title(exam));
    let view = view::View {
        whole: &whole,
        exam: exam.as_deref(),
        history: &history,
        entered,
        staff: &visit.staff,
        may_move: permits(&visit.staff, Right::MoveMoney, Scope::Everything),
        alone_max: visit.app.outside.refund_alone_max,
        now: visit.now,
    };
    let title = visit.words.t("money-title").into_owned();
    answer(visit, status, Tab::Payments, title, message, &view::body(visit.words, &view)).await
}

/// Whole yuan and fen, as a field takes them.
pub(crate) fn plain(amount: Fen) -> String {
    amount.to_string().replace('¥', "")
}
