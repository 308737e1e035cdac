//! My sign-ins: where one is signed in, with a button to end each, and one's second factor.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::staff::{Factors, LinkedSubject, Passkey, SessionNumber, StaffSession};
use serde::Deserialize;

use super::frame::answer;
use super::sessions::{Listed, listed};
use crate::app::SecondFactor;
use crate::desk::message::{Message, said};
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Fewer recovery codes than these are told of in amber.
const CODES_FEW: i64 = 3;

const HEADS: [&str; 4] = [key("mine-passkey"), key("mine-added"), key("mine-seen"), key("mine-act")];

/// What was done last, as it stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// Which sign-in is meant; all others without one.
#[derive(Default, Deserialize)]
pub(crate) struct Meant {
    number: Option<i64>,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) sessions: &'a [StaffSession],
    pub(crate) here: SessionNumber,
    /// The second factor; `None` where nobody is asked for one.
    pub(crate) factors: Option<Factors>,
    pub(crate) passkeys: &'a [Passkey],
    /// What people call the identity provider, and who the member is there; `None` where there is none.
    pub(crate) provider: Option<(&'a str, Option<&'a LinkedSubject>)>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let w = visit.words;
    let word = match done.done.as_str() {
        "ended" => Some(key("mine-done-ended")),
        "others" => Some(key("mine-done-others")),
        "removed" => Some(key("mine-done-removed")),
        "kept" => Some(key("mine-done-kept")),
        "linked" => Some(key("mine-done-linked")),
        "unlinked" => Some(key("mine-done-unlinked")),
        "taken" => Some(key("mine-done-taken")),
        "proof" => Some(key("mine-done-proof")),
        _ => None,
    };
    let tone = if ["kept", "taken", "proof"].contains(&done.done.as_str()) { Tone::Care } else { Tone::Good };
    let message = word.map(|word| Message::new(tone, w.t(word)));
    let staff = &visit.app.outside.registration.staff;
    let sessions = staff.sessions(&visit.staff).await?;
    let factors = match visit.app.outside.second_factor {
        SecondFactor::Required => Some(staff.factors(&visit.staff).await?),
        SecondFactor::Off => None,
    };
    let (here, passkeys) = (visit.open.session.number, staff.passkeys(&visit.staff).await?);
    let linked = staff.linked_subject(&visit.staff).await?;
    let provider = staff.provider_name().map(|name| (w.pick(&name.zh, &name.en), linked.as_ref()));
    let view = View {
        sessions: &sessions,
        here,
        factors,
        passkeys: &passkeys,
        provider,
        message: message.as_ref(),
        now: visit.now,
    };
    answer(&visit, StatusCode::OK, w.t("mine-title").into_owned(), &body(w, &view)).await
}

/// Ends one of one's own sign-ins, or all others.
pub(crate) async fn end(visit: Visit, Form(meant): Form<Meant>) -> Result<Response, Failure> {
    let staff = &visit.app.outside.registration.staff;
    let word = match meant.number {
        Some(number) => {
            staff.end_own(&visit.open, SessionNumber(number)).await?;
            "ended"
        }
        None => {
            staff.end_others(&visit.open).await?;
            "others"
        }
    };
    Ok(Redirect::to(&format!("/my/sign-ins?done={word}")).into_response())
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/my/sign-ins")
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let are_others = view.sessions.iter().any(|session| session.is_open && session.number != view.here);
    let label = w.t("mine-title");
    let list = Listed {
        label: &label,
        sessions: view.sessions,
        here: Some(view.here),
        action: "/my/sign-ins/end",
        is_asked: view.factors.is_some(),
        now: view.now,
    };
    html! {
        main class="finance" {
            h1 { (label) }
            p class="hint" { (w.t("mine-lead")) }
            (said(view.message))
            (listed(w, &list))
            @if are_others {
                form method="post" action="/my/sign-ins/end" {
                    button class="button second" type="submit" { (w.t("mine-others")) }
                }
            }
            section {
                h2 { (w.t("mine-factor")) }
                @match view.factors {
                    Some(factors) => (factor(w, factors, view)),
                    None => p class="hint" { (w.t("mine-factor-off")) },
                }
            }
            @if let Some((name, linked)) = view.provider { section { h2 { (name) } (at_provider(w, name, linked)) } }
        }
    }
}

fn factor(w: Words, factors: Factors, view: &View<'_>) -> Markup {
    html! {
        @if !view.passkeys.is_empty() { (passkeys(w, view)) }
        @if factors.has_app { p { (w.t("mine-app")) } }
        p { (w.with("mine-factor-on", &[("count", factors.codes_left.into())])) }
        @if factors.codes_left < CODES_FEW { p class="care" { (w.t("mine-factor-few")) } }
        div class="acts" {
            a class="button second" href="/factor/enrol?next=/my/sign-ins" { (w.t("mine-change")) }
            form method="post" action="/factor/codes" {
                button class="button second" type="submit" { (w.t("mine-codes")) }
            }
        }
    }
}

/// Who one is at the identity provider, and the way to link or unlink it.
fn at_provider(w: Words, name: &str, linked: Option<&LinkedSubject>) -> Markup {
    let Some(linked) = linked else {
        let lead = w.with("mine-provider-none", &[("provider", name.to_owned().into())]);
        return html! {
            p { (lead) }
            p { a class="button second" href="/my/provider/begin" { (w.t("mine-provider-link")) } }
        };
    };
    let shown = if linked.shown.is_empty() { &linked.subject } else { &linked.shown };
    html! {
        p { (w.with("mine-provider-linked", &[("who", shown.clone().into())])) }
        form method="post" action="/my/provider/unlink" {
            button class="button second" type="submit" { (w.t("mine-provider-unlink")) }
        }
    }
}

fn passkeys(w: Words, view: &View<'_>) -> Markup {
    let row = |passkey: &Passkey| {
        let at = |at| html! { time datetime=(when::machine(at)) { (when::near(w.language, at, view.now)) } };
        let device = if passkey.agent.is_empty() { w.t("mine-unknown").into_owned() } else { passkey.agent.clone() };
        vec![
            html! { (device) },
            at(passkey.added_at),
            html! { @match passkey.used_at { Some(used) => (at(used)), None => "–" } },
            html! {
                form method="post" action="/factor/passkey/remove" {
                    input type="hidden" name="number" value=(passkey.number.0);
                    button class="button second" type="submit" aria-label={ (w.t("mine-remove")) " " (device) } {
                        (w.t("mine-remove"))
                    }
                }
            },
        ]
    };
    let rows: Vec<Vec<Markup>> = view.passkeys.iter().map(row).collect();
    table(w, &w.t("mine-passkey"), &HEADS, &rows)
}
