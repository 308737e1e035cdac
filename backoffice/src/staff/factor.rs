//! The second step: a passkey, a code from the phone, or a recovery code. At the beginning of a sign-in, and again before what must not be
//! done by whoever finds a desk unattended.

use axum::Form;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::desk::staff::{FactorError, OpenSession, PasskeyQuestion, Shown, UsedPasskey};
use serde::Deserialize;

use super::enrol;
use super::parts::{Next, code_field, using, waiting};
use crate::app::{App, SecondFactor};
use crate::desk::frame::{Frame, page};
use crate::pages::go_on::{Waited, go_on};
use crate::request::carried::Carried;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::Arrival;

/// Longest recovery code, hyphens and blanks included.
const RECOVERY_CHARS_MAX: u16 = 40;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    code: String,
    #[serde(default)]
    recovery: String,
    /// What a browser answered when a passkey was used.
    #[serde(default)]
    credential: String,
    #[serde(default)]
    client: String,
    #[serde(default)]
    data: String,
    #[serde(default)]
    signature: String,
    /// A form that waits, sealed.
    #[serde(default)]
    carried: String,
}

/// What the page shows.
#[derive(Default)]
pub(crate) struct View<'a> {
    pub(crate) next: &'a str,
    /// A form that waits, sealed.
    pub(crate) carried: &'a str,
    /// Is somebody asked who has worked already?
    pub(crate) is_again: bool,
    pub(crate) error: Option<&'a str>,
    /// Was it the recovery code that was wrong?
    pub(crate) is_recovery: bool,
    /// Is an app set up that shows codes?
    pub(crate) has_app: bool,
    /// What is asked of a passkey, where there is one.
    pub(crate) question: Option<&'a PasskeyQuestion>,
}

pub(crate) async fn show(arrival: Arrival, Query(next): Query<Next>) -> Result<Response, Failure> {
    if arrival.app.outside.second_factor == SecondFactor::Off {
        return Ok(Redirect::to(next.path()).into_response());
    }
    let view = View { next: next.path(), is_again: !arrival.is_half_in(), ..View::default() };
    draw(&arrival.app, arrival.words, &arrival.open, StatusCode::OK, view).await
}

/// The page around a form that needs a second factor before it counts.
pub(crate) async fn around(arrival: &Arrival, path: &str, carried: &str) -> Result<Response, Failure> {
    let view = View { next: path, carried, is_again: !arrival.is_half_in(), ..View::default() };
    draw(&arrival.app, arrival.words, &arrival.open, StatusCode::UNAUTHORIZED, view).await
}

/// The page behind the right password, with a form that waits for the end of the sign-in.
pub(crate) async fn step_around(
    app: &App,
    w: Words,
    open: &OpenSession,
    (path, carried): (&str, &str),
) -> Result<Response, Failure> {
    draw(app, w, open, StatusCode::OK, View { next: path, carried, ..View::default() }).await
}

