//! Changing the password. All other devices are signed out, this one stays.

use axum::Form;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::accounts::ChangeError;
use registration::exam_rules::PasswordRules;
use registration::passwords::Password;
use serde::Deserialize;

use crate::failure::Failure;
use crate::pages::forgotten::reset::{new_password_fields, wrong_password};
use crate::request::signing_in::{PASSWORD_CHARS_MAX, answer, captcha_error, of, wait, whole};
use crate::request::site_rules::password_rules_of;
use crate::request::visit::Candidate;
use crate::view::account::mobile_shared;
use crate::view::form::{Field, FieldError, error_summary, field};
use crate::view::layout::{heading, page};

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

pub(crate) async fn show(candidate: Candidate) -> Result<Markup, Failure> {
    let rules = password_rules_of(&candidate.visit, &candidate.account).await?;
    Ok(render(&candidate, rules, &[]))
}

pub(crate) async fn set(candidate: Candidate, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let (visit, w) = (&candidate.visit, candidate.visit.words);
    let rules = password_rules_of(visit, &candidate.account).await?;
    let mut errors = wrong_password(w, rules, &entered.password, &entered.again);
    if entered.old.is_empty() {
        errors.insert(0, of("old", w.t("field-password-error")));
    }
    let (Ok(password), true) = (Password::of_candidate(&entered.password, &rules), errors.is_empty()) else {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(&candidate, rules, &errors)));
    };
    let accounts = &visit.app.outside.registration.accounts;
    match accounts.change_password(candidate.account.id, &entered.old, &password).await {
        Ok(account) => Ok(crate::request::signing_in::enter(visit, &account, "/me?said=password")),
        Err(error) => {
            let (status, error) = refusal(w, "old", error)?;
            Ok(answer(status, render(&candidate, rules, &[error])))
        }
    }
}

/// What keeps an account as it was; `field` is where its password is typed.
pub(crate) fn refusal(w: Words, field: &'static str, error: ChangeError) -> Result<(StatusCode, FieldError), Failure> {
    Ok(match error {
        ChangeError::Captcha(error) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        ChangeError::Password => (StatusCode::UNPROCESSABLE_ENTITY, of(field, w.t("field-password-wrong"))),
        ChangeError::Mobile(shared) => (StatusCode::CONFLICT, mobile_shared::error(w, &shared)),
        ChangeError::Code => (StatusCode::UNPROCESSABLE_ENTITY, of("code", w.t("field-code-wrong"))),
        ChangeError::TooMany { retry_after } => {
            let text = w.with("sign-in-too-many", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, whole(text))
        }
        ChangeError::Busy => (StatusCode::SERVICE_UNAVAILABLE, whole(w.t("sign-in-busy"))),
        ChangeError::Gone => return Err(Failure::NotFound),
        ChangeError::Store(error) => return Err(error.into()),
    })
}

/// The password that one has now.
pub(crate) fn own_password(w: Words, name: &'static str, errors: &[FieldError]) -> Markup {
    field(
        w,
        &Field {
            name,
            kind: "password",
            label: &w.t("field-own-password"),
            autocomplete: "current-password",
            length_max: PASSWORD_CHARS_MAX,
            ..Field::default()
        },
        errors,
    )
}

fn render(candidate: &Candidate, rules: PasswordRules, errors: &[FieldError]) -> Markup {
    let visit = &candidate.visit;
    page(&visit.frame(visit.words.t("change-password-title")), &body(visit.words, rules, errors))
}

pub(crate) fn body(w: Words, rules: PasswordRules, errors: &[FieldError]) -> Markup {
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("change-password-title")))
            p class="lead" { (w.t("change-password-lead")) }
            form method="post" action="/me/password" data-busy=(w.t("form-busy")) novalidate {
                (own_password(w, "old", errors))
                (new_password_fields(w, rules, errors))
                button class="button" type="submit" { (w.t("reset-submit")) }
            }
            p class="beside" { a href="/me#security" { (w.t("to-me")) } }
        }
    }
}
