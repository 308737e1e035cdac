//! Static files.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::App;

pub(crate) async fn serve(
    State(app): State<App>,
    Path((hash, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    app.assets.serve(&hash, &file, &headers)
}
