//! What scopes and states of keys are called, and why one was not made.

use std::borrow::Cow;

use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::secrets::api_keys::{ApiKeyError, KeyFault, NAME_CHARS_MAX};
use reservation::ledger::api_keys::{KeyId, ListedKey, Scope};

use crate::desk::message::Message;
use crate::request::failure::Failure;

/// What a scope is called.
pub(crate) fn scope(w: Words, one: Scope) -> Cow<'static, str> {
    w.t(match one {
        Scope::Read => key("api-key-scope-read"),
        Scope::Hold => key("api-key-scope-hold"),
        Scope::Confirm => key("api-key-scope-confirm"),
        Scope::Metrics => key("api-key-scope-metrics"),
        Scope::Admin => key("api-key-scope-admin"),
    })
}

/// What a scope lets a key do.
pub(crate) fn scope_hint(w: Words, one: Scope) -> Cow<'static, str> {
    w.t(match one {
        Scope::Read => key("api-key-scope-read-hint"),
        Scope::Hold => key("api-key-scope-hold-hint"),
        Scope::Confirm => key("api-key-scope-confirm-hint"),
        Scope::Metrics => key("api-key-scope-metrics-hint"),
        Scope::Admin => key("api-key-scope-admin-hint"),
    })
}

/// Whether it is good, and until when.
pub(crate) fn state(w: Words, one: &ListedKey, now: Timestamp) -> Markup {
    let ends = one.ends_at().map(|at| when::near(w.language, at, now));
    html! {
        @if one.was_revoked() { (tag(Tone::Plain, &w.t("api-key-revoked"))) }
        @else if !one.is_good(now) { (tag(Tone::Care, &w.t("api-key-ended"))) }
        @else { (tag(Tone::Good, &w.t("api-key-good"))) }
        @if let Some(at) = ends {
            " "
            @if one.is_good(now) { (w.with("api-key-until", &[("time", at.into())])) } @else { (at) }
        }
    }
}

/// Why a key was not made, replaced or ended, as it is said.
pub(crate) fn refusal(w: Words, error: ApiKeyError) -> Result<(StatusCode, Message), Failure> {
    let (status, text) = match error {
        ApiKeyError::Fault(fault) => (StatusCode::UNPROCESSABLE_ENTITY, said_of(w, &fault)),
        ApiKeyError::TooMany => (StatusCode::CONFLICT, w.t("api-key-too-many").into_owned()),
        ApiKeyError::Unknown => (StatusCode::CONFLICT, w.t("api-key-gone").into_owned()),
        ApiKeyError::Replaced(next) => (StatusCode::CONFLICT, replaced(w, next)),
        ApiKeyError::Forbidden(_) => return Err(Failure::Forbidden),
        ApiKeyError::Store(error) => return Err(error.into()),
    };
    Ok((status, Message::new(Tone::Bad, text)))
}

/// Which key was made in the place of another.
pub(crate) fn replaced(w: Words, next: KeyId) -> String {
    w.with("api-key-replaced", &[("number", next.0.to_string().into())]).into_owned()
}

/// A key that may do everything does alone what two people do: it is not made where two are asked for.
pub(crate) fn not_alone(w: Words) -> (StatusCode, Message) {
    (StatusCode::CONFLICT, Message::new(Tone::Bad, w.t("api-key-admin-alone").into_owned()))
}

fn said_of(w: Words, fault: &KeyFault) -> String {
    match fault {
        KeyFault::Name => w.with("api-key-bad-name", &[("max", NAME_CHARS_MAX.into())]),
        KeyFault::Number(_) => w.t("api-key-bad-number"),
        KeyFault::Demo => w.t("api-key-bad-demo"),
        KeyFault::NoScope => w.t("api-key-no-scope"),
        KeyFault::Exams | KeyFault::UnknownExam(_) => w.t("api-key-bad-exams"),
        KeyFault::MetricsOfSome => w.t("api-key-metrics-of-some"),
        KeyFault::End => w.t("api-key-bad-end"),
    }
    .into_owned()
}
