//! A new password through the link of a letter: typed twice, and the browser is signed in.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::model::exam_rules::{CaptchaRule, LoginKind, PasswordRules};
use registration::model::ids::AccountId;
use registration::people::accounts::{Account, LinkError, ResetError, SignIn, SignedIn};
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::next::Token;
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::site_rules;
use crate::request::visit::Visit;
use crate::view::form::password::{new_password_fields, password_of, wrong_password};
use crate::view::form::{FieldError, error_summary, whole};
use crate::view::layout::{heading, page};
use crate::view::outcome;

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

pub(crate) async fn show(visit: Visit, Query(link): Query<Token>) -> Result<Response, Failure> {
    match visit.app.outside.registration.accounts.look_at_reset(&link.token).await {
        Ok((account, email)) => {
            let rules = rules_of(&visit, account).await?;
            Ok(render(&visit, rules, &link.token, &email.masked(), &[]).into_response())
        }
        Err(error) => {
            let said = outcome::dead_link(visit.words, error, "/forgotten")?;
            Ok(answer(StatusCode::GONE, outcome::show(visit.frame(""), &said)))
        }
    }
}

pub(crate) async fn set(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    let w = visit.words;
    let accounts = &visit.app.outside.registration.accounts;
    let dead = |error| {
        let said = outcome::dead_link(w, error, "/forgotten")?;
        Ok(answer(StatusCode::GONE, outcome::show(visit.frame(""), &said)))
    };
    let (account, email) = match accounts.look_at_reset(&entered.token).await {
        Ok((account, email)) => (account, email.masked()),
        Err(LinkError::Used) => match set_already(&visit, &entered).await? {
            Some(account) => return crate::request::signing_in::enter(&visit, &account, "/me?said=password").await,
            None => return dead(LinkError::Used),
        },
        Err(error) => return dead(error),
    };
    let account = accounts.account(account).await?.ok_or(Failure::NotFound)?;
    let rules = site_rules::password_rules_of(&visit, &account).await?;
    let checked = password_of(&account, &site_rules::site_names(&visit.app), rules, &entered.password);
    let errors = wrong_password(w, checked.as_ref().map_err(|error| *error), (&entered.password, &entered.again));
    let (Ok(password), true) = (checked, errors.is_empty()) else {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(&visit, rules, &entered.token, &email, &errors)));
    };
    match accounts.reset_by_link(&entered.token, &password).await {
        Ok(account) => crate::request::signing_in::enter(&visit, &account, "/me?said=password").await,
        Err(ResetError::Link(error)) => dead(error),
        Err(
            ResetError::Busy
            | ResetError::Code
            | ResetError::Captcha(_)
            | ResetError::TooMany { .. }
            | ResetError::TriesUsed,
        ) => {
            let errors = [whole(w.t("sign-in-busy"))];
            Ok(answer(StatusCode::SERVICE_UNAVAILABLE, render(&visit, rules, &entered.token, &email, &errors)))
        }
    }
}

/// The account whose password this very form has set a moment ago: its answer was lost, or it was tapped twice.
async fn set_already(visit: &Visit, entered: &Entered) -> Result<Option<Account>, Failure> {
    let accounts = &visit.app.outside.registration.accounts;
    let Some(email) = accounts.spent_reset(&entered.token).await? else { return Ok(None) };
    let typed = SignIn { login: email.expose(), password: &entered.password, preferred: LoginKind::Email };
    let fields = CaptchaFields::default();
    match accounts.sign_in(&typed, &visit.caller(&fields, CaptchaRule::Suspicion)).await {
        Ok(SignedIn::Account(account)) => Ok(Some(*account)),
        Ok(SignedIn::Which(_)) | Err(_) => Ok(None),
    }
}

/// What the account's exams ask of its password.
async fn rules_of(visit: &Visit, account: AccountId) -> Result<PasswordRules, Failure> {
    let found = visit.app.outside.registration.accounts.account(account).await?.ok_or(Failure::NotFound)?;
    Ok(site_rules::password_rules_of(visit, &found).await?)
}

fn render(visit: &Visit, rules: PasswordRules, token: &str, email: &str, errors: &[FieldError]) -> Markup {
    page(&visit.frame(visit.words.t("reset-title")), &body(visit.words, rules, token, email, errors))
}

pub(crate) fn body(w: Words, rules: PasswordRules, token: &str, email: &str, errors: &[FieldError]) -> Markup {
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("reset-title")))
            p class="lead" { (w.with("reset-lead", &[("email", email.into())])) }
            // A reload of a refused form needs the link's token, too.
            form method="post" action={ "/forgotten/reset?token=" (query_value(token)) } data-busy=(w.t("form-busy")) novalidate {
                input type="hidden" name="token" value=(token);
                (new_password_fields(w, rules, errors))
                button class="button" type="submit" { (w.t("reset-submit")) }
            }
        }
    }
}
