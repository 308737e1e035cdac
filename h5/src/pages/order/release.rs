//! Gives the seats of an unpaid order back.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use registration::seats::{DropError, ReleaseError};

use super::seats_kept;
use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::visit::Candidate;

pub(crate) async fn give_back(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let id = order.id;
    match candidate.visit.app.outside.registration.orders.release(candidate.account.id, id).await {
        Ok(_) => Ok(Redirect::to(&format!("/orders/{id}/ended")).into_response()),
        // Handed in meanwhile, perhaps on another device: the order's page says how it stands.
        Err(ReleaseError::Paid(_)) => Ok(Redirect::to(&format!("/orders/{id}")).into_response()),
        // The channel cannot say yet whether it was paid for.
        Err(ReleaseError::Paying) => Ok(seats_kept(&candidate.visit, &exam, &DropError::Paying)),
        Err(ReleaseError::Locked(lock)) => Ok(seats_kept(&candidate.visit, &exam, &DropError::Locked(lock))),
        Err(ReleaseError::Kept(refusal)) => Ok(seats_kept(&candidate.visit, &exam, &DropError::Kept(refusal))),
        Err(ReleaseError::UnknownOrder) => Err(Failure::NotFound),
        Err(ReleaseError::Store(error)) => Err(error.into()),
    }
}
