//! `PUT /api/v1/exams/{exam}`: create or change an exam.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;
use jiff::SignedDuration;

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::wire::{ExamView, PutExam};
use crate::api::{ApiBody, json};
use crate::ids::ExamId;
use crate::sitting::Exam;

/// Creates or changes an exam.
#[utoipa::path(
    put, path = "/api/v1/exams/{exam}", request_body = PutExam, security(("key" = ["admin"])),
    params(("exam" = String, Path, description = "1–64 of A–Z a–z 0–9 _ -")),
    responses(
        (status = 200, description = "Changed", body = ExamView), (status = 201, description = "Created", body = ExamView),
        (status = 400, description = "`malformed`", body = Problem), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 413, description = "`too_large`", body = Problem),
        (status = 422, description = "`invalid`, with the field", body = Problem), (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn put_exam<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let Call { api, path: [exam, _], body, .. } = call;
    let id: ExamId = exam.parse().map_err(|error| Problem::invalid("exam", error))?;
    let PutExam { title, hold_seconds, grace_seconds, opens_at, closes_at, acknowledge, waiting_room } =
        json::read(body).await?;
    let exam = Exam {
        id,
        title,
        hold: SignedDuration::from_secs(hold_seconds.into()),
        grace: SignedDuration::from_secs(grace_seconds.into()),
        opens_at,
        closes_at,
        acknowledge,
        waiting_room,
    };
    let is_new = api.engine().put_exam(exam.clone()).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json::answer(status, &ExamView::from(&exam)))
}
