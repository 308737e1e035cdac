//! Signing in by any login name and password.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::LoginKind;
use registration::people::accounts::{Act, SignIn, SignInError};
use serde::Deserialize;

use super::go_on;
use crate::failure::{Failure, answer, too_often, with_wait};
use crate::request::next::Next;
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::site_rules::sign_in_captcha;
use crate::request::signing_in::{captcha_token, probing};
use crate::request::visit::Visit;
use crate::view::callout::{Tone, callout};
use crate::view::form::captcha::{captcha_error, captcha_field};
use crate::view::form::password::PASSWORD_CHARS_MAX;
use crate::view::form::{Field, FieldError, LOGIN_CHARS_MAX, error_summary, field, of, whole};
use crate::view::layout::{heading, page};
use crate::words::wait::wait;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default, alias = "document")]
    login: String,
    #[serde(default)]
    password: String,
    /// A form that waits, sealed.
    #[serde(default)]
    carried: String,
    #[serde(flatten)]
    captcha: CaptchaFields,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) next: &'a Next,
    /// The login of the exam that one comes from.
    pub(crate) kind: Option<LoginKind>,
    pub(crate) login: &'a str,
    pub(crate) captcha: Option<&'a str>,
    pub(crate) carried: &'a str,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) async fn show(visit: Visit, Query(next): Query<Next>) -> Response {
    if visit.account.is_some() {
        return Redirect::to(next.path()).into_response();
    }
    probing(&visit, render(&visit, &next, &Entered::default(), &[]))
}

/// The page around a form that waits until its sender, whose session has ended, is signed in again.
pub(crate) fn around(visit: &Visit, path: &str, carried: &str) -> Markup {
    let entered = Entered { carried: carried.to_owned(), ..Entered::default() };
    render(visit, &Next::after_end(path), &entered, &[])
}

pub(crate) async fn enter(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        let error = whole(too_often(w, too_many));
        return Ok(with_wait(too_many, render(&visit, &next, &entered, &[error])));
    }
    let rules = next.rules(&visit.app);
    let mut errors = missing(w, &entered);
    let status = if errors.is_empty() {
        let accounts = &visit.app.outside.registration.accounts;
        let typed = SignIn { login: &entered.login, password: &entered.password, preferred: rules.login };
        let rule = sign_in_captcha(&visit.app, &next, &entered.login);
        match accounts.sign_in(&typed, &visit.caller(&entered.captcha, rule)).await {
            Ok(signed_in) => return go_on(&visit, &signed_in, &next, &entered.carried).await,
            // The same form sent twice: its captcha is used, and it has signed in.
            Err(SignInError::Captcha(_)) if visit.account.is_some() => {
                return Ok(Redirect::to(next.path()).into_response());
            }
            Err(error) => {
                let (status, error) = refusal(w, &entered.login, error)?;
                errors.push(error);
                status
            }
        }
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(answer(status, render(&visit, &next, &entered, &errors)))
}

fn render(visit: &Visit, next: &Next, entered: &Entered, errors: &[FieldError]) -> Markup {
    let login = entered.login.as_str();
    let kind = next.exam(&visit.app).map(|exam| exam.rules.account.login);
    let captcha = captcha_token(visit, Act::SignIn, login, sign_in_captcha(&visit.app, next, login));
    let mut frame = visit.frame(visit.words.t("sign-in-title"));
    frame.script = captcha.is_some().then_some("account.js");
    // This page has its own place for it.
    frame.ended_after = frame.ended_after.filter(|_| !next.has_ended() && entered.carried.is_empty());
    let view = View { next, kind, login, captcha: captcha.as_deref(), carried: &entered.carried, errors };
    page(&frame, &body(visit.words, &view))
}

