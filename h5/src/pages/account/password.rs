//! Changing the password. All other devices are signed out, this one stays.

use axum::Form;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::PasswordRules;
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::signing_in::site_rules::{password_rules_of, site_names};
use crate::request::visit::{Candidate, WithOrders};
use crate::view::account::refusal::refusal;
use crate::view::form::password::{new_password_fields, own_password, password_of, wrong_password};
use crate::view::form::{FieldError, error_summary, of};
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

/// Which passwords are taken depends on the exams of one's orders.
pub(crate) async fn show(WithOrders(candidate): WithOrders<Candidate>) -> Result<Markup, Failure> {
    let rules = password_rules_of(&candidate.visit, &candidate.account).await?;
    Ok(render(&candidate, rules, &[]))
}

pub(crate) async fn set(
    WithOrders(candidate): WithOrders<Candidate>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let (visit, w) = (&candidate.visit, candidate.visit.words);
    let rules = password_rules_of(visit, &candidate.account).await?;
    let checked = password_of(&candidate.account, &site_names(&visit.app), rules, &entered.password);
    let mut errors = wrong_password(w, checked.as_ref().map_err(|error| *error), (&entered.password, &entered.again));
    if entered.old.is_empty() {
        errors.insert(0, of("old", w.t("field-password-error")));
    }
    let (Ok(password), true) = (checked, errors.is_empty()) else {
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(&candidate, rules, &errors)));
    };
    let accounts = &visit.app.outside.registration.accounts;
    match accounts.change_password(candidate.account.id, &entered.old, &password).await {
        Ok(account) => crate::request::signing_in::enter(visit, &account, "/me?said=password").await,
        Err(error) => {
            let (status, error) = refusal(w, "old", error)?;
            Ok(answer(status, render(&candidate, rules, &[error])))
        }
    }
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
