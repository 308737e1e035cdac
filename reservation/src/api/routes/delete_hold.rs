//! `DELETE /api/v1/exams/{exam}/holds/{hold}`: give a seat back.

use http::Response;

use crate::api::namespace::{Namespace, refusal};
use crate::api::problem::Problem;
use crate::api::routes::exam_of;
use crate::api::{Api, ApiBody, json};

/// Gives the seat back: `held` becomes `released`; `frozen` and `confirmed` become `cancelled`.
#[utoipa::path(
    delete, path = "/api/v1/exams/{exam}/holds/{hold}", operation_id = "delete_hold", security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 204, description = "Given back, now or before; what is not there to be given back, such as a hold of another key, stays as it is"), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`, `unknown_hold`", body = Problem), (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn delete_hold(
    api: &Api,
    exam: &str,
    names: Namespace,
    hold: &str,
) -> Result<Response<ApiBody>, Problem> {
    api.engine().release(&exam_of(exam)?, &names.hold(hold)?).await.map_err(|error| refusal(hold, error))?;
    Ok(json::no_content())
}
