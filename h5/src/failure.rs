//! What ends a request without a page of its own. A handler returns it; the `failures` layer draws it in the
//! visitor's language, so that no handler needs to know who asked.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use registration::store::StoreError;

/// Seconds after which a busy system is worth another try.
const RETRY_SECONDS: u64 = 5;

/// Refusals first (the visitor can act), faults last (we must).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the form was cut off or made by hand")]
    Bad,
    #[error("another site's form")]
    Forbidden,
    #[error("no such page")]
    NotFound,
    #[error("this address takes another method")]
    Method,
    #[error("the body is too large")]
    TooLarge,
    #[error("too many requests")]
    TooMany,
    #[error("we failed")]
    Broken,
    #[error("not ready")]
    Unavailable,
}

impl Failure {
    /// The one table of statuses.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Bad => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What a bare status of some layer means here; nothing when it is no failure.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::FORBIDDEN => Some(Self::Forbidden),
            StatusCode::NOT_FOUND => Some(Self::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::Method),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::TooLarge),
            StatusCode::TOO_MANY_REQUESTS => Some(Self::TooMany),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => {
                Some(Self::Unavailable)
            }
            status if status.is_client_error() => Some(Self::Bad),
            status if status.is_server_error() => Some(Self::Broken),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if matches!(self, Self::Unavailable | Self::TooMany) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a store failed under a page");
        match error {
            // Both pass by themselves: a database that restarts, a pool that is drained.
            StoreError::Pool(_) | StoreError::Postgres(_) => Self::Unavailable,
            StoreError::Files(_) | StoreError::Vault(_) | StoreError::Corrupt(_) => Self::Broken,
        }
    }
}
