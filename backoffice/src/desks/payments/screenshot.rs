//! The picture of a payment. Every look is written down.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use registration::order::OrderId;
use registration::reviews::ScreenshotError;

use crate::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    match visit.app.outside.registration.reviews.screenshot(visit.staff.id, order).await {
        Ok(picture) => {
            let headers = [(CONTENT_TYPE, "image/jpeg"), (CONTENT_DISPOSITION, "inline")];
            Ok((headers, picture).into_response())
        }
        Err(ScreenshotError::NoPicture) => Err(Failure::NotFound),
        Err(ScreenshotError::Store(error)) => Err(error.into()),
    }
}
