//! What staff do on a candidate's page: have a value shown, write a note, strike one out.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use pagekit::callout::Tone;
use registration::desk::permits::Right;
use registration::people::candidates::CandidateError;
use registration::people::candidates::notes::NoteId;
use registration::people::candidates::reveal::What;
use serde::Deserialize;
use uuid::Uuid;

use super::address::path;
use super::one::{Answer, draw};
use super::{looking, number, to_page};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What is to be shown whole.
#[derive(Deserialize)]
pub(crate) struct Wish {
    what: String,
}

/// A note as typed.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    note: String,
}

/// Shows one value, with who looked and when beside it: that is written down before it is drawn.
pub(crate) async fn reveal(
    visit: Visit,
    Path(account): Path<String>,
    Form(wish): Form<Wish>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::SeeCandidates)?;
    let (number, what) = (number(&account)?, wish.what.parse::<What>().map_err(|_| Failure::Bad)?);
    let candidates = &visit.app.outside.registration.candidates;
    let shown = candidates.show(&looking(&visit), number, what).await?;
    let sheet = candidates.read(&looking(&visit), number, None).await?;
    let answer = Answer { sheet: &sheet, shown: Some(&shown), note: "", message: None, is_continued: false };
    draw(&visit, StatusCode::OK, &answer).await
}

/// The photo of the identity, for whoever has just had it shown.
pub(crate) async fn portrait(visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::SeeCandidates)?;
    let candidates = &visit.app.outside.registration.candidates;
    let jpeg = candidates.portrait(&looking(&visit), number(&account)?).await?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

/// Writes a note. What cannot be kept stays in its field.
pub(crate) async fn note(
    visit: Visit,
    Path(account): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::NoteOnCandidates)?;
    let number = number(&account)?;
    let candidates = &visit.app.outside.registration.candidates;
    match candidates.note(&looking(&visit), number, &entered.note).await {
        Ok(()) => Ok(to_page(number, "noted")),
        Err(CandidateError::Note(_)) => {
            let sheet = candidates.read(&looking(&visit), number, None).await?;
            let message = Message::new(Tone::Bad, visit.words.t("cand-note-bad"));
            let answer = Answer {
                sheet: &sheet,
                shown: None,
                note: &entered.note,
                message: Some(&message),
                is_continued: false,
            };
            draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, &answer).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Strikes out a note of one's own.
pub(crate) async fn strike(visit: Visit, Path((account, note)): Path<(String, Uuid)>) -> Result<Response, Failure> {
    visit.demand_somewhere(Right::NoteOnCandidates)?;
    let number = number(&account)?;
    let candidates = &visit.app.outside.registration.candidates;
    match candidates.strike(&looking(&visit), number, NoteId(note)).await {
        Ok(()) => Ok(to_page(number, "struck")),
        Err(CandidateError::NotTheirs) => {
            let sheet = candidates.read(&looking(&visit), number, None).await?;
            let message = Message::new(Tone::Care, visit.words.t("cand-note-not-yours"));
            let answer = Answer { sheet: &sheet, shown: None, note: "", message: Some(&message), is_continued: false };
            draw(&visit, StatusCode::CONFLICT, &answer).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A reload of an answer to a form.
pub(crate) async fn back(Path(account): Path<String>) -> Result<Redirect, Failure> {
    Ok(Redirect::to(&path(number(&account)?)))
}

/// The same of a note's.
pub(crate) async fn back_from_note(Path((account, _)): Path<(String, Uuid)>) -> Result<Redirect, Failure> {
    Ok(Redirect::to(&path(number(&account)?)))
}