pub(crate) async fn enter(
    arrival: Arrival,
    Query(next): Query<Next>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (app, w) = (&arrival.app, arrival.words);
    let is_recovery = !entered.recovery.trim().is_empty();
    let passkey = UsedPasskey {
        credential: &entered.credential,
        client: &entered.client,
        data: &entered.data,
        signature: &entered.signature,
        origin: &arrival.site,
    };
    let is_passkey = !entered.credential.is_empty();
    let shown = match (is_passkey, is_recovery) {
        (true, _) => Shown::Passkey(&passkey),
        (false, true) => Shown::Recovery(&entered.recovery),
        (false, false) => Shown::Code(&entered.code),
    };
    let member = &arrival.open.member;
    let (status, error) =
        match app.outside.registration.staff.show_factor(&arrival.open, shown, &arrival.origin()).await {
            Ok(token) => {
                let cookies = session::begin(app.outside.cookie_key.clone(), member.id, &token, &headers);
                let answer = match Carried::open(app, &entered.carried, member) {
                    Some(carried) => {
                        let waited = if arrival.is_half_in() { Waited::ForSignIn } else { Waited::ForFactor };
                        page(&frame(app, w, &carried.path), &go_on(w, &carried, waited)).into_response()
                    }
                    None => Redirect::to(next.path()).into_response(),
                };
                let known = session::remember(app.outside.cookie_key.clone(), &member.name, &headers);
                return Ok((cookies, known, answer).into_response());
            }
            Err(FactorError::Store(error)) => return Err(error.into()),
            Err(FactorError::NotEnrolled) => {
                return Ok(Redirect::to(&format!("/factor/enrol?next={}", query_value(next.path()))).into_response());
            }
            Err(FactorError::Ended | FactorError::Stale | FactorError::Enrolled | FactorError::Full) => {
                return Ok(Redirect::to(&format!("/sign-in?next={}", query_value(next.path()))).into_response());
            }
            Err(FactorError::Wrong | FactorError::Used) if is_passkey => {
                (StatusCode::UNPROCESSABLE_ENTITY, w.t("passkey-wrong"))
            }
            Err(FactorError::Wrong) if is_recovery => (StatusCode::UNPROCESSABLE_ENTITY, w.t("factor-recovery-wrong")),
            Err(FactorError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("factor-wrong")),
            Err(FactorError::Used) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("factor-used")),
            Err(FactorError::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, w.t("factor-too-many")),
        };
    let view = View {
        next: next.path(),
        carried: &entered.carried,
        is_again: !arrival.is_half_in(),
        error: Some(&error),
        is_recovery,
        ..View::default()
    };
    draw(app, w, &arrival.open, status, view).await
}

fn frame<'a>(app: &'a App, w: Words, next: &'a str) -> Frame<'a> {
    Frame::bare(w, &app.assets, w.t("factor-title").into_owned(), next, app.outside.demo)
}

/// The page, with what this member has; to where it is set up, when that is nothing.
async fn draw(
    app: &App,
    w: Words,
    open: &OpenSession,
    status: StatusCode,
    view: View<'_>,
) -> Result<Response, Failure> {
    let staff = &app.outside.registration.staff;
    let factors = staff.factors(&open.member).await?;
    if !factors.is_set_up() && !view.carried.is_empty() {
        return enrol::around((app, w, open), status, (view.next, view.carried)).await;
    }
    if !factors.is_set_up() {
        return Ok(Redirect::to(&format!("/factor/enrol?next={}", query_value(view.next))).into_response());
    }
    let question = if factors.passkeys > 0 { Some(staff.passkey_question(open).await?) } else { None };
    let view = View { has_app: factors.has_app, question: question.as_ref(), ..view };
    Ok((status, page(&frame(app, w, view.next), &body(w, &view))).into_response())
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let action = format!("/factor?next={}", query_value(view.next));
    let waiting = waiting(view.carried);
    let error = html! {
        @if let Some(error) = view.error {
            p class="error" role="alert" id="error" { (icon(Icon::Cross)) span { (error) } }
        }
    };
    html! {
        main class="alone" {
            h1 { (w.t("factor-title")) }
            p class="hint" { (if view.is_again { w.t("factor-again") } else { w.t("factor-lead") }) }
            @if !view.is_recovery { (error) }
            @if let Some(question) = view.question { (using(w, question, view.next, &waiting)) }
            @if view.has_app {
                form method="post" action=(action) {
                    (waiting)
                    (code_field(w, view.question.is_none() && !view.is_recovery))
                    button class=(if view.question.is_some() { "button second" } else { "button" }) type="submit" {
                        (w.t("factor-submit"))
                    }
                }
            }
            details class="lost" open[view.is_recovery] {
                summary { (w.t("factor-lost")) }
                @if view.is_recovery { (error) }
                form method="post" action=(action) {
                    (waiting)
                    div class="field" {
                        label for="recovery" { (w.t("factor-recovery")) }
                        div class="input" {
                            input id="recovery" name="recovery" required autocomplete="off" autocapitalize="characters"
                                spellcheck="false" maxlength=(RECOVERY_CHARS_MAX);
                        }
                    }
                    button class="button second" type="submit" { (w.t("factor-recovery-submit")) }
                }
                p class="hint" { (w.t("factor-lost-how")) }
            }
            form method="post" action="/sign-out" {
                button class="plain" type="submit" { (w.t("factor-other")) }
            }
        }
    }
}
