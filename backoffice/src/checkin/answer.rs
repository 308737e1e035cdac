//! How programs are answered: as JSON, never with a page and never with a redirect, so that no queue of a device takes a
//! sign-in page for an answer.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use pagekit::language::Language;
use pagekit::words::{Words, key};
use registration::checkin::CheckInError;
use registration::model::room::checkin::Entrance;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::address::Address;
use crate::app::App;
use crate::request::catalogue::words;
use crate::request::failure::Failure;
use crate::request::visit::{Needs, Visit};

/// The type of every answer.
const JSON: &str = "application/json; charset=utf-8";

/// A program of somebody who is signed in asks about a door.
pub(crate) struct Caller {
    pub(crate) visit: Visit,
    pub(crate) entrance: Entrance,
}

/// Why a program was told or did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The sign-in has ended, or was ended.
    SignedOut,
    NotYours,
    NotFound,
    /// The sitting is over: the device forgets everything.
    Over,
    Malformed,
    TooLarge,
    /// In whole seconds, when the next request is taken.
    TooOften(u32),
    /// The photo cannot be used.
    Picture,
    /// The id is another one's.
    Taken,
    Unavailable,
    Broken,
}

impl Why {
    /// The one table of statuses and words.
    fn said(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed-out", key("door-signed-out")),
            Self::NotYours => (StatusCode::FORBIDDEN, "not-yours", key("door-not-yours")),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", key("door-not-found")),
            Self::Over => (StatusCode::GONE, "over", key("door-over")),
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", key("door-malformed")),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", key("door-too-large")),
            Self::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, "too-often", key("door-too-often")),
            Self::Picture => (StatusCode::UNPROCESSABLE_ENTITY, "picture", key("door-picture")),
            Self::Taken => (StatusCode::CONFLICT, "taken", key("door-taken")),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", key("door-unavailable")),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "broken", key("door-broken")),
        }
    }
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Bad => Self::Malformed,
            Failure::Forbidden | Failure::Forged | Failure::NotFresh => Self::NotYours,
            Failure::NotFound => Self::NotFound,
            Failure::TooLarge => Self::TooLarge,
            Failure::Broken => Self::Broken,
            Failure::Unavailable => Self::Unavailable,
        }
    }
}

impl From<CheckInError> for Why {
    fn from(error: CheckInError) -> Self {
        match error {
            CheckInError::Forbidden(_) => Self::NotYours,
            CheckInError::Unknown | CheckInError::NoInvigilator => Self::NotFound,
            CheckInError::Over => Self::Over,
            CheckInError::TooMany => Self::TooLarge,
            CheckInError::Picture(_) => Self::Picture,
            CheckInError::Taken => Self::Taken,
            CheckInError::Busy => Self::Unavailable,
            CheckInError::SamePerson | CheckInError::Signed | CheckInError::NotLooked | CheckInError::Note => {
                Self::Malformed
            }
            CheckInError::Store(error) => Failure::from(error).into(),
        }
    }
}

/// A refusal with its words: `{"error": word, "message": sentence}`.
pub(crate) struct Refused {
    words: Words,
    why: Why,
}

impl Refused {
    /// In the language of whoever asks.
    pub(crate) fn new(words: Words, why: impl Into<Why>) -> Self {
        Self { words, why: why.into() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, word, sentence) = self.why.said();
        let body = json!({ "error": word, "message": self.words.t(sentence) });
        let mut response = (status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response();
        if let Why::TooOften(seconds) = self.why {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What was asked for.
pub(crate) fn json<T: Serialize>(caller: &Caller, value: &T) -> Result<Response, Refused> {
    let body = serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Refused::new(caller.visit.words, Why::Broken)
    })?;
    Ok(([(CONTENT_TYPE, JSON)], body).into_response())
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let words = words(Language::of(&parts.headers));
        let refused = |why| Refused::new(words, why);
        let visit = match Visit::from_request_parts(parts, app).await {
            Ok(visit) => visit,
            Err(response) if response.extensions().get::<Needs>().is_some() => return Err(refused(Why::SignedOut)),
            Err(response) => {
                let failure = response.extensions().get::<Failure>().copied();
                return Err(refused(failure.unwrap_or(Failure::Broken).into()));
            }
        };
        app.doors.staff(visit.staff.id.0.as_bytes()).map_err(|too_many| refused(Why::TooOften(too_many.seconds())))?;
        let Address(entrance) =
            Address::from_request_parts(parts, app).await.map_err(|failure| refused(failure.into()))?;
        Ok(Self { visit, entrance })
    }
}

/// A request that brings JSON: who asks, and what they bring.
pub(crate) struct Brought<T>(pub(crate) Caller, pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Brought<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        let refused = |why| Refused::new(caller.visit.words, why);
        if !is_json(&parts.headers) {
            return Err(refused(Why::Malformed));
        }
        let bytes = Bytes::from_request(Request::from_parts(parts, body), app).await;
        let bytes = bytes.map_err(|error| match error.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => refused(Why::TooLarge),
            _ => refused(Why::Malformed),
        })?;
        let brought = serde_json::from_slice(&bytes).map_err(|_| refused(Why::Malformed))?;
        Ok(Self(caller, brought))
    }
}

/// Does the request say that it brings JSON? No form of another site's page can.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}
