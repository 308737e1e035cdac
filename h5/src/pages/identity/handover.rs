//! From the computer to the phone: the code to scan, and what the phone sees that scanned it.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::facts::{IdentityState, Proofs};
use registration::model::ids::AccountId;
use registration::people::identity::{HandoverError, HandoverToken, IdentityError};
use serde::Deserialize;

use super::From;
use crate::app::App;
use crate::failure::Failure;
use crate::pages::identity::facts::word;
use crate::pages::identity::refusal::refusal;
use crate::request::cookies::phone_session::{self, PhoneSession};
use crate::request::cookies::{handover_code, session};
use crate::request::identity_visit::IdentityVisit;
use crate::request::sent::once::Mark;
use crate::request::signed_in::SignedInOrPhone;
use crate::request::visit::Visit;
use crate::view::callout::{Tone, callout};
use crate::view::form::error_summary;
use crate::view::layout::{Visitor, heading, page};
use crate::view::waits::{Waits, waits};
use crate::words::account::who;

/// Where the computer's page of a code is led to, and what for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Shown {
    /// Where the check stood when the code was made.
    #[serde(default)]
    was: String,
    /// Somebody says that the phone is done.
    #[serde(default)]
    looked: String,
}

/// What has become of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeState {
    /// It can be scanned.
    Good,
    /// The phone has opened it.
    Scanned,
    /// It is good no more, or there is none.
    Over,
}

impl CodeState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Scanned => "scanned",
            Self::Over => "over",
        }
    }
}

