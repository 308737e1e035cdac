//! `GET /api/v1/openapi.json`: this document. No key needed.

use http::{Response, StatusCode};

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::{ApiBody, json};

/// Answers this document.
#[utoipa::path(get, path = "/api/v1/openapi.json", responses((status = 200, description = "OpenAPI 3.1")))]
pub(in crate::api) async fn openapi<B>(call: Call<'_, B>) -> Result<Response<ApiBody>, Problem> {
    Ok(json::text_answer(StatusCode::OK, call.api.inner.document.clone()))
}
