//! Gives the seats of an unpaid order back.

use axum::extract::Path;
use axum::response::Redirect;
use registration::order::OrderId;
use registration::orders::ReleaseError;

use crate::failure::Failure;
use crate::visit::Candidate;

pub(crate) async fn give_back(candidate: Candidate, Path(order): Path<String>) -> Result<Redirect, Failure> {
    let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    match candidate.visit.app.outside.registration.orders.release(candidate.account.id, id).await {
        Ok(_) => Ok(Redirect::to(&format!("/orders/{id}/ended"))),
        // Handed in meanwhile, perhaps on another device: the order's page says how it stands.
        Err(ReleaseError::Paid(_)) => Ok(Redirect::to(&format!("/orders/{id}"))),
        Err(ReleaseError::UnknownOrder) => Err(Failure::NotFound),
        Err(ReleaseError::Store(error)) => Err(error.into()),
    }
}
