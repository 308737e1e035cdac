//! `GET /api/v1/exams/{exam}/sittings`: what is free now. No key needed.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http_body_util::{Either, Full};

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::wire::SittingView;
use crate::api::{Api, ApiBody};
use crate::engine::HoldError;
use crate::ids::ExamId;
use httpkit::rendered::Rendered;

/// Lists an exam's sittings with their free seats.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/sittings",
    params(("exam" = String, Path, description = "The exam")),
    responses(
        (status = 200, description = "The sittings; gzip or br when accepted", body = Vec<SittingView>),
        (status = 304, description = "`If-None-Match` names what it would be"),
        (status = 404, description = "`unknown_exam`", body = Problem),
        (status = 429, description = "`too_many_requests` from this address", body = Problem),
    )
)]
pub(in crate::api) async fn list_sittings<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let exam = call.exam()?;
    let Call { api, asked, .. } = call;
    api.engine().look_for(&exam, &[]).await?;
    let now = availability(api, &exam).await?;
    Ok(now.answer(&asked.headers).map(|body| Either::Left(Full::new(body))))
}

/// The exam's availability as JSON, rendered once per change.
pub(in crate::api) async fn availability(api: &Api, exam: &ExamId) -> Result<Arc<Rendered>, HoldError> {
    let engine = api.engine();
    // Only exams that there are get a place among what was rendered.
    engine.exam(exam).ok_or_else(|| HoldError::UnknownExam(exam.clone()))?;
    let render = || {
        let now = engine.availability(exam)?;
        let views: Vec<_> = now.iter().map(SittingView::from).collect();
        let text = serde_json::to_vec(&views).expect("a view has only texts, numbers and times");
        Ok(Rendered::new("application/json", "Accept-Encoding", Bytes::from(text)))
    };
    api.inner.rendered.get(exam, || engine.version(exam), render).await
}
