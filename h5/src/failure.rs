//! What ends a request without a page of its own. A handler returns it; the `failures` layer draws it in the
//! visitor's language, so that no handler needs to know who asked.

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use httpkit::limits::TooMany;
use httpkit::quiet::{Quiet, spread_seconds};
use maud::Markup;
use pagekit::refused_form::FormFault;
use pagekit::words::Words;
use registration::store::StoreError;

/// Seconds after which a busy system is worth another try.
const RETRY_SECONDS: u32 = 5;

/// When somebody who found us busy may come back: not all in one second.
pub(crate) fn again_in_seconds() -> u32 {
    RETRY_SECONDS + spread_seconds()
}

/// A store that is away fails under every page: one line a second says so.
static STORE_FAILED: Quiet = Quiet::new();

/// Refusals first (the visitor can act), faults last (we must).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the form was made by hand")]
    Bad,
    #[error("the line broke under the form")]
    Cut,
    #[error("another site's form")]
    Forbidden,
    #[error("no such page")]
    NotFound,
    #[error("this address takes another method")]
    Method,
    #[error("the body is too large")]
    TooLarge,
    #[error("too many requests")]
    TooMany {
        /// After how many seconds the next one is welcome.
        seconds: u32,
    },
    #[error("we failed")]
    Broken,
    #[error("not ready")]
    Unavailable,
}

impl Failure {
    /// The one table of statuses.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Bad | Self::Cut => StatusCode::BAD_REQUEST,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What is wrong with the form itself; `None`: it was as ours are.
    pub(crate) fn form_fault(self) -> Option<FormFault> {
        match self {
            Self::Bad => Some(FormFault::Malformed),
            Self::Forbidden => Some(FormFault::Forged),
            Self::TooLarge => Some(FormFault::TooLarge),
            Self::Cut | Self::NotFound | Self::Method | Self::TooMany { .. } | Self::Broken | Self::Unavailable => None,
        }
    }

    /// What a bare status of some layer means here; nothing when it is no failure.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::FORBIDDEN => Some(Self::Forbidden),
            StatusCode::NOT_FOUND => Some(Self::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::Method),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::TooLarge),
            StatusCode::TOO_MANY_REQUESTS => Some(Self::TooMany { seconds: RETRY_SECONDS }),
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
        let wait = match self {
            Self::TooMany { seconds } => Some(seconds),
            Self::Unavailable => Some(again_in_seconds()),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<TooMany> for Failure {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany { seconds: too_many.seconds() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        STORE_FAILED.say(|pages| tracing::error!(%error, pages, "a store failed under a page"));
        match error {
            // Both pass by themselves: a database that restarts, a pool that is drained.
            StoreError::Pool(_) | StoreError::Postgres(_) => Self::Unavailable,
            StoreError::Files(_) | StoreError::Vault(_) | StoreError::Corrupt(_) => Self::Broken,
        }
    }
}

/// What a form says that was sent too soon after others.
pub(crate) fn too_often(w: Words, too_many: TooMany) -> String {
    w.with("form-too-many", &[("seconds", too_many.seconds().into())]).into_owned()
}

/// That form again, with what was typed, and when it may be sent.
pub(crate) fn with_wait(too_many: TooMany, form: Markup) -> Response {
    let wait = [(RETRY_AFTER, HeaderValue::from(too_many.seconds()))];
    (StatusCode::TOO_MANY_REQUESTS, wait, form).into_response()
}

/// A page with a status.
pub(crate) fn answer(status: StatusCode, page: Markup) -> Response {
    (status, page).into_response()
}
