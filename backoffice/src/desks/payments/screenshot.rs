//! The picture of a payment, and others of the same. Every look is written down.

use axum::extract::Path;
use axum::response::Response;
use registration::desk::payments::ScreenshotError;
use registration::model::order::OrderId;

use crate::desk::picture::jpeg;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(visit: Visit, Path(order): Path<String>) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    answer(visit.app.outside.registration.reviews.screenshot(&visit.staff, order).await)
}

/// Another picture of the same payment, to be seen beside this order's.
pub(crate) async fn double(visit: Visit, Path((order, picture)): Path<(String, String)>) -> Result<Response, Failure> {
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let picture = picture.parse().map_err(|_| Failure::NotFound)?;
    answer(visit.app.outside.registration.reviews.double(&visit.staff, order, picture).await)
}

fn answer(picture: Result<Vec<u8>, ScreenshotError>) -> Result<Response, Failure> {
    of(picture).map(jpeg)
}

/// What was asked for of a picture.
pub(super) fn of<T>(asked: Result<T, ScreenshotError>) -> Result<T, Failure> {
    match asked {
        Ok(asked) => Ok(asked),
        Err(ScreenshotError::Forbidden(_)) => Err(Failure::Forbidden),
        Err(ScreenshotError::NoPicture) => Err(Failure::NotFound),
        Err(ScreenshotError::Store(error)) => Err(error.into()),
    }
}
