//! A forgotten account: document and name, and a captcha, show by what one signs in, masked.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::CaptchaRule;
use registration::model::person::PersonName;
use registration::people::accounts::{Act, ForgottenError, FoundAccount};
use serde::Deserialize;

use crate::failure::{Failure, answer, too_often, with_wait};
use crate::request::next::Next;
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signing_in::captcha_token;
use crate::request::visit::Visit;
use crate::view::facts::facts;
use crate::view::form::captcha::{captcha_error, captcha_field};
use crate::view::form::person::{document_error, document_fields, name_field};
use crate::view::form::{FieldError, error_summary, of, whole};
use crate::view::layout::{heading, page};
use crate::words::person::name_fault;
use crate::words::wait::wait;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) document: String,
    #[serde(flatten)]
    pub(crate) captcha: CaptchaFields,
}

pub(crate) async fn show(visit: Visit, Query(next): Query<Next>) -> Markup {
    render(&visit, &next, &Entered::default(), &[])
}

pub(crate) async fn search(
    visit: Visit,
    Query(next): Query<Next>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = visit.words;
    if let Some(too_many) = visit.too_many {
        let error = whole(too_often(w, too_many));
        return Ok(with_wait(too_many, render(&visit, &next, &entered, &[error])));
    }
    let kind = entered.kind.parse().unwrap_or(DocumentKind::ResidentId);
    let name: Result<PersonName, FieldError> = entered.name.parse().map_err(|error| of("name", name_fault(w, error)));
    let document = Document::parse(kind, &entered.document).map_err(|error| document_error(w, error));
    let (name, document) = match (name, document) {
        (Ok(name), Ok(document)) => (name, document),
        (name, document) => {
            let errors: Vec<FieldError> = name.err().into_iter().chain(document.err()).collect();
            return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, render(&visit, &next, &entered, &errors)));
        }
    };
    let caller = visit.caller(&entered.captcha, CaptchaRule::Always);
    let accounts = &visit.app.outside.registration.accounts;
    let (status, error) = match accounts.forgot_account(&name, &document, &caller).await {
        Ok(found) if !found.is_empty() => {
            return Ok(page(&visit.frame(w.t("find-title")), &found_body(w, &next, &found)).into_response());
        }
        Ok(_) => (StatusCode::UNPROCESSABLE_ENTITY, whole(w.t("find-nothing"))),
        Err(ForgottenError::Captcha(error)) => (StatusCode::UNPROCESSABLE_ENTITY, captcha_error(w, error)),
        Err(ForgottenError::TooMany { retry_after }) => {
            let text = w.with("sign-in-too-many", &[("wait", wait(w, retry_after).into())]);
            (StatusCode::TOO_MANY_REQUESTS, whole(text))
        }
        // Neither is of a search by name and document.
        Err(ForgottenError::NoLogin | ForgottenError::Budget(_)) => return Err(Failure::Bad),
        Err(ForgottenError::Store(error)) => return Err(error.into()),
    };
    Ok(answer(status, render(&visit, &next, &entered, &[error])))
}

fn render(visit: &Visit, next: &Next, entered: &Entered, errors: &[FieldError]) -> Markup {
    let captcha = captcha_token(visit, Act::Forgotten, "", CaptchaRule::Always);
    let mut frame = visit.frame(visit.words.t("find-title"));
    frame.script = Some("account.js");
    page(&frame, &body(visit.words, next, entered, captcha.as_deref(), errors))
}

pub(crate) fn body(w: Words, next: &Next, entered: &Entered, captcha: Option<&str>, errors: &[FieldError]) -> Markup {
    html! {
        div class="column narrow" {
            (error_summary(w, errors))
            (heading(None, &w.t("find-title")))
            p class="lead" { (w.t("find-lead")) }
            form method="post" action={ "/forgotten/account?" (next.query()) } data-busy=(w.t("form-busy")) novalidate {
                (document_fields(w, &DocumentKind::ALL, &entered.kind, &entered.document, "", errors))
                (name_field(w, &entered.name, &w.t("field-name-hint"), errors))
                (captcha_field(w, captcha, errors))
                button class="button" type="submit" { (w.t("find-submit")) }
            }
        }
    }
}

pub(crate) fn found_body(w: Words, next: &Next, found: &[FoundAccount]) -> Markup {
    let labels = [w.t("field-email"), w.t("field-username"), w.t("field-mobile"), w.t("find-document")];
    html! {
        div class="column narrow" {
            (heading(None, &w.t("find-found")))
            p class="lead" { (w.t("find-found-lead")) }
            @for account in found {
                @let names = [&account.email, &account.username, &account.mobile];
                @let by_document = account.by_document.then(|| w.t("find-document-yes").into_owned());
                @let values = names.into_iter().cloned().chain([by_document]);
                @let rows: Vec<(&str, Markup)> = labels.iter().zip(values)
                    .filter_map(|(label, value)| Some((&**label, html! { (value?) }))).collect();
                section { (facts(&rows)) }
            }
            p { a class="button" href={ "/sign-in?" (next.query()) } { (w.t("forgotten-to-sign-in")) } }
            p class="beside" { a href={ "/forgotten?" (next.query()) } { (w.t("sign-in-forgotten")) } }
        }
    }
}
