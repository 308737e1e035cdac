//! Confirms a payment: the seat is the candidate's.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use registration::desk::payments::DecisionError;
use registration::model::order::OrderId;
use serde::Deserialize;

use super::answer::sentence;
use crate::desk::undo::with_case;
use crate::desks::payments::{decide, show_case};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// What the page showed.
    seen: String,
    /// The claim of the page.
    #[serde(default)]
    claim: String,
}

pub(crate) async fn confirm(
    visit: Visit,
    Path(order): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let decided = match entered.seen.parse() {
        Ok(look) => decide(&visit, order, &look, &entered.claim, None).await,
        // A page of the version before showed something else.
        Err(_) => Err(DecisionError::OtherPicture),
    };
    match decided {
        Ok(case) => Ok(Redirect::to(&with_case(format!("/?confirmed={order}"), case)).into_response()),
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, order, status, Some(message)).await
        }
    }
}
