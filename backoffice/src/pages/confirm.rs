//! Confirms a payment: the seat is the candidate's.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::case::show_case;
use super::decision::{looked_at, sentence};
use crate::failure::Failure;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// When the picture on the page was handed in, in milliseconds.
    seen: i64,
}

pub(crate) async fn confirm(
    visit: Visit,
    Path(order): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (order, message) = looked_at(&visit, &order, entered.seen).await?;
    if message.is_some() {
        return show_case(&visit, Some(order), StatusCode::CONFLICT, message).await;
    }
    match visit.app.outside.registration.reviews.confirm(visit.staff.id, order).await {
        Ok(_) => Ok(Redirect::to(&format!("/?confirmed={order}")).into_response()),
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, Some(order), status, Some(message)).await
        }
    }
}
