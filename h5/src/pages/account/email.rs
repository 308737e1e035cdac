//! Changing the e-mail address: password and captcha, then the link of a letter to the new one.

use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::CaptchaRule;
use registration::model::login::Email;
use registration::people::accounts::{Act, Changed, EmailChangeError};
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::captcha_token;
use crate::request::visit::Candidate;
use crate::view::account::refusal::refusal;
use crate::view::form::captcha::captcha_field;
use crate::view::form::password::own_password;
use crate::view::form::{Field, FieldError, error_summary, field, of};
use crate::view::icons::Icon;
use crate::view::layout::{heading, page};
use crate::view::outcome;
use crate::words::wait::wait;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    email: String,
    #[serde(default)]
    own: String,
    #[serde(flatten)]
    captcha: CaptchaFields,
}

pub(crate) async fn show(candidate: Candidate) -> Markup {
    render(&candidate, "", &[])
}

pub(crate) async fn set(candidate: Candidate, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let (visit, w) = (&candidate.visit, candidate.visit.words);
    let mut errors = Vec::new();
    let email: Option<Email> = entered.email.parse().ok();
    errors.extend(email.is_none().then(|| of("email", w.t("field-email-error"))));
    errors.extend(entered.own.is_empty().then(|| of("own", w.t("field-password-error"))));
    let (Some(email), true) = (email, errors.is_empty()) else {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(&candidate, &entered.email, &errors)));
    };
    let caller = visit.caller(&entered.captcha, CaptchaRule::Always);
    let accounts = &visit.app.outside.registration.accounts;
    match accounts.change_email(candidate.account.id, &entered.own, &email, &caller).await {
        Ok(Changed::Now) => Ok(Redirect::to("/me?said=email").into_response()),
        Ok(Changed::Letter) => Ok(sent(&candidate, &email).into_response()),
        Err(error) => {
            let (status, error) = refused(w, error)?;
            Ok(answer(status, render(&candidate, &entered.email, &[error])))
        }
    }
}

/// The letter for the address that one has already.
pub(crate) async fn verify(candidate: Candidate) -> Result<Response, Failure> {
    let w = candidate.visit.words;
    match candidate.visit.app.outside.registration.accounts.verify_email_again(&candidate.account).await {
        Ok(()) => Ok(match &candidate.account.email {
            Some(email) => sent(&candidate, email).into_response(),
            None => Redirect::to("/me/email").into_response(),
        }),
        Err(error) => {
            let (status, error) = refused(w, error)?;
            let said = outcome::Outcome {
                icon: Icon::Clock,
                title: w.t("letter-title").into_owned(),
                text: error.text,
                more: Some(w.t("letter-more").into_owned()),
                next: ("/me".to_owned(), w.t("to-me").into_owned()),
            };
            Ok(answer(status, outcome::show(candidate.visit.frame(""), &said)))
        }
    }
}

fn sent(candidate: &Candidate, email: &Email) -> Markup {
    let w = candidate.visit.words;
    let text = w.with("change-email-letter", &[("email", email.masked().into())]).into_owned();
    outcome::show(candidate.visit.frame(""), &outcome::letter(w, text, ("/me", w.t("to-me").into_owned())))
}

fn refused(w: Words, error: EmailChangeError) -> Result<(StatusCode, FieldError), Failure> {
    Ok(match error {
        EmailChangeError::Wait { retry_after } => {
            let text = w.with("letter-wait", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, of("email", text))
        }
        EmailChangeError::Taken => (StatusCode::CONFLICT, of("email", w.t("sign-up-taken-email"))),
        EmailChangeError::Change(error) => return refusal(w, "own", error),
    })
}

fn render(candidate: &Candidate, typed: &str, errors: &[FieldError]) -> Markup {
    let visit = &candidate.visit;
    let captcha = captcha_token(visit, Act::Forgotten, "", CaptchaRule::Always);
    let mut frame = visit.frame(visit.words.t("change-email-title"));
    frame.script = Some("account.js");
    page(&frame, &body(visit.words, typed, captcha.as_deref(), errors))
}

pub(crate) fn body(w: Words, typed: &str, captcha: Option<&str>, errors: &[FieldError]) -> Markup {
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("change-email-title")))
            p class="lead" { (w.t("change-email-lead")) }
            form method="post" action="/me/email" data-busy=(w.t("form-busy")) novalidate {
                (field(w, &Field {
                    name: "email", kind: "email", label: &w.t("field-new-email"), value: typed,
                    autocomplete: "email", inputmode: "email", length_max: 254, ..Field::default()
                }, errors))
                (own_password(w, "own", errors))
                (captcha_field(w, captcha, errors))
                button class="button" type="submit" { (w.t("change-email-submit")) }
            }
            p class="beside" { a href="/me#security" { (w.t("to-me")) } }
        }
    }
}
