//! A case that was loaded ahead is shown: the looks are written down, and the key is given.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use registration::desk::case::{CaseId, Subject};
use registration::desk::cases::CaseError;
use serde::Deserialize;
use serde_json::json;

use crate::desks::{payments, people};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What was loaded.
#[derive(Deserialize)]
pub(crate) struct Loaded {
    claim: String,
    /// With what the case waited.
    seen: String,
}

/// The key, 32 bytes; a conflict where the case is somebody else's since, or waits with something else: then it is asked for
/// as any page is.
pub(crate) async fn shown(
    visit: Visit,
    Path(case): Path<i64>,
    Form(loaded): Form<Loaded>,
) -> Result<Response, Failure> {
    let token = loaded.claim.parse().map_err(|_| Failure::Bad)?;
    let cases = &visit.app.outside.registration.cases;
    let (subject, key) = match cases.key_ahead(&visit.staff, CaseId(case), token, &loaded.seen).await {
        Ok(found) => found,
        Err(CaseError::NotWaiting | CaseError::Claimed(_)) => return Ok(moved_on(&visit)),
        Err(error) => return Err(error.into()),
    };
    let looked = match &subject {
        Subject::Payment(order) => payments::looked(&visit, *order, &loaded.seen).await,
        Subject::Identity(_) | Subject::Face(..) => people::looked(&visit, &subject, &loaded.seen).await,
        Subject::Form(..) | Subject::Score(..) | Subject::Accommodation(..) => Err(Failure::NotFound),
    };
    match looked {
        Ok(()) => Ok(key.to_vec().into_response()),
        // The candidate has handed in anew at that moment.
        Err(Failure::NotFound) => Ok(moved_on(&visit)),
        Err(failure) => Err(failure),
    }
}

/// The case is another one's by now, or another question.
fn moved_on(visit: &Visit) -> Response {
    (StatusCode::CONFLICT, axum::Json(json!({ "message": visit.words.t("case-lost") }))).into_response()
}
