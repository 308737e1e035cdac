//! Drops one unpaid subject and leads back to the exam.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use registration::seats::DropError;

use super::seats_kept;
use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::order::find_now;
use crate::request::visit::Candidate;

pub(crate) async fn drop_one(
    candidate: Candidate,
    Path(order): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let sitting = pairs.iter().find(|(name, _)| name == "sitting").and_then(|(_, value)| value.parse().ok());
    let sitting = sitting.ok_or(Failure::Bad)?;
    let visit = &candidate.visit;
    match visit.app.outside.registration.orders.drop_seat(candidate.account.id, order.id, &sitting).await {
        Ok(()) => Ok(Redirect::to(&format!("{}#mine", path_of(&exam))).into_response()),
        Err(DropError::Store(error)) => Err(error.into()),
        Err(refusal) => Ok(seats_kept(visit, &exam, &refusal)),
    }
}
