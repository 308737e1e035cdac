//! `GET /api/v1/exams/{exam}/holds/{hold}`: where a hold stands.

use http::{Response, StatusCode};

use crate::api::namespace::{Namespace, refusal};
use crate::api::problem::Problem;
use crate::api::routes::exam_of;
use crate::api::wire::HoldView;
use crate::api::{Api, ApiBody, json};

/// Answers a hold, live or ended.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/holds/{hold}", operation_id = "get_hold", security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 200, description = "The hold", body = HoldView), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`; `unknown_hold`, also of a hold of another key", body = Problem), (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn get_hold(
    api: &Api,
    exam: &str,
    names: Namespace,
    hold: &str,
) -> Result<Response<ApiBody>, Problem> {
    let found = api.engine().find(&exam_of(exam)?, &names.hold(hold)?).await.map_err(|error| refusal(hold, error))?;
    Ok(json::answer(StatusCode::OK, &names.view(found)))
}
