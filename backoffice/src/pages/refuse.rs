//! Refuses a screenshot, with a reason that the candidate reads.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::reviews::DecisionError;
use serde::Deserialize;

use super::case::show_case;
use super::case_view::{Message, REASONS};
use super::decision::{looked_at, sentence};
use crate::failure::Failure;
use crate::reason::Refusal;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// When the picture on the page was handed in, in milliseconds.
    seen: i64,
    #[serde(flatten)]
    refusal: Refusal,
}

pub(crate) async fn refuse(
    visit: Visit,
    Path(order): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (order, message) = looked_at(&visit, &order, entered.seen).await?;
    if message.is_some() {
        return show_case(&visit, Some(order), StatusCode::CONFLICT, message).await;
    }
    let reviews = &visit.app.outside.registration.reviews;
    match reviews.refuse(visit.staff.id, order, &entered.refusal.reason(&REASONS)).await {
        Ok(_) => Ok(Redirect::to(&format!("/?refused={order}")).into_response()),
        Err(DecisionError::Reason) => {
            let message = Message::of_refusal(visit.words, entered.refusal);
            show_case(&visit, Some(order), StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await
        }
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, Some(order), status, Some(message)).await
        }
    }
}
