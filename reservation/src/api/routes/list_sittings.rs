//! `GET /api/v1/exams/{exam}/sittings`: what is free now. No key needed.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::api::problem::Problem;
use crate::api::routes::exam_of;
use crate::api::wire::SittingView;
use crate::api::{Api, ApiBody, json};
use crate::ids::ExamId;

/// Lists an exam's sittings with their free seats.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/sittings", operation_id = "list_sittings",
    params(("exam" = String, Path, description = "The exam")),
    responses((status = 200, description = "The sittings", body = Vec<SittingView>), (status = 404, description = "`unknown_exam`", body = Problem))
)]
pub(in crate::api) fn list_sittings(api: &Api, exam: &str) -> Result<Response<ApiBody>, Problem> {
    Ok(json::text_answer(StatusCode::OK, availability(api, &exam_of(exam)?)?))
}

/// The exam's availability as JSON, rendered once per change.
pub(super) fn availability(api: &Api, exam: &ExamId) -> Result<Bytes, Problem> {
    // The version first: what is rendered is at least as new as it says.
    let version = api.inner.engine.version(exam);
    if let Some(rendered) = api.inner.rendered.get(exam)
        && rendered.0 == version
    {
        return Ok(rendered.1.clone());
    }
    let now = api.inner.engine.availability(exam)?;
    let views: Vec<_> = now.iter().map(SittingView::from).collect();
    let text = Bytes::from(serde_json::to_vec(&views).expect("a view has only texts, numbers and times"));
    api.inner.rendered.insert(exam.clone(), (version, text.clone()));
    Ok(text)
}
