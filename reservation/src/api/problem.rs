//! Problem documents (RFC 9457), and the one table from engine errors to statuses.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full};
use jiff::Timestamp;
use serde::Serialize;

use crate::api::ApiBody;
use crate::engine::{HoldError, NotReady};
use httpkit::limits::TooMany;
use httpkit::quiet::{Quiet, spread_seconds};

/// Answers 503 are one line a second in the log, however many they are.
static UNAVAILABLE: Quiet = Quiet::new();
static NOT_READY: Quiet = Quiet::new();

/// A failure as the caller sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:seathold:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16)]
    pub status: StatusCode,
    /// A stable word for programs.
    #[schema(value_type = String, example = "full")]
    pub code: &'static str,
    /// What happened, in a sentence.
    detail: String,
    /// The field that is wrong, with code `invalid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<Box<str>>,
    /// The sitting that is full, or has begun, or whose group is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    sitting: Option<Box<str>>,
    /// When the next hold on a full sitting lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_release_at: Option<Timestamp>,
    /// When seats are given out, with code `not_open`.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<Timestamp>,
    /// Until when seats are given out, with codes `not_open` and `begun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<Timestamp>,
    /// Which part is not ready: `ledger`, `pool`, `redis` or `sync`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    part: Option<&'static str>,
    #[serde(skip)]
    retry_after_seconds: Option<u32>,
    #[serde(skip)]
    pub(crate) allow: Option<Box<str>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn status_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:seathold:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status,
            code,
            detail: detail.into(),
            field: None,
            sitting: None,
            next_release_at: None,
            opens_at: None,
            closes_at: None,
            part: None,
            retry_after_seconds: None,
            allow: None,
        }
    }

    /// 404: nothing is at this path.
    pub fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Nothing is at this path. See /api/v1/openapi.json.")
    }

    /// 405, with the methods that would do.
    pub fn method_not_allowed(allowed: &str) -> Self {
        let mut problem =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("Allowed here: {allowed}."));
        problem.allow = Some(allowed.into());
        problem
    }

    /// 401: no key, or one that we do not know.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Send a valid key as Authorization: Bearer KEY.")
    }

    /// 403: the key may not do this.
    pub fn forbidden(scope: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("This needs a key with the scope {scope}."))
    }

    /// 401: a key that we know, and that has ended.
    pub fn key_ended() -> Self {
        let detail = "This key was revoked, or its time is over: ask whoever gave it to you for another one.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403: the key is for other exams.
    pub fn other_exam() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This key is for other exams than this.")
    }

    /// The body is no JSON of the wanted shape: 400.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 413: longer than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("A body has at most {limit} bytes here."))
    }

    /// 415: the body is compressed.
    pub fn unsupported_coding() -> Self {
        let detail = "A body is read as it comes: send it without Content-Encoding.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_coding", detail)
    }

    /// 503: it took longer than a request may.
    pub fn overdue() -> Self {
        let detail = "This took too long; what was begun is finished or undone. Ask again with the same values.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        problem.retry_after_seconds = Some(spread_seconds());
        problem
    }

    /// 408: the body did not arrive in time.
    pub fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body did not arrive in time.")
    }

    /// 422: a value that is not allowed.
    pub fn invalid(field: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        let field = field.into();
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("{field}: {reason}"));
        problem.field = Some(field.into());
        problem
    }

    /// The caller asks too often: 429.
    pub fn too_many(too_many: TooMany) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests came from here. Nothing was changed. Ask again after the time in Retry-After.",
        );
        problem.retry_after_seconds = Some(too_many.seconds());
        problem
    }

    /// 404: no such exam.
    pub fn unknown_exam(exam: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown_exam", format!("Exam {exam} does not exist."))
    }

    /// 404: no such hold.
    pub fn unknown_hold(hold: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown_hold", format!("Hold {hold} does not exist."))
    }

    /// The answer to send.
    pub fn into_response(self) -> Response<ApiBody> {
        let body = serde_json::to_vec(&self).expect("a problem has only texts and numbers");
        let mut response = Response::new(Either::Left(Full::new(Bytes::from(body))));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            // RFC 9110, 12.5.3: says which codings would do.
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(allow) = self.allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        response
    }
}

impl From<TooMany> for Problem {
    fn from(too_many: TooMany) -> Self {
        Self::too_many(too_many)
    }
}

impl From<NotReady> for Problem {
    fn from(NotReady { part, why }: NotReady) -> Self {
        NOT_READY.say(|answers| tracing::warn!(part, why, answers, "not ready"));
        // The part alone: what the stores say is for the log.
        let detail = format!("Not ready: {part}. The log says why.");
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        (problem.part, problem.retry_after_seconds) = (Some(part), Some(spread_seconds()));
        problem
    }
}

impl From<HoldError> for Problem {
    fn from(error: HoldError) -> Self {
        let detail = format!("{error}.");
        match error {
            HoldError::UnknownExam(exam) => Self::unknown_exam(exam.as_str()),
            HoldError::UnknownSitting(sitting) => {
                let mut problem = Self::new(StatusCode::NOT_FOUND, "unknown_sitting", detail);
                problem.sitting = Some(sitting.as_str().into());
                problem
            }
            HoldError::UnknownHold(hold) => Self::unknown_hold(&hold.to_string()),
            HoldError::Full { sitting, next_release_at } => {
                let mut problem = Self::new(StatusCode::CONFLICT, "full", detail);
                (problem.sitting, problem.next_release_at) = (Some(sitting.as_str().into()), next_release_at);
                problem
            }
            HoldError::GroupTaken(sitting) => {
                let mut problem = Self::new(StatusCode::CONFLICT, "group_taken", detail);
                problem.sitting = Some(sitting.as_str().into());
                problem
            }
            HoldError::NotOpen { opens_at, closes_at } => {
                let mut problem = Self::new(StatusCode::CONFLICT, "not_open", detail);
                (problem.opens_at, problem.closes_at) = (opens_at, closes_at);
                problem
            }
            HoldError::Begun { sitting, closes_at } => {
                let mut problem = Self::new(StatusCode::CONFLICT, "begun", detail);
                (problem.sitting, problem.closes_at) = (Some(sitting.to_string().into()), Some(closes_at));
                problem
            }
            HoldError::NotAdmitted(_) => Self::new(StatusCode::CONFLICT, "not_admitted", detail),
            HoldError::Expired(_) => Self::new(StatusCode::CONFLICT, "expired", detail),
            HoldError::OtherReference(_) => Self::new(StatusCode::CONFLICT, "other_reference", detail),
            HoldError::Invalid { field, reason } => Self::invalid(field, reason),
            HoldError::Unavailable(cause) => {
                UNAVAILABLE.say(|answers| tracing::warn!(cause, answers, "answering 503"));
                let detail = "The seat store is not ready; nothing was lost. Ask again in a moment.";
                let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
                problem.retry_after_seconds = Some(spread_seconds());
                problem
            }
        }
    }
}
