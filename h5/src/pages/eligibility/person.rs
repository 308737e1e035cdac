//! The person who was looked up, to be checked and saved; or who is bound already.

pub(crate) mod view;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::eligibility::{BindError, offered};
use registration::model::exam::Exam;
use registration::rules::steps::StepView;

use super::{entered, expired_path, person_path};
use crate::failure::Failure;
use crate::pages::eligibility::Whom;
use crate::pages::eligibility::person::view::{View, body};
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::next::with_said;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::form::FieldError;
use crate::view::layout::{heading, page};

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Query(whom): Query<Whom>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    match entered(&candidate, &exam).await? {
        Ok(steps) => render(&candidate, &exam, &steps, &whom, &[]).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

pub(crate) async fn save(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Form(whom): Form<Whom>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let (exam, w, account) = (find(visit, &exam)?, visit.words, candidate.account.id);
    let steps = match entered(&candidate, &exam).await? {
        Ok(steps) => steps,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(seen) = whom.seen() else { return Ok(Redirect::to(&expired_path(&exam)).into_response()) };
    let refuse = async |status: StatusCode, field: &'static str, text: String| {
        let error = FieldError { field: field.into(), text };
        Ok((status, render(&candidate, &exam, &steps, &whom, &[error]).await?).into_response())
    };
    if whom.agree.is_empty() {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "agree", w.t("person-tick-error").into_owned()).await;
    }
    let eligibility = &visit.app.outside.registration.eligibility;
    match eligibility.bind(account, &exam, &visit.orders_of(&exam).await?, &seen).await {
        Ok(_) => Ok(Redirect::to(&with_said(&path_of(&exam), "eligibility")).into_response()),
        Err(BindError::Expired) => Ok(Redirect::to(&expired_path(&exam)).into_response()),
        Err(BindError::Changed) => match eligibility.look_again(account, &exam.id, &seen).await? {
            Some(seen) => {
                let path = format!("{}&changed=on", person_path(&exam, Some(seen.as_str())));
                Ok(Redirect::to(&path).into_response())
            }
            None => Ok(Redirect::to(&expired_path(&exam)).into_response()),
        },
        Err(BindError::OtherPerson) => {
            refuse(StatusCode::CONFLICT, "", w.t("person-error-other-person").into_owned()).await
        }
        Err(BindError::OtherAccount) => Ok((StatusCode::CONFLICT, taken(&candidate, &exam)).into_response()),
        Err(BindError::NotThemselves) => {
            refuse(StatusCode::CONFLICT, "", w.t("person-error-not-themselves").into_owned()).await
        }
        Err(BindError::NotOpen(_) | BindError::Blocked(_)) => {
            Ok(Redirect::to(&person_path(&exam, Some(seen.as_str()))).into_response())
        }
        Err(BindError::Store(error)) => Err(error.into()),
    }
}

/// The person is bound to another account: the ways of whoever that person is.
fn taken(candidate: &Candidate, exam: &Exam) -> Markup {
    let (visit, w) = (&candidate.visit, candidate.visit.words);
    page(&visit.frame(w.t("person-taken-title")), &taken_body(w, exam, &candidate.account.number.to_string()))
}

pub(crate) fn taken_body(w: Words, exam: &Exam, number: &str) -> Markup {
    let here = path_of(exam);
    html! {
        div class="column narrow" {
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("person-taken-title")))
            p class="lead" { (w.t("person-error-other-account")) }
            ul class="ways" {
                li { a href={ "/forgotten/account?next=" (here) } { (w.t("person-taken-find")) } }
                li { a href={ "/me/identity?exam=" (exam.id) "&next=" (here) } { (w.t("person-taken-prove")) } }
            }
            (callout(Tone::Care, &w.t("person-taken-office"), &html! {
                p { (w.t("person-taken-office-text")) }
                p { (w.t("me-number")) " " output class="number-row" { (number) } }
                @if let Some(contact) = &exam.rules.contact { p { (w.pick(&contact.zh, &contact.en)) } }
            }))
            p class="beside" { a href=(here) { (w.t("person-taken-back")) } }
        }
    }
}

async fn render(
    candidate: &Candidate,
    exam: &Exam,
    steps: &[StepView],
    whom: &Whom,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let (visit, account) = (&candidate.visit, candidate.account.id);
    let eligibility = &visit.app.outside.registration.eligibility;
    let seen = whom.seen();
    let Some(person) = eligibility.person(account, &exam.id, seen.as_ref()).await? else {
        return Ok(Redirect::to(&expired_path(exam)).into_response());
    };
    let review = match exam.rules.eligibility.score_review {
        Some(_) => eligibility.score_review(account, &exam.id).await?,
        None => None,
    };
    let view = View {
        exam,
        steps,
        is_offered: !offered(exam, &person.record, &person.eligible).is_empty(),
        person: &person,
        seen: seen.as_ref().filter(|_| person.bound_at.is_none()),
        review: review.as_ref(),
        errors,
        has_changed: !whom.changed.is_empty(),
        now: visit.now,
    };
    let title = if person.bound_at.is_some() { "person-title-bound" } else { "person-title" };
    Ok(page(&visit.frame(visit.words.t(title)), &body(visit.words, &view)).into_response())
}
