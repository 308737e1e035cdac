//! Shows candidates their own name and whole number, to be copied into the school's payment page. Each look is written
//! down.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use registration::model::order::OrderState;

use crate::failure::Failure;
use crate::pages::order::render_with;
use crate::request::order::find_now;
use crate::request::signed_in::SignedIn;
use crate::request::visit::Candidate;

/// A reload that became a GET: back to the order, where the number is masked.
pub(crate) async fn back(candidate: SignedIn, Path(order): Path<String>) -> Result<Redirect, Failure> {
    let (order, _) = find_now(&candidate.app, &candidate.account, &order).await?;
    Ok(Redirect::to(&format!("/orders/{}", order.id)))
}

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let is_payable = matches!(order.state, OrderState::Unpaid | OrderState::Refused { .. });
    if !is_payable || order.by_school.is_some() || !exam.rules.payment.payer_is_candidate {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    candidate.visit.app.outside.registration.orders.note_payer_look(candidate.account.id, order.id).await?;
    Ok(render_with(&candidate, &order, &exam, &[], true).await?.into_response())
}
