//! `GET /healthz` and `GET /readyz`: is the process alive, and can it give out seats?

use http::{Response, StatusCode};

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::{ApiBody, json};

/// Answers as long as the process runs.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "The process runs")))]
pub(in crate::api) async fn health<B>(_: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    Ok(json::answer(StatusCode::OK, &serde_json::json!({"status": "ok"})))
}

/// Answers 200 while both stores are there and every pool is open.
#[utoipa::path(
    get, path = "/readyz",
    responses((status = 200, description = "Ready"), (status = 503, description = "`unavailable`", body = Problem))
)]
pub(in crate::api) async fn ready<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    call.api.engine().is_ready().await?;
    Ok(json::answer(StatusCode::OK, &serde_json::json!({"status": "ready"})))
}
