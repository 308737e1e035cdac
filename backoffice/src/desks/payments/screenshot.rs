//! The picture of a payment. Every look is written down.

use axum::extract::Path;
use axum::response::Response;
use registration::desk::payments::ScreenshotError;
use registration::model::order::OrderId;

use crate::desk::picture::jpeg;
use crate::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    match visit.app.outside.registration.reviews.screenshot(&visit.staff, order).await {
        Ok(picture) => Ok(jpeg(picture)),
        Err(ScreenshotError::Forbidden(_)) => Err(Failure::Forbidden),
        Err(ScreenshotError::NoPicture) => Err(Failure::NotFound),
        Err(ScreenshotError::Store(error)) => Err(error.into()),
    }
}
