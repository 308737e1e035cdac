//! `POST /api/v1/exams/{exam}/holds/{hold}/confirm`: the seat is paid.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;

use crate::api::call::Call;
use crate::api::namespace::refusal;
use crate::api::problem::Problem;
use crate::api::wire::{ConfirmHold, HoldView};
use crate::api::{ApiBody, json};

/// Confirms a hold; answers after the ledger has it. The same reference again gives the same
/// answer. A hold that has ended takes a free seat under a new id, or is `expired`.
#[utoipa::path(
    post, path = "/api/v1/exams/{exam}/holds/{hold}/confirm", request_body = ConfirmHold,
    security(("key" = ["confirm"])),
    params(("exam" = String, Path, description = "The exam"), ("hold" = String, Path, description = "The hold")),
    responses(
        (status = 200, description = "Confirmed", body = HoldView), (status = 400, description = "`malformed`", body = Problem),
        (status = 401, description = "`unauthorized`", body = Problem), (status = 404, description = "`unknown_exam`; `unknown_hold`, also of a hold of another key", body = Problem),
        (status = 409, description = "`expired`, `full`, `group_taken`, `other_reference`", body = Problem),
        (status = 413, description = "`too_large`", body = Problem), (status = 422, description = "`invalid`, with the field", body = Problem),
        (status = 503, description = "`unavailable`: ask again, with the same reference", body = Problem),
    )
)]
pub(in crate::api) async fn confirm_hold<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let exam = call.exam()?;
    let Call { api, path: [_, hold], names, body, .. } = call;
    let id = names.hold(hold)?;
    let ConfirmHold { reference } = json::read(body).await?;
    let confirmed = api.engine().confirm(&exam, &id, &reference).await.map_err(|error| refusal(hold, error))?;
    Ok(json::answer(StatusCode::OK, &names.view(confirmed)))
}
