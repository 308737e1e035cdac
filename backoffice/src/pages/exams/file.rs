//! A file of a draft as its text, with what is wrong with it by line: everything can be changed here.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::drafts::SeenDraft;
use registration::exams::definition::DefinitionError;
use serde::Deserialize;

use super::draft::{Done, over, saved};
use super::faults;
use super::frame::{answer, draft_id, is_open, path, refusal, tabs, title, version};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Most bytes of a form with a file's text, each character nine bytes.
pub(crate) const FORM_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest file that is shown in a field; a longer one is brought again.
const SHOWN_BYTES_MAX: usize = 800 * 1024;

/// A file as it was entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    version: i64,
    text: String,
}

pub(crate) async fn show(
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let message = saved(visit.words, &done);
    draw(&visit, StatusCode::OK, (&id, &file), message.as_ref(), None).await
}

/// Keeps the text.
pub(crate) async fn save(
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let draft = draft_id(&id)?;
    let door = &visit.app.outside.registration.exam_drafts();
    match door.write_file(&visit.staff, (draft, entered.version), &file, &entered.text).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/file/{file}?done=saved", path(draft))).into_response()),
        Err(error) => match refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, status, (&id, &file), Some(&message), Some(&entered.text)).await,
            None => Err(error.into()),
        },
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    (id, file): (&str, &str),
    message: Option<&Message>,
    entered: Option<&str>,
) -> Result<Response, Failure> {
    let seen = visit.app.outside.registration.exam_drafts().see(&visit.staff, draft_id(id)?).await?;
    let body = body(visit.words, &seen, file, entered).ok_or(Failure::NotFound)?;
    answer(visit, (status, title(visit.words, &seen)), message, &body).await
}

pub(crate) fn body(w: Words, seen: &SeenDraft, file: &str, entered: Option<&str>) -> Option<Markup> {
    let kept = seen.texts.file(file)?;
    let text = entered.unwrap_or(kept);
    let is_short = text.len() <= SHOWN_BYTES_MAX;
    let found = seen.checked.as_ref().err().map_or(&[][..], Vec::as_slice);
    let here: Vec<DefinitionError> = found.iter().filter(|fault| fault.file == file).cloned().collect();
    Some(html! {
        (tabs(w, seen, &format!("/file/{file}")))
        (over(w, seen))
        @if !here.is_empty() {
            section {
                h2 { (w.t("exam-faults")) }
                (faults::beside_lines(w, &here, kept))
            }
        }
        @if is_short {
            form class="draft-form" method="post" action={ (path(seen.draft.id)) "/file/" (file) } {
                (version(seen))
                fieldset disabled[!is_open(seen)] {
                    label for="text" class="unseen" { (file) }
                    textarea id="text" class="source" name="text" rows="32" spellcheck="false" autocapitalize="none"
                        autocomplete="off" wrap="off" { "\n" (text) }
                    p class="hint" { (w.t("exam-file-how")) }
                    p class="acts" { button class="button" type="submit" { (w.t("exam-draft-save")) } }
                }
            }
        } @else { p class="hint" { (w.t("exam-file-long")) } }
    })
}
