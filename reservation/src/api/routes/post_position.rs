//! `POST /api/v1/exams/{exam}/waiting-room/positions`: take a position, or ask how it stands.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::wire::waiting_room::{PositionView, PostPosition};
use crate::api::{ApiBody, json};

/// Takes the candidate's position in the waiting room, or says how the one that is there stands: the same call for both,
/// as often as `refresh_seconds` says.
#[utoipa::path(
    post, path = "/api/v1/exams/{exam}/waiting-room/positions", request_body = PostPosition,
    security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam")),
    responses(
        (status = 200, description = "The position", body = PositionView), (status = 400, description = "`malformed`", body = Problem),
        (status = 401, description = "`unauthorized`", body = Problem), (status = 404, description = "`unknown_exam`", body = Problem),
        (status = 413, description = "`too_large`", body = Problem), (status = 422, description = "`invalid`, with the field", body = Problem),
        (status = 503, description = "`unavailable`, with Retry-After", body = Problem),
    )
)]
pub(in crate::api) async fn post_position<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let exam = call.exam()?;
    let Call { api, names, body, .. } = call;
    let PostPosition { candidate, token } = json::read(body).await?;
    let candidate = names.inside(candidate)?;
    api.engine().look_for(&exam, &[]).await?;
    let position = api.engine().take_position(&exam, &candidate, token.as_deref()).await?;
    Ok(json::answer(StatusCode::OK, &PositionView::new(position, candidate)))
}
