//! `POST /api/v1/exams/{exam}/holds/{hold}/freeze`: stop the clock.

use http::{Response, StatusCode};

use crate::api::namespace::{Namespace, refusal};
use crate::api::problem::Problem;
use crate::api::routes::exam_of;
use crate::api::wire::HoldView;
use crate::api::{Api, ApiBody, json};

/// Stops a hold's clock, because evidence of payment is in. The same again is fine.
#[utoipa::path(
    post, path = "/api/v1/exams/{exam}/holds/{hold}/freeze", operation_id = "freeze_hold", security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 200, description = "Frozen, or confirmed already", body = HoldView), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`; `unknown_hold`, also of a hold of another key", body = Problem), (status = 409, description = "`expired`", body = Problem),
        (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn freeze_hold(
    api: &Api,
    exam: &str,
    names: Namespace,
    hold: &str,
) -> Result<Response<ApiBody>, Problem> {
    let frozen =
        api.engine().freeze(&exam_of(exam)?, &names.hold(hold)?).await.map_err(|error| refusal(hold, error))?;
    Ok(json::answer(StatusCode::OK, &names.view(frozen)))
}