fn missing(w: Words, entered: &Entered) -> Vec<FieldError> {
    let mut errors = Vec::new();
    errors.extend(entered.login.trim().is_empty().then(|| of("login", w.t("field-login-error"))));
    errors.extend(entered.password.is_empty().then(|| of("password", w.t("field-password-error"))));
    errors
}

fn refusal(w: Words, login: &str, error: SignInError) -> Result<(StatusCode, FieldError), Failure> {
    Ok(match error {
        SignInError::Captcha(error) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        // Said to everybody who types an address, so that it tells nobody whether there is an account.
        SignInError::Wrong if login.contains('@') => {
            (StatusCode::UNPROCESSABLE_ENTITY, whole(w.t("sign-in-wrong-email")))
        }
        SignInError::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, whole(w.t("sign-in-wrong"))),
        SignInError::TooMany { retry_after } => {
            let text = w.with("sign-in-too-many", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, whole(text))
        }
        SignInError::Busy => (StatusCode::SERVICE_UNAVAILABLE, whole(w.t("sign-in-busy"))),
        SignInError::Store(error) => return Err(error.into()),
    })
}

/// Why somebody is here who was signed in.
fn standing(w: Words, view: &View<'_>) -> Markup {
    html! {
        @if view.next.keeps_no_cookie() {
            div role="alert" {
                (callout(Tone::Bad, &w.t("cookies-title"), &html! {
                    p { (w.t("cookies-text")) }
                    ul { li { (w.t("cookies-iphone")) } li { (w.t("cookies-android")) } li { (w.t("cookies-private")) } }
                }))
            }
        } @else if view.next.has_ended() {
            div role="alert" {
                (callout(Tone::Care, &w.t("signed-out"), &html! {
                    p { (if view.carried.is_empty() { w.t("sign-in-ended") } else { w.t("sign-in-ended-form") }) }
                }))
            }
        }
    }
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let query = view.next.query();
    let (label, hint) = match view.kind {
        Some(LoginKind::Username) => (w.t("field-login-username"), w.t("field-login-hint")),
        Some(LoginKind::Email) => (w.t("field-login-email"), w.t("field-login-hint")),
        Some(LoginKind::Document) => (w.t("field-login-document"), w.t("field-login-hint")),
        None => (w.t("field-login-any"), w.t("field-login-any-hint")),
    };
    html! {
        div class="column narrow" {
            (error_summary(w, view.errors))
            (heading(None, &w.t("sign-in-title")))
            (standing(w, view))
            p class="lead" {
                (if view.next.path().contains("sitting=") { w.t("sign-in-needed") } else { w.t("sign-in-lead") })
            }
            form method="post" action={ "/sign-in?" (query) } data-busy=(w.t("form-busy")) novalidate {
                @if !view.carried.is_empty() { input type="hidden" name="carried" value=(view.carried); }
                (field(w, &Field {
                    name: "login", kind: "text", label: &label, hint: &hint, value: view.login,
                    autocomplete: "username", length_max: LOGIN_CHARS_MAX, ..Field::default()
                }, view.errors))
                (field(w, &Field {
                    name: "password", kind: "password", label: &w.t("field-password"),
                    autocomplete: "current-password", length_max: PASSWORD_CHARS_MAX, ..Field::default()
                }, view.errors))
                (captcha_field(w, view.captcha, view.errors))
                button class="button" type="submit" { (w.t("sign-in-submit")) }
            }
            ul class="ways" {
                @if view.carried.is_empty() {
                    li class="on-desk" {
                        form method="post" action={ "/sign-in/phone?" (query) } {
                            button class="text-button" type="submit" { (w.t("qr-begin")) }
                        }
                    }
                }
                li { (w.t("sign-in-new")) " " a href={ "/sign-up?" (query) } { (w.t("sign-in-new-link")) } }
                li { a href={ "/forgotten?" (query) } { (w.t("sign-in-forgotten")) } }
                li { a href={ "/forgotten/account?" (query) } { (w.t("sign-in-find")) } }
            }
        }
    }
}
