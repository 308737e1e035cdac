//! `GET /api/v1/exams/{exam}/waiting-room`: how the waiting room stands. No key needed.

use http::{Response, StatusCode};

use crate::api::problem::Problem;
use crate::api::routes::exam_of;
use crate::api::wire::waiting_room::WaitingRoomView;
use crate::api::{Api, ApiBody, json};

/// Answers how many wait, and what is needed to check the shuffle.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/waiting-room", operation_id = "get_waiting_room",
    params(("exam" = String, Path, description = "The exam")),
    responses((status = 200, description = "The waiting room", body = WaitingRoomView), (status = 404, description = "`unknown_exam`", body = Problem))
)]
pub(in crate::api) async fn get_waiting_room(api: &Api, exam: &str) -> Result<Response<ApiBody>, Problem> {
    let exam = exam_of(exam)?;
    api.engine().look_for(&exam, &[]).await?;
    let room = api.engine().waiting_room(&exam)?;
    Ok(json::answer(StatusCode::OK, &WaitingRoomView::from(room)))
}