/// Makes a new code and leads to its page. Here it is in the page and in no address; the phone's address is the code, which
/// is good once, and which our log does not have. It leads to the check itself: who one is and the consent were asked for here.
pub(crate) async fn make(
    visit: IdentityVisit,
    Query(from): Query<From>,
    headers: HeaderMap,
    Form(mark): Form<Mark>,
) -> Result<Response, Failure> {
    // A phone that was let in by a code lets no other one in.
    if visit.is_guest_phone {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    let (w, app) = (visit.visit.words, &visit.visit.app);
    let session = session::read(&headers, &app.seal(), visit.visit.now);
    let identity = &app.outside.registration.identity;
    let owner = session.and_then(|session| session.id);
    let account = visit.account.id;
    let next = from.to("/liveness");
    match app.codes.answer(&account.0.to_string(), &mark, identity.hand_over(account, owner, &next)).await {
        Ok((token, expires_at)) => {
            let cookie = handover_code::keep(&token, expires_at, &app.seal());
            let (state, proofs) = identity.proved(visit.account.id).await?;
            let was = word(&state, &proofs);
            Ok((cookie, Redirect::to(&format!("{}&was={was}", from.to("/handover")))).into_response())
        }
        Err(error) => {
            let (status, error) = refusal(w, error)?;
            let body = html! { div class="column narrow" { (error_summary(w, &[error])) (heading(None, &w.t("handover-title"))) } };
            Ok((status, page(&visit.frame(w.t("handover-title")), &body)).into_response())
        }
    }
}

/// The code, as long as it is good; that it was scanned; or that it is over. It can be loaded anew at any time.
pub(crate) async fn show(
    visit: IdentityVisit,
    Query(from): Query<From>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (app, w) = (&visit.visit.app, visit.visit.words);
    let identity = &app.outside.registration.identity;
    let ((state, proofs), code) = code_of(&visit.visit.app, visit.account.id, &headers).await?;
    let state_now = word(&state, &proofs);
    let was_other = !shown.was.is_empty() && shown.was != state_now;
    let is_done = matches!(state, IdentityState::Verified { .. }) && !visit.asks_more(&from.exam, &state, &proofs);
    if is_done || was_other || !identity.has_consented(visit.account.id).await? {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    let until = code.as_ref().ok().map(|(_, until)| *until);
    let picture = match &code {
        Ok((token, _)) => {
            let url = format!("{}/handover/{token}", app.base_url(&headers));
            let picture = pagekit::qr_code::code(&url).ok_or(Failure::Broken)?;
            Some(format!("data:image/png;base64,{}", STANDARD.encode(picture)))
        }
        Err(_) => None,
    };
    let digits = code.as_ref().ok().map(|(token, _)| token.digits()).unwrap_or_default();
    let state_word = format!("{state_now} {}", code.as_ref().map_or_else(|code| *code, |_| CodeState::Good).as_str());
    let view = CodeView {
        from: &from,
        was: &shown.was,
        looked: !shown.looked.is_empty(),
        code: code.map_or_else(|code| code, |_| CodeState::Good),
        picture: picture.as_deref().unwrap_or_default(),
        digits: &digits,
        until: &until.map(|until| when::near(w.language, until, visit.visit.now)).unwrap_or_default(),
        state_word: &state_word,
    };
    Ok(page(&visit.frame(w.t("handover-title")), &code_body(w, &view)).into_response())
}

/// `{"state":"none good"}`: where the check stands, and the code of this browser.
pub(crate) async fn state(SignedInOrPhone(visit): SignedInOrPhone, headers: HeaderMap) -> Result<Response, Failure> {
    let ((state, proofs), code) = code_of(&visit.app, visit.account.id, &headers).await?;
    let code = code.map_or_else(|code| code, |_| CodeState::Good).as_str();
    Ok(([(CONTENT_TYPE, "application/json")], format!("{{\"state\":\"{} {code}\"}}", word(&state, &proofs)))
        .into_response())
}

/// Where the check stands; and the code that can be scanned, or what became of it.
async fn code_of(
    app: &App,
    account: AccountId,
    headers: &HeaderMap,
) -> Result<((IdentityState, Proofs), Result<(HandoverToken, Timestamp), CodeState>), Failure> {
    let identity = &app.outside.registration.identity;
    if let Err(IdentityError::Store(error)) = identity.follow_liveness(account).await {
        return Err(error.into());
    }
    let state = identity.proved(account).await?;
    let Some((token, until)) = handover_code::read(headers, &app.seal()) else {
        return Ok((state, Err(CodeState::Over)));
    };
    let code = match identity.look_at_handover(&token).await {
        Ok(owner) if owner == account => Ok((token, until)),
        Err(HandoverError::Used) => Err(CodeState::Scanned),
        // Another account signed in on this browser, or a newer code was made elsewhere.
        Ok(_) | Err(HandoverError::Unknown | HandoverError::Expired) => Err(CodeState::Over),
        Err(HandoverError::Store(error)) => return Err(error.into()),
    };
    Ok((state, code))
}

/// What the computer's page shows.
pub(crate) struct CodeView<'a> {
    pub(crate) from: &'a From,
    pub(crate) was: &'a str,
    /// Somebody said that the phone is done.
    pub(crate) looked: bool,
    pub(crate) code: CodeState,
    /// The code as a `data:` address; empty where there is none.
    pub(crate) picture: &'a str,
    /// What the phone shows, too, once it has scanned the code.
    pub(crate) digits: &'a str,
    /// Until when it is good.
    pub(crate) until: &'a str,
    /// What [`state`] says now.
    pub(crate) state_word: &'a str,
}

pub(crate) fn code_body(w: Words, view: &CodeView<'_>) -> Markup {
    let CodeView { from, code, .. } = view;
    let looked = format!("{}&was={}&looked=on", from.to("/handover"), query_value(view.was));
    html! {
        div class="column narrow identity handover" {
            (heading(None, &w.t("handover-title")))
            @if *code == CodeState::Good { p class="lead" { (w.t("handover-lead")) } }
            @if *code == CodeState::Over {
                (callout(Tone::Care, &w.t("handover-over-title"), &html! { p { (w.t("handover-over-text")) } }))
            } @else if view.looked {
                (callout(Tone::Care, &w.t("handover-not-yet-title"), &html! { p { (w.t("handover-not-yet-text")) } }))
            } @else if *code == CodeState::Scanned {
                (callout(Tone::Plain, &w.t("handover-scanned-title"), &html! { p { (w.t("handover-scanned-text")) } }))
            }
            @match code {
                CodeState::Good => {
                    img class="code" src=(view.picture) alt=(w.t("handover-alt")) width="280" height="280";
                    p { (w.with("handover-until", &[("time", view.until.into())])) }
                    p { (w.t("handover-digits")) " " strong class="digits" { (view.digits) } }
                }
                CodeState::Over => div class="code over" aria-hidden="true" { span { (w.t("handover-over-mark")) } },
                CodeState::Scanned => {}
            }
            @if *code != CodeState::Over {
                (waits(w, &Waits {
                    ask: "/me/identity/handover/state",
                    was: view.state_word,
                    every_seconds: Some(2),
                    live: Some(&w.t("handover-waiting")),
                }))
                p { a class="button second" href=(looked) { (w.t("handover-done")) } }
            }
            form method="post" action=(from.to("/handover")) data-busy=(w.t("form-busy")) {
                input type="hidden" name="once" value=(Mark::draw());
                button class=(if *code == CodeState::Over { "button" } else { "plain-button" }) type="submit" { (w.t("handover-new")) }
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
        Ok(account) => {
            let owner = app.outside.registration.accounts.account(account).await?.ok_or(Failure::NotFound)?;
            let digits = token.parse::<HandoverToken>().map(|token| token.digits()).unwrap_or_default();
            Ok(answer(&visit, StatusCode::OK, &welcome(visit.words, &token, &who(visit.words, &owner), &digits)))
        }
        Err(error) => refused(&visit, error),
    }
}

/// The phone goes on: the link is used up, and the phone may open the identity page.
pub(crate) async fn take(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    Form(mark): Form<Mark>,
) -> Result<Response, Failure> {
    let registration = &app.outside.registration;
    let token: HandoverToken = match token.parse() {
        Ok(token) => token,
        Err(error) => return refused(&visit, error),
    };
    match registration.identity.look_at_handover(&token).await {
        Ok(account) if visit.account.as_ref().is_some_and(|own| own.id != account) => {
            return Ok(answer(&visit, StatusCode::CONFLICT, &other_account(visit.words)));
        }
        // Perhaps by this very form, whose answer did not arrive.
        Ok(_) | Err(HandoverError::Used) => {}
        Err(error) => return refused(&visit, error),
    }
    match app.let_in.answer(&token.to_string(), &mark, registration.identity.take_over(&token)).await {
        Ok((account, owner, next)) => {
            let found = registration.accounts.account(account).await?.ok_or(Failure::NotFound)?;
            let phone = PhoneSession { account, epoch: found.session_epoch, owner };
            let cookies = phone_session::begin(phone, &app.seal(), visit.now);
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

/// Whose check it is, and the digits by which one sees that it is the computer beside.
pub(crate) fn welcome(w: Words, token: &str, owner: &str, digits: &str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("handover-phone-title")))
            p class="lead" { (w.t("handover-phone-lead")) }
            dl class="rows" {
                div { dt { (w.t("handover-phone-owner")) } dd { (owner) } }
                div { dt { (w.t("handover-phone-digits")) } dd { strong class="digits" { (digits) } } }
            }
            p { (w.t("handover-phone-compare")) }
            form method="post" action={ "/handover/" (token) } data-busy=(w.t("form-busy")) {
                input type="hidden" name="once" value=(Mark::draw());
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
            (callout(Tone::Care, &w.t(why), &html! { p { (w.t("handover-bad-text")) } }))
        }
    }
}

fn other_account(w: Words) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("handover-bad-title")))
            (callout(Tone::Care, &w.t("handover-other"), &html! { p { (w.t("handover-other-text")) } }))
            p { a class="button second" href="/me" { (w.t("nav-me")) } }
        }
    }
}
