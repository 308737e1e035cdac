//! `GET /api/v1/exams/{exam}/waiting-room`: how the waiting room stands. No key needed.

use http::{Response, StatusCode};

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::wire::waiting_room::WaitingRoomView;
use crate::api::{ApiBody, json};

/// Answers how many wait, and what is needed to check the shuffle.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/waiting-room",
    params(("exam" = String, Path, description = "The exam")),
    responses((status = 200, description = "The waiting room", body = WaitingRoomView), (status = 404, description = "`unknown_exam`", body = Problem))
)]
pub(in crate::api) async fn get_waiting_room<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let exam = call.exam()?;
    call.api.engine().look_for(&exam, &[]).await?;
    let room = call.api.engine().waiting_room(&exam)?;
    Ok(json::answer(StatusCode::OK, &WaitingRoomView::from(room)))
}
