//! `DELETE /api/v1/exams/{exam}/holds/{hold}`: give a seat back.

use http::Response;

use crate::api::problem::Problem;
use crate::api::routes::{exam_of, hold_of};
use crate::api::{Api, ApiBody, json};

/// Gives the seat back: `held` becomes `released`; `frozen` and `confirmed` become `cancelled`.
#[utoipa::path(
    delete, path = "/api/v1/exams/{exam}/holds/{hold}", operation_id = "delete_hold", security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 204, description = "Given back, now or before"), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`, `unknown_hold`", body = Problem), (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn delete_hold(api: &Api, exam: &str, hold: &str) -> Result<Response<ApiBody>, Problem> {
    api.engine().release(&exam_of(exam)?, &hold_of(hold)?).await?;
    Ok(json::no_content())
}
