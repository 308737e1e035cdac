//! Refuses a screenshot, with a reason that the candidate reads.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::desk::payments::DecisionError;
use registration::model::order::OrderId;
use serde::Deserialize;

use super::answer::sentence;
use crate::desk::message::Message;
use crate::desk::reason::Refusal;
use crate::desks::payments::show_case;
use crate::desks::payments::view::REASONS;
use crate::failure::Failure;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// What the page showed.
    seen: String,
    #[serde(flatten)]
    refusal: Refusal,
}

pub(crate) async fn refuse(
    visit: Visit,
    Path(order): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let reviews = &visit.app.outside.registration.reviews;
    let refused = match entered.seen.parse() {
        Ok(look) => reviews.refuse(&visit.staff, order, &look, &entered.refusal.reason(&REASONS)).await,
        // A page of the version before showed something else.
        Err(_) => Err(DecisionError::OtherPicture),
    };
    match refused {
        Ok(_) => Ok(Redirect::to(&format!("/?refused={order}")).into_response()),
        Err(DecisionError::Reason(_)) => {
            let message = Message::of_refusal(visit.words, entered.refusal);
            show_case(&visit, Some(order), StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await
        }
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, Some(order), status, Some(message)).await
        }
    }
}
