//! What candidates must read and agree to before anything else: 考生须知, 报名协议.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::words::Words;
use registration::application::ApplicationError;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::rules::steps::{StepView, TaskState, task};

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::{find, go_on};
use crate::request::visit::{Candidate, Visit, WithOrders};
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::steps::progress_at;
use crate::words::task as task_words;

/// Anybody may read it; who is signed in may agree.
pub(crate) async fn show(WithOrders(visit): WithOrders<Visit>, Path(exam): Path<String>) -> Result<Response, Failure> {
    let exam = find(&visit, &exam)?;
    render(&visit, &exam, &[]).await
}

pub(crate) async fn agree(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    if !pairs.iter().any(|(name, _)| name == "agree") {
        let text = visit.words.t("notice-error").into_owned();
        let page = render(visit, &exam, &[FieldError { field: "agree".into(), text }]).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let orders = visit.orders_of(&exam).await?;
    match visit.app.outside.registration.applications.agree(candidate.account.id, &exam, &orders).await {
        Ok(()) => go_on(&candidate, &exam).await,
        // It is not the time for it, or something comes first: the exam's page says so.
        Err(
            ApplicationError::Blocked(_)
            | ApplicationError::NotOpen(_)
            | ApplicationError::Answers(_)
            | ApplicationError::Photo(_),
        ) => Ok(Redirect::to(&path_of(&exam)).into_response()),
        Err(ApplicationError::Store(error)) => Err(error.into()),
    }
}

async fn render(visit: &Visit, exam: &Exam, errors: &[FieldError]) -> Result<Response, Failure> {
    let steps = visit.steps(exam).await?;
    if task(&steps, &TaskKind::Notice).is_none() {
        return Err(Failure::NotFound);
    }
    let title = task_words::name(visit.words, exam, &TaskKind::Notice);
    let is_signed_in = visit.account.is_some();
    let view = View { exam, steps: &steps, is_signed_in, errors, now: visit.now };
    Ok(page(&visit.frame(title), &body(visit.words, &view)).into_response())
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) is_signed_in: bool,
    pub(crate) errors: &'a [FieldError],
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, steps, is_signed_in, errors, now } = *view;
    let paragraphs = match w.language {
        Language::Zh => &exam.notice.zh,
        Language::En => &exam.notice.en,
    };
    let state = task(steps, &TaskKind::Notice).map(|task| &task.state);
    let error = error_of(errors, "agree");
    html! {
        div class="column" {
            (error_summary(w, errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &task_words::name(w, exam, &TaskKind::Notice)))
            (progress_at(w, steps, &TaskKind::Notice, now))
            ol class="notice-list" { @for paragraph in paragraphs { li { (paragraph) } } }
            @if let (Some(TaskState::Open { .. }), false) = (state, is_signed_in) {
                div class="actions" {
                    a class="button" href={ "/sign-in?next=" (path_of(exam)) "/notice" } { (w.t("notice-sign-in")) }
                    a class="button second" href=(path_of(exam)) { (w.t("exam-back")) }
                }
            } @else if let Some(TaskState::Open { .. }) = state {
                form method="post" action={ (path_of(exam)) "/notice" } data-busy=(w.t("form-busy")) novalidate {
                    @if let Some(error) = error { p class="error" id="agree-error" { (icon(Icon::Cross)) span { (error) } } }
                    label class="tick" for="agree" {
                        input type="checkbox" id="agree" name="agree" value="on" required
                            aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "agree-error")];
                        span { (w.t("notice-agree-full")) }
                    }
                    div class="actions" {
                        button class="button" type="submit" { (w.t("notice-submit")) }
                        a class="button second" href=(path_of(exam)) { (w.t("notice-decline")) }
                    }
                }
            } @else {
                @if state == Some(&TaskState::Passed) { p class="hint" { (w.t("notice-agreed")) } }
                p { a class="button second" href=(path_of(exam)) { (w.t("exam-back")) } }
            }
        }
    }
}
