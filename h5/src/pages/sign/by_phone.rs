//! Signing in on a computer by a phone that is signed in: the code and its number here, the question on the phone.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::people::accounts::{QrError, QrState, QrToken};
use serde::Deserialize;

use crate::failure::Failure;
use crate::request::cookies::qr_code;
use crate::request::next::Next;
use crate::request::signing_in;
use crate::request::visit::{Candidate, Visit};
use crate::view::callout::{Tone, callout};
use crate::view::facts::person_name;
use crate::view::layout::{heading, page};
use crate::view::waits::{Waits, waits};

/// Which number stands on the computer, as the phone's owner says; none of them, where it says something else.
#[derive(Default, Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    number: String,
}

/// Makes a code for this browser, and leads to its page.
pub(crate) async fn begin(visit: Visit, Query(next): Query<Next>) -> Result<Response, Failure> {
    let code = match visit.app.outside.registration.accounts.begin_qr(visit.address).await {
        Ok(code) => code,
        Err(error) => return refused(&visit, error),
    };
    let to = format!("/sign-in/phone?{}", next.query());
    Ok((qr_code::keep(&code, &visit.app.seal()), Redirect::to(&to)).into_response())
}

/// The code, as long as it can be scanned; that it is over; or, once the phone has confirmed it, on to where one was.
pub(crate) async fn show(visit: Visit, Query(next): Query<Next>, headers: HeaderMap) -> Result<Response, Failure> {
    if visit.account.is_some() {
        return Ok(Redirect::to(next.path()).into_response());
    }
    let (w, accounts) = (visit.words, &visit.app.outside.registration.accounts);
    let mut frame = visit.frame(w.t("qr-title"));
    let body = match qr_code::read(&headers, &visit.app.seal()) {
        Some(code) => match accounts.qr_state(&code.browser).await? {
            QrState::Confirmed => {
                if let Some(account) = accounts.take_qr(&code.browser).await? {
                    // Who confirmed it may have been shown the code of somebody else's computer: they hear of it.
                    return signing_in::enter_and_tell(&visit, &account, next.path()).await;
                }
                over_body(w, &next.query())
            }
            QrState::Waiting { number, until } => {
                let url = format!("{}/scan/{}", visit.app.base_url(&headers), code.token);
                let picture = pagekit::qr_code::code(&url).ok_or(Failure::Broken)?;
                let picture = format!("data:image/png;base64,{}", STANDARD.encode(picture));
                frame.reload_seconds = Some(5);
                code_body(w, &next.query(), &picture, number, &when::near(w.language, until, visit.now))
            }
            QrState::Over => over_body(w, &next.query()),
        },
        None => over_body(w, &next.query()),
    };
    Ok(page(&frame, &body).into_response())
}

/// `{"state":"waiting"}`: how the code of this browser stands.
pub(crate) async fn state(visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    let accounts = &visit.app.outside.registration.accounts;
    let state = match qr_code::read(&headers, &visit.app.seal()) {
        Some(code) => accounts.qr_state(&code.browser).await?,
        None => QrState::Over,
    };
    let word = match state {
        QrState::Waiting { .. } => "waiting",
        QrState::Confirmed => "confirmed",
        QrState::Over => "over",
    };
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{word}\"}}")).into_response())
}

pub(crate) fn code_body(w: Words, query: &str, picture: &str, number: u8, until: &str) -> Markup {
    html! {
        div class="column narrow handover" {
            (heading(None, &w.t("qr-title")))
            p class="lead" { (w.t("qr-lead")) }
            img class="code" src=(picture) alt=(w.t("qr-alt")) width="280" height="280";
            p { (w.t("qr-number")) " " strong class="qr-number" { (number) } }
            p class="hint" { (w.with("handover-until", &[("time", until.into())])) }
            (waits(w, &Waits { ask: "/sign-in/phone/state", was: "waiting", every_seconds: Some(2), live: Some(&w.t("qr-waiting")) }))
            p { a href={ "/sign-in?" (query) } { (w.t("qr-password")) } }
        }
    }
}

pub(crate) fn over_body(w: Words, query: &str) -> Markup {
    html! {
        div class="column narrow handover" {
            (heading(None, &w.t("qr-title")))
            (callout(Tone::Care, &w.t("qr-over"), &html! { p { (w.t("qr-over-text")) } }))
            form method="post" action={ "/sign-in/phone?" (query) } data-busy=(w.t("form-busy")) {
                button class="button" type="submit" { (w.t("handover-new")) }
            }
            p { a href={ "/sign-in?" (query) } { (w.t("qr-password")) } }
        }
    }
}

/// The phone opened the link: which number stands on the computer?
pub(crate) async fn look(candidate: Candidate, Path(token): Path<String>) -> Result<Response, Failure> {
    let Candidate { visit, account } = candidate;
    let found = match token.parse::<QrToken>() {
        Ok(token) => visit.app.outside.registration.accounts.look_at_qr(&token).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(numbers) => {
            let name = account.name.as_ref().map(|name| person_name(name.expose()));
            let body = ask_body(visit.words, &token, numbers, name.as_ref());
            Ok(page(&visit.frame(visit.words.t("qr-phone-title")), &body).into_response())
        }
        Err(error) => refused(&visit, error),
    }
}

/// The phone says which number stands there.
pub(crate) async fn decide(
    candidate: Candidate,
    Path(token): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, Failure> {
    let Candidate { visit, account } = candidate;
    let accounts = &visit.app.outside.registration.accounts;
    let done = match token.parse::<QrToken>() {
        Ok(token) => accounts.confirm_qr(&token, said.number.parse().ok(), &account).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            let body = end_body(visit.words, Tone::Good, key("qr-done"), key("qr-done-text"));
            Ok(page(&visit.frame(visit.words.t("qr-phone-title")), &body).into_response())
        }
        Err(error) => refused(&visit, error),
    }
}

fn refused(visit: &Visit, error: QrError) -> Result<Response, Failure> {
    let (status, title, text) = match error {
        QrError::Over => (StatusCode::GONE, key("qr-over"), key("qr-phone-over-text")),
        QrError::OtherNumber => (StatusCode::CONFLICT, key("qr-refused"), key("qr-refused-text")),
        QrError::TooMany { retry_after } => {
            let seconds = u32::try_from(retry_after.as_secs() + 1).unwrap_or(u32::MAX);
            return Err(Failure::TooMany { seconds });
        }
        QrError::Store(error) => return Err(error.into()),
    };
    let body = end_body(visit.words, Tone::Care, title, text);
    Ok((status, page(&visit.frame(visit.words.t("qr-phone-title")), &body)).into_response())
}

pub(crate) fn ask_body(w: Words, token: &str, numbers: [u8; 3], name: Option<&Markup>) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("qr-phone-title")))
            p class="lead" { (w.t("qr-phone-lead")) }
            @if let Some(name) = name { p { (w.t("qr-phone-account")) " " (name) } }
            form method="post" action={ "/scan/" (token) } data-busy=(w.t("form-busy")) class="actions" {
                @for number in numbers {
                    button class="button second qr-number" type="submit" name="number" value=(number) { (number) }
                }
                button class="text-button" type="submit" name="number" value="none" { (w.t("qr-phone-none")) }
            }
            p class="hint" { (w.t("qr-phone-warning")) }
        }
    }
}

pub(crate) fn end_body(w: Words, tone: Tone, title: &'static str, text: &'static str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("qr-phone-title")))
            (callout(tone, &w.t(title), &html! { p { (w.t(text)) } }))
            p { a class="button second" href="/me" { (w.t("nav-me")) } }
        }
    }
}
