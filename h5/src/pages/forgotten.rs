//! A forgotten password: which account, and a captcha. The answer is the same whether there is one.

pub(crate) mod code;
pub(crate) mod find;
pub(crate) mod reset;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::CaptchaRule;
use registration::people::accounts::{Act, ForgottenError, Way};
use serde::Deserialize;

use crate::failure::{Failure, answer, too_often, with_wait};
use crate::pages::forgotten::code::From;
use crate::request::next::Next;
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::captcha_token;
use crate::request::visit::Visit;
use crate::view::account::code_sent::budget;
use crate::view::form::captcha::{captcha_error, captcha_field};
use crate::view::form::{Field, FieldError, LOGIN_CHARS_MAX, error_summary, field, of, whole};
use crate::view::layout::{heading, page};
use crate::view::outcome;
use crate::words::wait::wait;

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    login: String,
    #[serde(flatten)]
    captcha: CaptchaFields,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) next: &'a Next,
    pub(crate) login: &'a str,
    pub(crate) captcha: Option<&'a str>,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) async fn show(visit: Visit, Query(next): Query<Next>) -> Markup {
    render(&visit, &next, "", &[])
}

pub(crate) async fn ask(
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
    let caller = visit.caller(&entered.captcha, CaptchaRule::Always);
    let accounts = &visit.app.outside.registration.accounts;
    let (status, error) = match accounts.forgot_password(&entered.login, rules.login, &caller).await {
        Ok(Way::Letter) => {
            let text = w.with("forgotten-letter", &[("email", masked(&entered.login).into())]).into_owned();
            let sign_in = format!("/sign-in?{}", next.query());
            let said = outcome::letter(w, text, (&sign_in, w.t("forgotten-to-sign-in").into_owned()));
            return Ok(outcome::show(visit.frame(""), &said).into_response());
        }
        Ok(Way::Code | Way::Either) => {
            return Ok(code::render(&visit, &next, &entered.login, &[]).into_response());
        }
        Err(ForgottenError::Captcha(error)) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        Err(ForgottenError::NoLogin) => (StatusCode::UNPROCESSABLE_ENTITY, of("login", w.t("field-login-none"))),
        Err(ForgottenError::Budget(spent)) => {
            (StatusCode::TOO_MANY_REQUESTS, whole(budget(w, spent) + &w.t("forgotten-budget-then")))
        }
        Err(ForgottenError::TooMany { retry_after }) => {
            let text = w.with("letter-wait", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, whole(text))
        }
        Err(ForgottenError::Store(error)) => return Err(error.into()),
    };
    Ok(answer(status, render(&visit, &next, &entered.login, &[error])))
}

fn masked(login: &str) -> String {
    login.parse::<registration::model::login::Email>().map(|email| email.masked()).unwrap_or_default()
}

fn render(visit: &Visit, next: &Next, login: &str, errors: &[FieldError]) -> Markup {
    if From::of(visit) == From::Staff {
        return code::render(visit, next, login, errors);
    }
    let captcha = captcha_token(visit, Act::Forgotten, login, CaptchaRule::Always);
    let mut frame = visit.frame(visit.words.t("forgotten-title"));
    frame.script = Some("account.js");
    page(&frame, &body(visit.words, &View { next, login, captcha: captcha.as_deref(), errors }))
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let query = view.next.query();
    html! {
        div class="column narrow" {
            (error_summary(w, view.errors))
            (heading(None, &w.t("forgotten-title")))
            p class="lead" { (w.t("forgotten-lead")) }
            form method="post" action={ "/forgotten?" (query) } data-busy=(w.t("form-busy")) novalidate {
                (field(w, &Field {
                    name: "login", kind: "text", label: &w.t("field-login"), hint: &w.t("field-login-hint"),
                    value: view.login, autocomplete: "username", length_max: LOGIN_CHARS_MAX, ..Field::default()
                }, view.errors))
                (captcha_field(w, view.captcha, view.errors))
                button class="button" type="submit" { (w.t("forgotten-submit")) }
            }
            ul class="ways" {
                li { a href={ "/forgotten/account?" (query) } { (w.t("sign-in-find")) } }
                li { a href={ "/sign-in?" (query) } { (w.t("forgotten-to-sign-in")) } }
            }
        }
    }
}
