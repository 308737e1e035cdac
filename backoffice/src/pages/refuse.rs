//! Refuses a screenshot, with a reason that the candidate reads.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::case::show_case;
use super::case_view::REASONS;
use super::decision::{looked_at, sentence};
use crate::failure::Failure;
use crate::reason::reason;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    /// When the picture on the page was handed in, in milliseconds.
    seen: i64,
    /// The number of a usual reason.
    #[serde(default)]
    usual: String,
    /// Words of one's own.
    #[serde(default)]
    own: String,
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
    match visit
        .app
        .outside
        .registration
        .reviews
        .refuse(visit.staff.id, order, &reason(&REASONS, &entered.usual, &entered.own))
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/?refused={order}")).into_response()),
        Err(error) => {
            let (status, message) = sentence(&visit, error)?;
            show_case(&visit, Some(order), status, Some(message)).await
        }
    }
}
