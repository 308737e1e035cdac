//! From the computer to the phone: the code to scan, and what the phone sees that scanned it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::identity::{HandoverError, HandoverToken};

use super::From;
use super::parts::refusal;
use crate::app::App;
use crate::failure::Failure;
use crate::identity_visit::IdentityVisit;
use crate::pages::payment_code::code;
use crate::phone_session;
use crate::view::form::error_summary;
use crate::view::layout::{Visitor, heading, page};
use crate::view::notice::{Tone, notice};
use crate::visit::Visit;

/// Draws a new code. It is in the page and in no address, so that no log and no history has it. It leads to the check
/// itself: who one is and the consent were asked for here.
pub(crate) async fn make(
    visit: IdentityVisit,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let w = visit.visit.words;
    let registration = &visit.visit.app.outside.registration;
    let (body, status) = match registration.identity.hand_over(visit.account.id, &from.to("/liveness")).await {
        Ok((token, expires_at)) => {
            let url = format!("{}/handover/{token}", visit.visit.app.base_url(&headers));
            let picture = code(&url).ok_or(Failure::Broken)?;
            let picture = format!("data:image/png;base64,{}", STANDARD.encode(picture));
            (code_body(w, &from, &picture, &when::near(w.language, expires_at, visit.visit.now)), StatusCode::OK)
        }
        Err(error) => {
            let (status, error) = refusal(w, error)?;
            (
                html! { div class="column narrow" { (error_summary(w, &[error])) (heading(None, &w.t("handover-title"))) } },
                status,
            )
        }
    };
    let mut frame = visit.frame(w.t("handover-title"));
    frame.script = Some("upload.js");
    Ok((status, page(&frame, &body)).into_response())
}

pub(crate) fn code_body(w: Words, from: &From, picture: &str, until: &str) -> Markup {
    html! {
        div class="column narrow identity handover" {
            (heading(None, &w.t("handover-title")))
            p class="lead" { (w.t("handover-lead")) }
            img class="code" src=(picture) alt=(w.t("handover-alt")) width="280" height="280";
            p { (w.with("handover-until", &[("time", until.into())])) }
            div data-poll="/me/identity/state" data-then=(from.to("")) {
                p role="status" class="hint" { (w.t("handover-waiting")) }
            }
            p { a class="button second" href=(from.to("")) { (w.t("handover-done")) } }
            form method="post" action=(from.to("/handover")) {
                button class="plain-button" type="submit" { (w.t("handover-new")) }
            }
        }
    }
}

/// The phone opened the link. Only looking: programs that check links do not use it up.
pub(crate) async fn look(State(app): State<App>, visit: Visit, Path(token): Path<String>) -> Result<Response, Failure> {
    let found = match token.parse::<HandoverToken>() {
        Ok(token) => app.outside.registration.identity.look_at_handover(&token).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(account) if visit.account.as_ref().is_some_and(|own| own.id != account) => {
            Ok(answer(&visit, StatusCode::CONFLICT, &other_account(visit.words)))
        }
        Ok(_) => Ok(answer(&visit, StatusCode::OK, &welcome(visit.words, &token))),
        Err(error) => refused(&visit, error),
    }
}

/// The phone goes on: the link is used up, and the phone may open the identity page.
pub(crate) async fn take(State(app): State<App>, visit: Visit, Path(token): Path<String>) -> Result<Response, Failure> {
    let registration = &app.outside.registration;
    let token: HandoverToken = match token.parse() {
        Ok(token) => token,
        Err(error) => return refused(&visit, error),
    };
    match registration.identity.look_at_handover(&token).await {
        Ok(account) if visit.account.as_ref().is_some_and(|own| own.id != account) => {
            return Ok(answer(&visit, StatusCode::CONFLICT, &other_account(visit.words)));
        }
        Ok(_) => {}
        Err(error) => return refused(&visit, error),
    }
    match registration.identity.take_over(&token).await {
        Ok((account, next)) => {
            let found = registration.accounts.account(account).await?.ok_or(Failure::NotFound)?;
            let key = app.outside.cookie_key.clone();
            let cookies = phone_session::begin(key, account, found.session_epoch, app.is_secure(), visit.now);
            Ok((cookies, Redirect::to(&next)).into_response())
        }
        Err(error) => refused(&visit, error),
    }
}

fn refused(visit: &Visit, error: HandoverError) -> Result<Response, Failure> {
    let (status, body) = match error {
        HandoverError::Store(error) => return Err(error.into()),
        HandoverError::Unknown => (StatusCode::NOT_FOUND, bad_link(visit.words, key("handover-unknown"))),
        HandoverError::Used => (StatusCode::GONE, bad_link(visit.words, key("handover-used"))),
        HandoverError::Expired => (StatusCode::GONE, bad_link(visit.words, key("handover-expired"))),
    };
    Ok(answer(visit, status, &body))
}

fn answer(visit: &Visit, status: StatusCode, body: &Markup) -> Response {
    let mut frame = visit.frame(visit.words.t("handover-phone-title"));
    frame.visitor = Visitor::Unknown;
    (status, page(&frame, body)).into_response()
}

pub(crate) fn welcome(w: Words, token: &str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("handover-phone-title")))
            p class="lead" { (w.t("handover-phone-lead")) }
            form method="post" action={ "/handover/" (token) } data-busy=(w.t("form-busy")) {
                button class="button" type="submit" { (w.t("handover-phone-go")) }
            }
            p class="hint" { (w.t("handover-phone-only")) }
        }
    }
}

pub(crate) fn bad_link(w: Words, why: &'static str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("handover-bad-title")))
            (notice(Tone::Care, &w.t(why), &html! { p { (w.t("handover-bad-text")) } }))
        }
    }
}

fn other_account(w: Words) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("handover-bad-title")))
            (notice(Tone::Care, &w.t("handover-other"), &html! { p { (w.t("handover-other-text")) } }))
            p { a class="button second" href="/me" { (w.t("nav-me")) } }
        }
    }
}
