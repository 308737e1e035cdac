//! Which exam a request is about, and what comes next in it.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use registration::model::exam::Exam;
use registration::rules::standing::{Action, State};

use crate::app::App;
use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::visit::{Candidate, Visit};
use crate::words::task as task_words;

/// The exam of that name.
pub(crate) fn find(visit: &Visit, exam: &str) -> Result<Arc<Exam>, Failure> {
    find_in(&visit.app, exam)
}

/// The same for what draws no page.
pub(crate) fn find_in(app: &App, exam: &str) -> Result<Arc<Exam>, Failure> {
    let id = exam.parse().map_err(|_| Failure::NotFound)?;
    app.outside.registration.exams.get(&id).ok_or(Failure::NotFound)
}

/// To what comes next, if the candidate can act on it; else to the exam's page.
pub(crate) async fn go_on(candidate: &Candidate, exam: &Exam) -> Result<Response, Failure> {
    Ok(Redirect::to(&next_path(candidate, exam).await?).into_response())
}

/// Where that is.
pub(crate) async fn next_path(candidate: &Candidate, exam: &Exam) -> Result<String, Failure> {
    let visit = &candidate.visit;
    let standing = visit.progress(exam).await?.standing;
    Ok(match (&standing.state, &standing.action) {
        (State::ToDo { .. }, Some(Action::Do(task))) => task_words::task_path(visit.words, exam, task).0,
        (State::Unpaid { .. }, Some(Action::Pay(order))) => format!("/orders/{order}"),
        _ => path_of(exam),
    })
}
