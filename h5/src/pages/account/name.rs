//! Correcting name and document. A document that is a login, and a verified identity, only staff correct.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::{Document, DocumentKind};
use registration::model::person::PersonName;
use registration::people::accounts::{Account, DeclareError};
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::next::{Next, with_said};
use crate::request::visit::Candidate;
use crate::view::facts::facts;
use crate::view::form::person::{document_error, document_fields, name_field};
use crate::view::form::{FieldError, error_summary, of, whole};
use crate::view::layout::{heading, page};
use crate::words::person::name_fault;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) document: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) next: &'a Next,
    pub(crate) account: &'a Account,
    /// The document signs in, or is as it was: it is shown, not asked.
    pub(crate) is_document_fixed: bool,
    pub(crate) entered: &'a Entered,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) async fn show(candidate: Candidate, Query(next): Query<Next>) -> Result<Markup, Failure> {
    let name = candidate.account.name.as_ref().map_or_else(String::new, |name| name.expose().to_owned());
    render(&candidate, &next, &Entered { name, ..Entered::default() }, &[]).await
}

pub(crate) async fn set(
    candidate: Candidate,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = candidate.visit.words;
    let accounts = &candidate.visit.app.outside.registration.accounts;
    let is_fixed = accounts.signs_in_by_document(candidate.account.id).await?;
    let kind = entered.kind.parse().unwrap_or(DocumentKind::ResidentId);
    let name: Result<PersonName, FieldError> = entered.name.parse().map_err(|error| of("name", name_fault(w, error)));
    let document = match candidate.account.document.clone().filter(|_| is_fixed) {
        Some(document) => Ok(document),
        None => Document::parse(kind, &entered.document).map_err(|error| document_error(w, error)),
    };
    let (name, document) = match (name, document) {
        (Ok(name), Ok(document)) => (name, document),
        (name, document) => {
            let errors: Vec<FieldError> = name.err().into_iter().chain(document.err()).collect();
            let page = render(&candidate, &next, &entered, &errors).await?;
            return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page));
        }
    };
    let error = match accounts.declare(candidate.account.id, name, document).await {
        Ok(()) => {
            let to = if next.path() == "/" { "/me" } else { next.path() };
            return Ok(Redirect::to(&with_said(to, "name")).into_response());
        }
        Err(DeclareError::Verified) => whole(w.t("declared-verified")),
        Err(DeclareError::DocumentIsLogin) => of("document", w.t("declared-login")),
        Err(DeclareError::Gone) => return Err(Failure::NotFound),
        Err(DeclareError::Store(error)) => return Err(error.into()),
    };
    Ok(answer(StatusCode::CONFLICT, render(&candidate, &next, &entered, &[error]).await?))
}

async fn render(
    candidate: &Candidate,
    next: &Next,
    entered: &Entered,
    errors: &[FieldError],
) -> Result<Markup, Failure> {
    let visit = &candidate.visit;
    let account = &candidate.account;
    let is_document_fixed = visit.app.outside.registration.accounts.signs_in_by_document(account.id).await?;
    let view = View { next, account, is_document_fixed, entered, errors };
    Ok(page(&visit.frame(visit.words.t("declared-title")), &body(visit.words, &view)))
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let label = w.t("field-document");
    let fixed = view.account.document.as_ref().filter(|_| view.is_document_fixed);
    html! {
        div class="column narrow" {
            (error_summary(w, view.errors))
            (heading(None, &w.t("declared-title")))
            form method="post" action={ "/me/name?" (view.next.query()) } data-busy=(w.t("form-busy")) novalidate {
                (name_field(w, &view.entered.name, &w.t("field-name-hint"), view.errors))
                @match fixed {
                    Some(document) => {
                        section class="field" {
                            (facts(&[(&label, html! { (document.masked()) })]))
                            p class="hint" { (w.t("declared-login")) }
                        }
                    }
                    None => (document_fields(w, &DocumentKind::ALL, &view.entered.kind, &view.entered.document, "", view.errors)),
                }
                button class="button" type="submit" { (w.t("change-submit")) }
            }
            p class="beside" {
                @if view.next.path() == "/" { a href="/me" { (w.t("to-me")) } }
                @else { a href=(view.next.path()) { (w.t("declared-back")) } }
            }
        }
    }
}
