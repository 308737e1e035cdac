//! Changing the mobile number: the password, and the code that the new number gets.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::SignedDuration;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::CaptchaRule;
use registration::model::person::Mobile;
use registration::people::accounts::{Act, CODE_WAIT, CodeError};
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::next::{Next, with_said};
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::captcha_token;
use crate::request::visit::Candidate;
use crate::view::account::code_sent::{code_refusal, told};
use crate::view::account::mobile_shared::tick;
use crate::view::account::refusal::refusal;
use crate::view::form::captcha::captcha_field;
use crate::view::form::code_field::{CodeField, code_field};
use crate::view::form::password::own_password;
use crate::view::form::{Field, FieldError, error_summary, field, of};
use crate::view::layout::{heading, page};
use crate::words::person::mobile_fault;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    mobile: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    own: String,
    /// Other accounts may have it.
    #[serde(default)]
    share: String,
    #[serde(flatten)]
    captcha: CaptchaFields,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) next: &'a Next,
    pub(crate) mobile: &'a str,
    pub(crate) proves: bool,
    pub(crate) code: &'a str,
    pub(crate) shares: bool,
    /// How long until the next code, when one was just sent.
    pub(crate) code_wait: Option<SignedDuration>,
    pub(crate) captcha: Option<&'a str>,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) async fn show(candidate: Candidate, Query(next): Query<Next>) -> Markup {
    render(&candidate, &next, &Entered::default(), None, &[])
}

/// A reload of what a code was asked for with.
pub(crate) async fn back(Query(next): Query<Next>) -> Redirect {
    Redirect::to(&path(&next))
}

/// The form's address, with where to go afterwards.
fn path(next: &Next) -> String {
    format!("/me/mobile?{}", next.query())
}

/// Sends the code: what the script's button asks for.
pub(crate) async fn send(candidate: Candidate, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let w = candidate.visit.words;
    let Ok(mobile) = entered.mobile.parse::<Mobile>() else {
        return told(w, Err(CodeError::Number));
    };
    told(w, sent(&candidate, &entered, &mobile).await)
}

pub(crate) async fn set(
    candidate: Candidate,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = candidate.visit.words;
    let accounts = &candidate.visit.app.outside.registration.accounts;
    let proves = accounts.ways().sms;
    let mut errors = Vec::new();
    let mobile: Result<Mobile, _> = entered.mobile.parse();
    errors.extend(mobile.as_ref().err().map(|error| of("mobile", mobile_fault(w, *error))));
    let mobile = mobile.ok();
    errors.extend(entered.own.is_empty().then(|| of("own", w.t("field-password-error"))));
    let has_code = !proves || !entered.code.trim().is_empty();
    let mut code_wait = None;
    if let (Some(mobile), true, false) = (&mobile, errors.is_empty(), has_code) {
        // The way without a script.
        match sent(&candidate, &entered, mobile).await {
            Ok(()) => {
                code_wait = Some(CODE_WAIT);
                errors.push(of("code", w.t("field-code-now")));
            }
            Err(CodeError::TooMany { retry_after }) => {
                code_wait = Some(retry_after);
                errors.push(of("code", w.t("field-code-error")));
            }
            Err(error) => errors.push(code_refusal(w, error)?),
        }
    }
    let (Some(mobile), true) = (mobile, errors.is_empty()) else {
        let page = render(&candidate, &next, &entered, code_wait, &errors);
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page));
    };
    let proof = (&mobile, entered.code.as_str());
    match accounts.change_mobile(candidate.account.id, &entered.own, proof, !entered.share.is_empty()).await {
        Ok(()) => {
            let to = if next.path() == "/" { "/me" } else { next.path() };
            Ok(Redirect::to(&with_said(to, "mobile")).into_response())
        }
        Err(error) => {
            let (status, error) = refusal(w, "own", error)?;
            Ok(answer(status, render(&candidate, &next, &entered, None, &[error])))
        }
    }
}

async fn sent(candidate: &Candidate, entered: &Entered, mobile: &Mobile) -> Result<(), CodeError> {
    let accounts = &candidate.visit.app.outside.registration.accounts;
    let caller = candidate.visit.caller(&entered.captcha, CaptchaRule::Suspicion);
    accounts.send_mobile_code(candidate.account.id, mobile, &caller).await
}

fn render(
    candidate: &Candidate,
    next: &Next,
    entered: &Entered,
    code_wait: Option<SignedDuration>,
    errors: &[FieldError],
) -> Markup {
    let visit = &candidate.visit;
    let proves = visit.app.outside.registration.accounts.ways().sms;
    let captcha = captcha_token(visit, Act::Code, "", CaptchaRule::Suspicion).filter(|_| proves);
    let mut frame = visit.frame(visit.words.t("change-mobile-title"));
    frame.script = Some("account.js");
    let (mobile, code) = (entered.mobile.as_str(), entered.code.as_str());
    let view = View {
        next,
        mobile,
        code,
        shares: !entered.share.is_empty(),
        proves,
        code_wait,
        captcha: captcha.as_deref(),
        errors,
    };
    page(&frame, &body(visit.words, &view))
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let errors = view.errors;
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("change-mobile-title")))
            form method="post" action=(path(view.next)) data-busy=(w.t("form-busy")) novalidate {
                (field(w, &Field {
                    name: "mobile", kind: "tel", label: &w.t("field-new-mobile"), hint: &w.t("field-mobile-hint"),
                    value: view.mobile, autocomplete: "tel", inputmode: "numeric", length_max: 30, ..Field::default()
                }, errors))
                @if view.proves {
                    (code_field(w, &CodeField {
                        sender: "/me/mobile/code", value: view.code, wait: view.code_wait,
                    }, errors))
                    (tick(w, view.shares, errors))
                }
                (own_password(w, "own", errors))
                (captcha_field(w, view.captcha, errors))
                button class="button" type="submit" { (w.t("change-submit")) }
            }
            p class="beside" {
                @if view.next.path() == "/" { a href="/me#security" { (w.t("to-me")) } }
                @else { a href=(view.next.path()) { (w.t("to-form")) } }
            }
        }
    }
}
