//! `GET /api/v1/exams/{exam}/events`: availability whenever it changes, as server-sent events.

use http::{HeaderValue, Method, Response, header};
use http_body_util::{Either, Full};

use crate::api::ApiBody;
use crate::api::call::Call;
use crate::api::problem::Problem;

/// Streams an exam's availability: at once, and after each change.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/events",
    params(("exam" = String, Path, description = "The exam")),
    responses(
        (status = 200, description = "Each message's data is the list of GET sittings", content_type = "text/event-stream", body = String),
        (status = 404, description = "`unknown_exam`", body = Problem),
        (status = 429, description = "`too_many_requests` from this address", body = Problem),
        (status = 503, description = "`unavailable`: as many streams are open as may be", body = Problem),
    )
)]
pub(in crate::api) async fn sitting_events<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let exam = call.exam()?;
    let Call { api, asked, .. } = call;
    api.engine().look_for(&exam, &[]).await?;
    // Whoever asks for the head alone takes no place among the streams.
    let body = match asked.method == Method::HEAD {
        true => api.engine().watch(&exam).map(|_| Either::Left(Full::default()))?,
        false => Either::Right(api.inner.streams.open(api, &exam)?),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would collect messages before it passes them on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
