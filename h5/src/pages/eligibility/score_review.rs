//! The review of an earlier score: handed in, looked at, handed in anew or deleted after a refusal.

pub(crate) mod view;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use registration::eligibility::{ScoreReviewError, offered};
use registration::model::exam::Exam;
use registration::rules::steps::StepView;
use serde::Deserialize;

use super::{LOOKS_PER_DAY, entered, expired_path};
use crate::failure::Failure;
use crate::pages::eligibility::Whom;
use crate::pages::eligibility::score_review::view::{View, body};
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::form::FieldError;
use crate::view::layout::page;

/// What was typed.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    p: String,
    #[serde(default, rename = "ticket")]
    past_number: String,
    #[serde(default)]
    agree: String,
}

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Query(whom): Query<Whom>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let typed = Entered { p: whom.p, ..Entered::default() };
    match entered(&candidate, &exam).await? {
        Ok(steps) => render(&candidate, &exam, &steps, &typed, &[]).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

pub(crate) async fn hand_in(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Form(typed): Form<Entered>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let (exam, w) = (find(visit, &exam)?, visit.words);
    let steps = match entered(&candidate, &exam).await? {
        Ok(steps) => steps,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let past_number = typed.past_number.parse();
    let mut errors = Vec::new();
    if past_number.is_err() {
        errors.push(FieldError { field: "ticket".into(), text: w.t("score-review-ticket-error").into_owned() });
    }
    if typed.agree.is_empty() {
        errors.push(FieldError { field: "agree".into(), text: w.t("score-review-tick-error").into_owned() });
    }
    let refuse = async |status: StatusCode, errors: &[FieldError]| {
        Ok((status, render(&candidate, &exam, &steps, &typed, errors).await?).into_response())
    };
    let past_number = match past_number {
        Ok(past_number) if errors.is_empty() => past_number,
        _ => return refuse(StatusCode::UNPROCESSABLE_ENTITY, &errors).await,
    };
    let seen = typed.p.parse().ok();
    let eligibility = &visit.app.outside.registration.eligibility;
    let (status, field, text) = match eligibility
        .request_score_review(candidate.account.id, &exam, seen.as_ref(), &past_number)
        .await
    {
        // It stands already as it is: the page says how.
        Ok(_) | Err(ScoreReviewError::Fixed | ScoreReviewError::NotOffered) => {
            return Ok(Redirect::to(&here(&exam, &typed.p)).into_response());
        }
        Err(ScoreReviewError::NoPerson) => return Ok(Redirect::to(&expired_path(&exam)).into_response()),
        Err(ScoreReviewError::Store(error)) => return Err(error.into()),
        Err(ScoreReviewError::NoScore) => (StatusCode::UNPROCESSABLE_ENTITY, "ticket", w.t("score-review-error-none")),
        Err(ScoreReviewError::TooMany) => {
            let text = w.with("eligibility-error-many", &[("count", LOOKS_PER_DAY.into())]);
            (StatusCode::TOO_MANY_REQUESTS, "", text)
        }
        Err(ScoreReviewError::Closed) => (StatusCode::CONFLICT, "", w.t("score-review-error-closed")),
    };
    refuse(status, &[FieldError { field: field.into(), text: text.into_owned() }]).await
}

pub(crate) async fn delete(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Form(typed): Form<Entered>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let eligibility = &candidate.visit.app.outside.registration.eligibility;
    match eligibility.delete_score_review(candidate.account.id, &exam.id).await {
        Err(ScoreReviewError::Store(error)) => Err(error.into()),
        // What cannot be deleted stands there, and says why.
        Ok(()) | Err(_) => Ok(Redirect::to(&here(&exam, &typed.p)).into_response()),
    }
}

/// A reload of what became a GET.
pub(crate) async fn back(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Redirect, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    Ok(Redirect::to(&here(&exam, "")))
}

fn here(exam: &Exam, p: &str) -> String {
    let is_mark = !p.is_empty() && p.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let query = if is_mark { format!("?p={p}") } else { String::new() };
    format!("{}/score-review{query}", path_of(exam))
}

async fn render(
    candidate: &Candidate,
    exam: &Exam,
    steps: &[StepView],
    typed: &Entered,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let Some(rules) = &exam.rules.eligibility.score_review else { return Err(Failure::NotFound) };
    let (visit, account, w) = (&candidate.visit, candidate.account.id, candidate.visit.words);
    let eligibility = &visit.app.outside.registration.eligibility;
    let seen = typed.p.parse().ok();
    let person = eligibility.person(account, &exam.id, seen.as_ref()).await?;
    let review = eligibility.score_review(account, &exam.id).await?;
    if person.is_none() && review.is_none() {
        return Ok(Redirect::to(&expired_path(exam)).into_response());
    }
    let is_offered = person.as_ref().is_some_and(|person| !offered(exam, &person.record, &person.eligible).is_empty());
    let view = View {
        exam,
        steps,
        rules,
        seen: seen.as_ref().filter(|_| person.as_ref().is_some_and(|person| person.bound_at.is_none())),
        person: person.as_ref(),
        review: review.as_ref(),
        is_offered,
        past_number: if errors.is_empty() {
            review.as_ref().map_or("", |review| review.past_number.expose())
        } else {
            &typed.past_number
        },
        has_agreed: !typed.agree.is_empty(),
        errors,
        now: visit.now,
    };
    Ok(page(&visit.frame(w.pick(&rules.title.zh, &rules.title.en)), &body(w, &view)).into_response())
}
