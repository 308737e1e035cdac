//! `POST /api/v1/exams/{exam}/holds`: take seats.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::wire::{HoldsView, PostHold};
use crate::api::{ApiBody, json};
use crate::engine::waiting_room::Admission;
use crate::waiting_room::pass::Pass;

/// Takes a seat in each sitting, all or none; the same again answers the same holds.
#[utoipa::path(
    post, path = "/api/v1/exams/{exam}/holds", request_body = PostHold, security(("key" = ["hold"])),
    params(("exam" = String, Path, description = "The exam")),
    responses(
        (status = 201, description = "Held", body = HoldsView), (status = 200, description = "Held already", body = HoldsView),
        (status = 400, description = "`malformed`", body = Problem), (status = 401, description = "`unauthorized`", body = Problem),
        (status = 404, description = "`unknown_exam`, `unknown_sitting`", body = Problem),
        (status = 409, description = "`full` (with `next_release_at`), `group_taken`, `not_open`, `begun` (the sitting has, or does before a hold would end), `not_admitted` (a waiting room is on)", body = Problem),
        (status = 429, description = "`too_many_requests` of this candidate or key, with Retry-After", body = Problem),
        (status = 413, description = "`too_large`", body = Problem), (status = 422, description = "`invalid`, with the field", body = Problem),
        (status = 503, description = "`unavailable`, with Retry-After", body = Problem),
    )
)]
pub(in crate::api) async fn post_hold<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let exam = call.exam()?;
    let Call { api, names, body, .. } = call;
    let PostHold { candidate, sittings, pass } = json::read(body).await?;
    let candidate = names.inside(candidate)?;
    api.inner.limits.candidate(candidate.as_str())?;
    let pass = pass.map(Pass::sent);
    let taken = api.engine().hold(&exam, &candidate, &sittings, Admission::Pass(pass.as_ref())).await?;
    let status = if taken.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let holds = taken.holds.into_iter().map(|hold| names.view(hold)).collect();
    Ok(json::answer(status, &HoldsView { holds, server_time: taken.server_time }))
}
