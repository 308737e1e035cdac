//! Confirms a payment: the seat is the candidate's.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use registration::desk::payments::DecisionError;
use registration::model::order::OrderId;
use serde::Deserialize;

use super::answer::sentence;
use crate::desks::payments::show_case;
use crate::failure::Failure;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// What the page showed.
    seen: String,
}

pub(crate) async fn confirm(
    visit: Visit,
    Path(order): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let decided = match entered.seen.parse() {
        Ok(look) => visit.app.outside.registration.reviews.confirm(&visit.staff, order, &look).await,
        // A page of the version before showed something else.
        Err(_) => Err(DecisionError::OtherPicture),
    };
    match decided {
        Ok(_) => Ok(Redirect::to(&format!("/?confirmed={order}")).into_response()),
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, Some(order), status, Some(message)).await
        }
    }
}
