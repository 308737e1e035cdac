//! Signing in by document number and password.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::local_path::{local_path, query_value};
use pagekit::words::Words;
use registration::accounts::SignInError;
use registration::passwords::CANDIDATE_CHARS;
use serde::Deserialize;

use crate::failure::{Failure, too_often, with_wait};
use crate::session;
use crate::view::form::{Field, FieldError, error_summary, field};
use crate::view::layout::{heading, page};
use crate::visit::Visit;

/// Longest document number that is read, spaces included.
pub(crate) const DOCUMENT_CHARS_MAX: u16 = 40;

#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    /// Where to go afterwards.
    pub(crate) fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("/")
    }
}

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    document: String,
    #[serde(default)]
    password: String,
}

pub(crate) async fn show(visit: Visit, Query(next): Query<Next>) -> Response {
    if visit.account.is_some() {
        return Redirect::to(next.path()).into_response();
    }
    page(&visit.frame(visit.words.t("sign-in-title")), &body(visit.words, next.path(), "", &[])).into_response()
}

pub(crate) async fn enter(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        let error = FieldError { field: "".into(), text: too_often(w, too_many) };
        let body = body(w, next.path(), &entered.document, &[error]);
        return Ok(with_wait(too_many, page(&visit.frame(w.t("sign-in-title")), &body)));
    }
    let mut errors = missing(w, &entered);
    let status = if errors.is_empty() {
        match visit.app.outside.registration.accounts.sign_in(&entered.document, &entered.password).await {
            Ok(account) => {
                let key = visit.app.outside.cookie_key.clone();
                let cookies = session::begin(key, account.id, visit.app.is_secure(), visit.now);
                return Ok((cookies, Redirect::to(next.path())).into_response());
            }
            Err(SignInError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let (status, text) = refusal(w, &error);
                errors.push(FieldError { field: "".into(), text });
                status
            }
        }
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let body = body(w, next.path(), &entered.document, &errors);
    Ok((status, page(&visit.frame(w.t("sign-in-title")), &body)).into_response())
}

fn missing(w: Words, entered: &Entered) -> Vec<FieldError> {
    let fields = [
        ("document", entered.document.trim().is_empty(), w.t("field-document-error")),
        ("password", entered.password.is_empty(), w.t("field-password-error")),
    ];
    let errors = fields.into_iter().filter(|(_, is_missing, _)| *is_missing);
    errors.map(|(field, _, text)| FieldError { field: field.into(), text: text.into_owned() }).collect()
}

fn refusal(w: Words, error: &SignInError) -> (StatusCode, String) {
    let (status, text) = match error {
        SignInError::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, w.t("sign-in-wrong")),
        SignInError::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, w.t("sign-in-too-many")),
        SignInError::Busy | SignInError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, w.t("sign-in-busy")),
    };
    (status, text.into_owned())
}

pub(crate) fn body(w: Words, next: &str, document: &str, errors: &[FieldError]) -> Markup {
    let query = query_value(next);
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("sign-in-title")))
            p class="lead" { (if next.contains("sitting=") { w.t("sign-in-needed") } else { w.t("sign-in-lead") }) }
            form method="post" action={ "/sign-in?next=" (query) } data-busy=(w.t("form-busy")) novalidate {
                (field(w, &Field {
                    name: "document", kind: "text", label: &w.t("field-document"), value: document,
                    autocomplete: "username", length_max: DOCUMENT_CHARS_MAX, ..Field::default()
                }, errors))
                (field(w, &Field {
                    name: "password", kind: "password", label: &w.t("field-password"),
                    autocomplete: "current-password", length_max: password_chars_max(), ..Field::default()
                }, errors))
                button class="button" type="submit" { (w.t("sign-in-submit")) }
            }
            p class="beside" { (w.t("sign-in-new")) " " a href={ "/sign-up?next=" (query) } { (w.t("sign-in-new-link")) } }
        }
    }
}

/// Most characters of a password field: the rule's own limit and room to be told that it is too long.
pub(crate) fn password_chars_max() -> u16 {
    u16::try_from(*CANDIDATE_CHARS.end() * 2).expect("passwords are short")
}
