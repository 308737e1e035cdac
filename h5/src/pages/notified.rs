//! `/pay/{channel}/notify`: where channels tell what became of payments. No browser comes here: there is no session, no
//! form, and none of the candidates' limits, but a bound of its own.

use std::sync::LazyLock;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};
use httpkit::quiet::Quiet;
use registration::payments::NotifiedError;
use tokio::sync::Semaphore;

use crate::app::App;

/// Largest notification; real ones have a few kilobytes.
const BYTES_MAX: usize = 64 * 1024;
/// Most that are worked on at a time. Whoever comes beyond it comes again: each may wait for a lock, or for the channel.
const UNDER_WAY_MAX: usize = 32;

static UNDER_WAY: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(UNDER_WAY_MAX));
/// Forgers may be many: one line a second says so, and nothing of what they sent.
static REFUSED: Quiet = Quiet::new();

pub(crate) async fn hear(
    State(app): State<App>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(body) = to_bytes(body, BYTES_MAX).await else { return refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large") };
    // Only now: whoever sends slowly takes nobody's place.
    let Ok(_turn) = UNDER_WAY.try_acquire() else { return refused(StatusCode::SERVICE_UNAVAILABLE, "busy") };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // Boxed: it is large, and held while stores and channels are asked.
    match Box::pin(app.outside.registration.payments.heard(&channel, &header, &body)).await {
        Ok(told) => {
            let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::OK);
            (status, [(CONTENT_TYPE, told.content_type)], told.body).into_response()
        }
        Err(NotifiedError::UnknownChannel) => refused(StatusCode::NOT_FOUND, "unknown_channel"),
        Err(NotifiedError::NotGenuine(_)) => refused(StatusCode::UNAUTHORIZED, "not_genuine"),
        Err(NotifiedError::Unclear) => refused(StatusCode::SERVICE_UNAVAILABLE, "unclear"),
        Err(NotifiedError::Store(error)) => {
            tracing::error!(%error, "a notification could not be written down");
            refused(StatusCode::SERVICE_UNAVAILABLE, "store")
        }
    }
}

/// Nothing is acknowledged: what is true comes again.
fn refused(status: StatusCode, why: &'static str) -> Response {
    metrics::counter!("seathold_notifications_refused_total", "why" => why).increment(1);
    REFUSED.say(|count| tracing::warn!(why, count, "a notification was not taken"));
    status.into_response()
}
