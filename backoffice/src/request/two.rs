//! Whether two people do here what is heavy, and asking for a second one.

use axum::response::{IntoResponse, Redirect, Response};
use registration::desk::permits::approvals::{Act, ApprovalError};

use crate::app::SecondPerson;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Do two people do such things here?
pub(crate) fn needs_two(visit: &Visit) -> bool {
    visit.app.outside.second_person == SecondPerson::Required
}

/// Asks for something that a second person agrees to, and shows what was asked for.
pub(crate) async fn ask(visit: &Visit, act: &Act) -> Result<Response, Failure> {
    visit.demand_fresh()?;
    let done = match visit.app.outside.registration.approvals.ask(&visit.staff, act).await {
        Ok(_) => "asked",
        Err(ApprovalError::Asked) => "already",
        Err(ApprovalError::TooMany) => "too-many",
        Err(ApprovalError::NotSecond) => "oneself",
        Err(ApprovalError::Forbidden(_)) => return Err(Failure::Forbidden),
        Err(ApprovalError::Store(error)) => return Err(error.into()),
        Err(ApprovalError::Unknown | ApprovalError::Over(_)) => return Err(Failure::NotFound),
    };
    Ok(Redirect::to(&format!("/approvals?done={done}")).into_response())
}
