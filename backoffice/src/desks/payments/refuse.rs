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
use crate::desk::undo::with_case;
use crate::desks::payments::{decide, reasons, show_case};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// What the page showed.
    seen: String,
    /// The claim of the page.
    #[serde(default)]
    claim: String,
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
    let case = reviews.get(&visit.staff, order).await?.ok_or(Failure::NotFound)?;
    let reason = entered.refusal.reason(&reasons(&visit, &case.order.exam));
    let refused = match entered.seen.parse() {
        Ok(look) => decide(&visit, order, &look, &entered.claim, Some(&reason)).await,
        // A page of the version before showed something else.
        Err(_) => Err(DecisionError::OtherPicture),
    };
    match refused {
        Ok(case) => Ok(Redirect::to(&with_case(format!("/?refused={order}"), case)).into_response()),
        Err(DecisionError::Reason(_)) => {
            let message = Message::of_refusal(visit.words, entered.refusal);
            show_case(&visit, order, StatusCode::UNPROCESSABLE_ENTITY, Some(message)).await
        }
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, order, status, Some(message)).await
        }
    }
}
