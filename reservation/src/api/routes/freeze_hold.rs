//! `POST /api/v1/exams/{exam}/holds/{hold}/freeze`: stop the clock.

use http::{Response, StatusCode};

use crate::api::call::Call;
use crate::api::namespace::refusal;
use crate::api::problem::Problem;
use crate::api::wire::HoldView;
use crate::api::{ApiBody, json};

/// Stops a hold's clock, because evidence of payment is in. The same again is fine.
#[utoipa::path(
    post, path = "/api/v1/exams/{exam}/holds/{hold}/freeze", security(("key" = ["confirm"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 200, description = "Frozen, or confirmed already", body = HoldView), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`; `unknown_hold`, also of a hold of another key", body = Problem), (status = 409, description = "`expired`", body = Problem),
        (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn freeze_hold<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let exam = call.exam()?;
    let Call { api, path: [_, hold], names, .. } = call;
    let frozen = api.engine().freeze(&exam, &names.hold(hold)?).await.map_err(|error| refusal(hold, error))?;
    Ok(json::answer(StatusCode::OK, &names.view(frozen)))
}
