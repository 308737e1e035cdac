//! A forgotten password: the code that came by SMS, or that staff told, and the new password.

use axum::Form;
use axum::extract::Query;
use axum::response::{Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::accounts::{LinkError, ResetError};
use registration::exam_rules::PasswordRules;
use registration::passwords::Password;
use serde::Deserialize;

use super::reset::{new_password_fields, wrong_password};
use super::{LOGIN_CHARS_MAX, Next, answer, of, site_rules, whole, with_said};
use crate::failure::{Failure, too_often, with_wait};
use crate::view::captcha::CaptchaFields;
use crate::view::form::{Field, FieldError, error_summary, field};
use crate::view::layout::{heading, page};
use crate::visit::Visit;

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    login: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// A reload of the page that a form led to.
pub(crate) async fn back(Query(next): Query<Next>) -> Redirect {
    Redirect::to(&format!("/forgotten?{}", next.query()))
}

pub(crate) async fn set(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        let error = whole(too_often(w, too_many));
        return Ok(with_wait(too_many, render(&visit, &next, &entered.login, &[error])));
    }
    let rules = next.rules(&visit.app);
    let password_rules = site_rules::password_rules(&visit.app, &next);
    let mut errors = wrong_password(w, password_rules, &entered.password, &entered.again);
    if entered.code.trim().is_empty() {
        errors.insert(0, of("code", w.t("field-code-error")));
    }
    let (Ok(password), true) = (Password::of_candidate(&entered.password, &password_rules), errors.is_empty()) else {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(&visit, &next, &entered.login, &errors)));
    };
    let accounts = &visit.app.outside.registration.accounts;
    let (status, error) = match accounts.reset_by_code(&entered.login, rules.login, &entered.code, &password).await {
        Ok(account) => {
            let fields = CaptchaFields::default();
            accounts.forgive(&entered.login, account.id, &visit.caller(&fields, rules.captcha));
            return Ok(super::enter(&visit, &account, &with_said(next.path(), "password")));
        }
        Err(ResetError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, whole(w.t("sign-in-busy"))),
        Err(ResetError::Link(LinkError::Store(error))) => return Err(error.into()),
        Err(ResetError::Code | ResetError::Link(_)) => {
            let text = match From::of(&visit) {
                From::Message => w.t("field-code-wrong"),
                From::Staff => w.t("field-code-told-wrong"),
            };
            (StatusCode::UNPROCESSABLE_ENTITY, of("code", text))
        }
    };
    Ok(answer(status, render(&visit, &next, &entered.login, &[error])))
}

pub(crate) fn render(visit: &Visit, next: &Next, login: &str, errors: &[FieldError]) -> Markup {
    let rules = site_rules::password_rules(&visit.app, next);
    let body = body(visit.words, next, rules, From::of(visit), login, errors);
    page(&visit.frame(visit.words.t("forgotten-code-title")), &body)
}

/// Where the code comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// It was sent to the account that was just named.
    Message,
    /// The site sends nothing: staff told it.
    Staff,
}

impl From {
    pub(crate) fn of(visit: &Visit) -> Self {
        let ways = visit.app.outside.registration.accounts.ways();
        if ways.mail || ways.sms { Self::Message } else { Self::Staff }
    }
}

pub(crate) fn body(
    w: Words,
    next: &Next,
    rules: PasswordRules,
    from: From,
    login: &str,
    errors: &[FieldError],
) -> Markup {
    let query = next.query();
    let (code_label, code_hint) = match from {
        From::Message => (w.t("field-code"), w.t("field-code-plain-hint")),
        From::Staff => (w.t("field-code-told"), w.t("field-code-told-hint")),
    };
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("forgotten-code-title")))
            p class="lead" {
                @match from { From::Message => (w.t("forgotten-code-lead")), From::Staff => (w.t("forgotten-staff")) }
            }
            form method="post" action={ "/forgotten/code?" (query) } data-busy=(w.t("form-busy")) novalidate {
                @match from {
                    From::Message => input type="hidden" name="login" value=(login);,
                    From::Staff => (field(w, &Field {
                        name: "login", kind: "text", label: &w.t("field-login"), hint: &w.t("field-login-hint"),
                        value: login, autocomplete: "username", length_max: LOGIN_CHARS_MAX, ..Field::default()
                    }, errors)),
                }
                (field(w, &Field {
                    name: "code", kind: "text", label: &code_label, hint: &code_hint, autocomplete: "one-time-code", inputmode: "numeric", length_max: 20, ..Field::default()
                }, errors))
                (new_password_fields(w, rules, errors))
                button class="button" type="submit" { (w.t("reset-submit")) }
            }
            ul class="ways" {
                @if from == From::Message {
                    li { (w.t("forgotten-code-none")) " " a href={ "/forgotten?" (query) } { (w.t("forgotten-code-again")) } }
                    li { (w.t("forgotten-code-office")) }
                }
                li { a href={ "/forgotten/account?" (query) } { (w.t("sign-in-find")) } }
            }
        }
    }
}
