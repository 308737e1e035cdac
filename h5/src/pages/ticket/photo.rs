//! The photo on one's own tickets.

use axum::extract::Path;
use axum::response::Response;

use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::sent::upload::picture;
use crate::request::signed_in::SignedIn;

pub(crate) async fn show(candidate: SignedIn, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.app, &candidate.account, &order).await?;
    let found = candidate.app.outside.registration.tickets.photo(&exam, order.account).await?;
    found.map(|jpeg| picture("image/jpeg", jpeg)).ok_or(Failure::NotFound)
}
