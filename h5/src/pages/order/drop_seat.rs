//! Drops one unpaid subject and leads back to the exam.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::exams::ExamPage;
use registration::orders::DropError;

use crate::failure::Failure;
use crate::pages::exam::path_of;
use crate::pages::order::find;
use crate::request::visit::{Candidate, Visit};
use crate::view::error;
use crate::words::choice::drop_sentence;

pub(crate) async fn drop_one(
    candidate: Candidate,
    Path(order): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    let sitting = pairs.iter().find(|(name, _)| name == "sitting").and_then(|(_, value)| value.parse().ok());
    let sitting = sitting.ok_or(Failure::Bad)?;
    let visit = &candidate.visit;
    match visit.app.outside.registration.orders.drop_seat(candidate.account.id, order.id, &sitting).await {
        Ok(()) => Ok(Redirect::to(&format!("{}#mine", path_of(&exam))).into_response()),
        Err(DropError::Store(error)) => Err(error.into()),
        Err(refusal) => Ok(refused(visit, &exam, &refusal)),
    }
}

/// Says why seats are kept.
pub(crate) fn refused(visit: &Visit, exam: &ExamPage, refusal: &DropError) -> Response {
    let text = drop_sentence(visit.words, exam, refusal);
    let title = visit.words.t("drop-refused-title");
    let body = error::sentence(visit.words, &title, &text, &path_of(exam));
    let page = crate::view::layout::page(&visit.frame(title), &body);
    (StatusCode::CONFLICT, page).into_response()
}
