//! `GET /metrics`: counters for Prometheus. They tell how a rush goes, so not everybody may read them.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body_util::{Either, Full};

use crate::api::ApiBody;
use crate::api::call::Call;
use crate::api::problem::Problem;

/// Renders what was counted, in Prometheus's text format.
#[utoipa::path(
    get, path = "/metrics", security(("key" = ["metrics"])),
    responses(
        (status = 200, description = "Prometheus text format", content_type = "text/plain", body = String),
        (status = 401, description = "`unauthorized`", body = Problem),
    )
)]
pub(in crate::api) async fn metrics<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    let handle = call.api.inner.metrics.as_ref().ok_or_else(Problem::no_such_path)?;
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(handle.render()))));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
