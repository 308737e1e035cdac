//! Making an account: name, document number, mobile, password.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::accounts::{AccountError, FieldError as Fault, NewAccount};
use registration::document::DocumentError;
use registration::passwords::{CANDIDATE_CHARS, PasswordError};
use serde::Deserialize;

use super::sign_in::{DOCUMENT_CHARS_MAX, Next, password_chars_max};
use crate::failure::{Failure, too_often, with_wait};
use crate::session;
use crate::view::form::{Field, FieldError, error_summary, field};
use crate::view::layout::{heading, page};
use crate::visit::Visit;

/// What was typed.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) document: String,
    #[serde(default)]
    pub(crate) mobile: String,
    #[serde(default)]
    pub(crate) password: String,
}

pub(crate) async fn show(visit: Visit, Query(next): Query<Next>) -> Response {
    if visit.account.is_some() {
        return Redirect::to(next.path()).into_response();
    }
    let body = body(visit.words, next.path(), &Entered::default(), &[]);
    page(&visit.frame(visit.words.t("sign-up-title")), &body).into_response()
}

pub(crate) async fn register(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        let error = FieldError { field: "".into(), text: too_often(w, too_many) };
        let body = body(w, next.path(), &entered, &[error]);
        return Ok(with_wait(too_many, page(&visit.frame(w.t("sign-up-title")), &body)));
    }
    let accounts = &visit.app.outside.registration.accounts;
    let (status, errors) = match NewAccount::parse(&entered.name, &entered.document, &entered.mobile, &entered.password)
    {
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, faults.iter().map(|fault| sentence(w, *fault)).collect()),
        Ok(new) => match accounts.register(new).await {
            Ok(account) => {
                let key = visit.app.outside.cookie_key.clone();
                let cookies = session::begin(key, account.id, visit.app.is_secure(), visit.now);
                return Ok((cookies, Redirect::to(next.path())).into_response());
            }
            Err(AccountError::Store(error)) => return Err(error.into()),
            Err(AccountError::DocumentTaken) => {
                let text = w.t("sign-up-taken").into_owned();
                (StatusCode::CONFLICT, vec![FieldError { field: "document".into(), text }])
            }
            Err(AccountError::Busy) => {
                let text = w.t("sign-up-busy").into_owned();
                (StatusCode::SERVICE_UNAVAILABLE, vec![FieldError { field: "".into(), text }])
            }
        },
    };
    let body = body(w, next.path(), &entered, &errors);
    Ok((status, page(&visit.frame(w.t("sign-up-title")), &body)).into_response())
}

fn sentence(w: Words, fault: Fault) -> FieldError {
    let (field, text) = match fault {
        Fault::Name(_) => ("name", w.t("field-name-error")),
        Fault::Mobile(_) => ("mobile", w.t("field-mobile-error")),
        Fault::Document(error) => (
            "document",
            match error {
                DocumentError::Length | DocumentError::Form(_) => w.t("field-document-length"),
                DocumentError::Character => w.t("field-document-character"),
                DocumentError::Place => w.t("field-document-place"),
                DocumentError::BirthDate => w.t("field-document-date"),
                DocumentError::Check => w.t("field-document-check"),
            },
        ),
        Fault::Password(PasswordError::Length { min, max }) => {
            ("password", w.with("field-password-length", &[("min", min.into()), ("max", max.into())]))
        }
        Fault::Password(PasswordError::Character) => ("password", w.t("field-password-character")),
    };
    FieldError { field: field.into(), text: text.into_owned() }
}

pub(crate) fn body(w: Words, next: &str, entered: &Entered, errors: &[FieldError]) -> Markup {
    let query = query_value(next);
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("sign-up-title")))
            p class="lead" { (w.t("sign-up-lead")) }
            form method="post" action={ "/sign-up?next=" (query) } data-busy=(w.t("form-busy")) novalidate {
                (fields(w, entered, errors))
                button class="button" type="submit" { (w.t("sign-up-submit")) }
            }
            p class="beside" { (w.t("sign-up-have")) " " a href={ "/sign-in?next=" (query) } { (w.t("sign-up-have-link")) } }
        }
    }
}

fn fields(w: Words, entered: &Entered, errors: &[FieldError]) -> Markup {
    let (min, max) = (*CANDIDATE_CHARS.start(), *CANDIDATE_CHARS.end());
    html! {
        (field(w, &Field {
            name: "name", kind: "text", label: &w.t("field-name"), hint: &w.t("field-name-hint"),
            value: &entered.name, autocomplete: "name", length_max: 60, ..Field::default()
        }, errors))
        (field(w, &Field {
            name: "document", kind: "text", label: &w.t("field-document"), hint: &w.t("field-document-hint"),
            value: &entered.document, autocomplete: "username", length_max: DOCUMENT_CHARS_MAX, ..Field::default()
        }, errors))
        (field(w, &Field {
            name: "mobile", kind: "tel", label: &w.t("field-mobile"), hint: &w.t("field-mobile-hint"),
            value: &entered.mobile, autocomplete: "tel-national", inputmode: "numeric", length_max: 20
        }, errors))
        (field(w, &Field {
            name: "password", kind: "password", label: &w.t("field-password"),
            hint: &w.with("field-password-hint", &[("min", min.into()), ("max", max.into())]),
            autocomplete: "new-password", length_max: password_chars_max(), ..Field::default()
        }, errors))
    }
}
