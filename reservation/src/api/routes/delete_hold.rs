//! `DELETE /api/v1/exams/{exam}/holds/{hold}`: give a seat back.

use http::Response;

use crate::api::call::Call;
use crate::api::namespace::refusal;
use crate::api::problem::Problem;
use crate::api::{ApiBody, json};

/// Gives the seat back: `held` becomes `released`; `frozen` and `confirmed` become `cancelled`.
#[utoipa::path(
    delete, path = "/api/v1/exams/{exam}/holds/{hold}", security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 204, description = "Given back, now or before; what is not there to be given back, such as a hold of another key, stays as it is"), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`, `unknown_hold`", body = Problem), (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn delete_hold<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let exam = call.exam()?;
    let Call { api, path: [_, hold], names, .. } = call;
    api.engine().release(&exam, &names.hold(hold)?).await.map_err(|error| refusal(hold, error))?;
    Ok(json::no_content())
}
