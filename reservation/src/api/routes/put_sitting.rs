//! `PUT /api/v1/exams/{exam}/sittings/{sitting}`: create or change a sitting, its capacity too.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::wire::{PutSitting, SittingView};
use crate::api::{ApiBody, json};
use crate::ids::SittingId;
use crate::sitting::SittingSpec;

/// Creates or changes a sitting; capacity may change at any time, also below what is taken.
#[utoipa::path(
    put, path = "/api/v1/exams/{exam}/sittings/{sitting}", request_body = PutSitting,
    security(("key" = ["admin"])),
    params(("exam" = String, Path, description = "The exam"), ("sitting" = String, Path, description = "1–64 of A–Z a–z 0–9 _ -")),
    responses(
        (status = 200, description = "Changed", body = SittingView), (status = 201, description = "Created", body = SittingView),
        (status = 400, description = "`malformed`", body = Problem), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`", body = Problem),
        (status = 413, description = "`too_large`", body = Problem), (status = 422, description = "`invalid`, with the field", body = Problem),
        (status = 503, description = "`unavailable`", body = Problem),
    )
)]
pub(in crate::api) async fn put_sitting<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let exam = call.exam()?;
    let Call { api, path: [_, sitting], body, .. } = call;
    let id: SittingId = sitting.parse().map_err(|error| Problem::invalid("sitting", error))?;
    let PutSitting { title, group, capacity, venue, starts_at, pool } = json::read(body).await?;
    let spec = SittingSpec { title, group, pool, capacity, venue, starts_at };
    let (sitting, is_new) = api.engine().put_sitting(&exam, &id, spec).await?;
    let now = api.engine().availability(&exam)?.into_iter().find(|now| now.sitting.number == sitting.number);
    let view = now.as_ref().map_or_else(|| SittingView::new(&sitting, capacity, 0, None), SittingView::from);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json::answer(status, &view))
}
