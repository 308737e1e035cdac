//! `GET /api/v1/exams/{exam}/holds/{hold}`: where a hold stands.

use http::{Response, StatusCode};

use crate::api::call::Call;
use crate::api::namespace::refusal;
use crate::api::problem::Problem;
use crate::api::wire::HoldView;
use crate::api::{ApiBody, json};

/// Answers a hold, live or ended.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/holds/{hold}", security(("key" = ["read"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 200, description = "The hold", body = HoldView), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`; `unknown_hold`, also of a hold of another key", body = Problem), (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn get_hold<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let exam = call.exam()?;
    let Call { api, path: [_, hold], names, .. } = call;
    let found = api.engine().find(&exam, &names.hold(hold)?).await.map_err(|error| refusal(hold, error))?;
    Ok(json::answer(StatusCode::OK, &names.view(found)))
}
