//! How pages about staff are answered: with the desk's frame around them, and how much waits left out.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::Markup;

use crate::desk::frame::page;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// The page around what it shows.
pub(crate) async fn answer(
    visit: &Visit,
    status: StatusCode,
    title: String,
    body: &Markup,
) -> Result<Response, Failure> {
    let counts = visit.app.outside.registration.cases.counts(&visit.staff).await?;
    let mut frame = visit.frame(title, &counts, &[]);
    frame.waiting = None;
    Ok((status, page(&frame, body)).into_response())
}
