//! One candidate's page, answered.

use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::key;
use registration::desk::permits::Right;
use registration::model::exam::Exam;
use registration::people::candidates::Sheet;
use registration::people::candidates::reveal::Shown;
use reservation::ids::ExamId;
use serde::Deserialize;

use super::address::path;
use super::view::body;
use super::viewed::View;
use super::{NO_DESK, looking, number};
use crate::desk::frame::page;
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Where its time line goes on, and what was done last.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    done: String,
}

/// What was done, by the word that an address has for it.
const DONE: [(&str, &str); 6] = [
    ("noted", key("cand-did-note")),
    ("struck", key("cand-did-strike")),
    ("in-person", key("cand-did-in-person")),
    ("in-person-undone", key("cand-did-in-person-undo")),
    ("identity-undone", key("cand-did-identity-undo")),
    ("signed-out", key("cand-did-sign-out")),
];

pub(crate) async fn show(
    visit: Visit,
    Path(account): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::SeeCandidates)?;
    let number = number(&account)?;
    let candidates = &visit.app.outside.registration.candidates;
    let done = DONE.iter().find(|(word, _)| *word == asked.done);
    let message = done.map(|(_, said)| Message::new(Tone::Good, visit.words.t(said)));
    // Whoever comes back from something that they did here has not looked anew.
    let sheet = match message {
        Some(_) => candidates.read(&looking(&visit), number, None).await?,
        None => candidates.open(&looking(&visit), number, asked.from.parse().ok()).await?,
    };
    let is_continued = !asked.from.is_empty();
    let answer = Answer { sheet: &sheet, shown: None, note: "", message: message.as_ref(), is_continued };
    draw(&visit, StatusCode::OK, &answer).await
}

/// What a page is answered with.
pub(super) struct Answer<'a> {
    pub(super) sheet: &'a Sheet,
    /// What was asked to be shown whole.
    pub(super) shown: Option<&'a Shown>,
    /// A note that could not be kept, as typed.
    pub(super) note: &'a str,
    pub(super) message: Option<&'a Message>,
    /// Does its time line begin somewhere later than now?
    pub(super) is_continued: bool,
}

pub(super) async fn draw(visit: &Visit, status: StatusCode, answer: &Answer<'_>) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let counts = registration.cases.counts(&visit.staff).await?;
    let here = path(answer.sheet.who.number);
    let mut frame = visit.frame(visit.words.t("cand-page"), &counts, &NO_DESK);
    (frame.waiting, frame.path) = (None, &here);
    let exam = |id: &ExamId| -> Option<Arc<Exam>> { registration.exams.get(id) };
    let Answer { sheet, shown, note, message, is_continued } = *answer;
    let view = View { sheet, exam: &exam, staff: &visit.staff, shown, note, message, is_continued, now: visit.now };
    Ok((status, page(&frame, &body(visit.words, &view))).into_response())
}
