//! What events, states and answers of webhooks are called.

use std::borrow::Cow;

use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::words::{Words, key};
use registration::webhooks::{
    Attempt, DESCRIPTION_CHARS_MAX, Delivery, DisabledWhy, ENDPOINTS_MAX, Endpoint, EndpointFault, EventKind, TEST,
    TargetFault, WebhookError,
};

use super::failure;
use crate::desk::message::Message;
use crate::request::failure::Failure;

/// The key of what a kind of event is called.
pub(crate) fn kind(one: EventKind) -> &'static str {
    match one {
        EventKind::OrderConfirmed => key("webhook-kind-order-confirmed"),
        EventKind::OrderEnded => key("webhook-kind-order-ended"),
        EventKind::PaymentReceived => key("webhook-kind-payment-received"),
        EventKind::RefundDone => key("webhook-kind-refund-done"),
        EventKind::ApplicationHandedIn => key("webhook-kind-application-handed-in"),
        EventKind::ApplicationDecided => key("webhook-kind-application-decided"),
        EventKind::SeatingPublished => key("webhook-kind-seating-published"),
        EventKind::TicketIssued => key("webhook-kind-ticket-issued"),
        EventKind::TicketVoided => key("webhook-kind-ticket-voided"),
    }
}

/// Kinds as a list.
pub(crate) fn kinds(w: Words, all: &[EventKind]) -> Markup {
    let names: Vec<_> = all.iter().map(|one| w.t(kind(*one))).collect();
    html! { (names.join(&w.t("api-key-and"))) }
}

/// What was told, by the word that receivers know; a later version's word shows as it is.
pub(crate) fn told(w: Words, word: &str) -> Cow<'_, str> {
    match word.parse() {
        Ok(known) => w.t(kind(known)),
        Err(_) if word == TEST => w.t("webhook-kind-test"),
        Err(_) => word.into(),
    }
}

/// Was it ended by something else than staff?
pub(crate) fn was_ended(one: &Endpoint) -> bool {
    matches!(one.disabled, Some((_, DisabledWhy::Gone | DisabledWhy::Failing | DisabledWhy::Overflow)))
}

/// Whether an endpoint is told anything, and why not.
pub(crate) fn state(w: Words, one: &Endpoint) -> Markup {
    match one.disabled {
        None if one.failing_since.is_some() => tag(Tone::Care, &w.t("webhook-failing")),
        None => tag(Tone::Good, &w.t("webhook-told")),
        Some((_, DisabledWhy::Staff)) => tag(Tone::Plain, &w.t("webhook-stopped")),
        Some((_, why)) => html! { (tag(Tone::Bad, &w.t("webhook-stopped"))) " " (w.t(ended(why))) },
    }
}

fn ended(why: DisabledWhy) -> &'static str {
    match why {
        DisabledWhy::Staff => key("webhook-stopped"),
        DisabledWhy::Gone => key("webhook-ended-gone"),
        DisabledWhy::Failing => key("webhook-ended-failing"),
        DisabledWhy::Overflow => key("webhook-ended-overflow"),
    }
}

/// Where a delivery stands.
pub(crate) fn standing(w: Words, one: &Delivery) -> Markup {
    match one.done {
        Some((_, true)) => tag(Tone::Good, &w.t("webhook-sent")),
        Some((_, false)) => tag(Tone::Bad, &w.t("webhook-given-up")),
        None if one.tries == 0 => tag(Tone::Plain, &w.t("webhook-waits")),
        None => tag(Tone::Care, &w.t("webhook-again")),
    }
}

/// How a try ended.
pub(crate) fn outcome(w: Words, attempt: &Attempt) -> String {
    match &attempt.ended {
        Ok(status) => format!("HTTP {status}"),
        Err(word) => w
            .t(match word.as_str() {
                "timeout" => key("webhook-no-answer"),
                "unreachable" => key("webhook-unreachable"),
                "not_public" | "target" => key("webhook-inside"),
                "too_large" => key("webhook-too-large"),
                _ => key("webhook-broken"),
            })
            .into_owned(),
    }
}

/// Why something was not done with an endpoint, as it is said.
pub(crate) fn refusal(w: Words, error: WebhookError) -> Result<(StatusCode, Message), Failure> {
    let text = match &error {
        WebhookError::Fault(fault) => fault_said(w, fault),
        WebhookError::TooMany => w.with("webhook-too-many", &[("max", ENDPOINTS_MAX.into())]).into_owned(),
        WebhookError::Off => w.t("webhook-off").into_owned(),
        WebhookError::Forbidden(_) | WebhookError::Unknown | WebhookError::Store(_) => return Err(failure(error)),
    };
    let is_fault = matches!(error, WebhookError::Fault(_));
    let status = if is_fault { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT };
    Ok((status, Message::new(Tone::Bad, text)))
}

fn fault_said(w: Words, fault: &EndpointFault) -> String {
    match fault {
        EndpointFault::Url(TargetFault::Text) => w.t("webhook-bad-url"),
        EndpointFault::Url(TargetFault::Scheme) => w.t("webhook-bad-scheme"),
        EndpointFault::Url(TargetFault::User) => w.t("webhook-bad-user"),
        EndpointFault::Url(TargetFault::Inside) => w.t("webhook-inside"),
        EndpointFault::Url(TargetFault::Port) => w.t("webhook-bad-port"),
        EndpointFault::Description => w.with("webhook-bad-description", &[("max", DESCRIPTION_CHARS_MAX.into())]),
        EndpointFault::NoKind => w.t("webhook-no-kind"),
        EndpointFault::Exams => w.t("api-key-bad-exams"),
    }
    .into_owned()
}
