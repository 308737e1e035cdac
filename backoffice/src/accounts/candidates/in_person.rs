//! A candidate who is there in person with their document (当面核验): confirming that in place of a photo of the face, and taking it back.

use std::sync::Arc;

use axum::Form;
use axum::extract::Path;
use axum::response::{Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use pagekit::callout::Tone;
use pagekit::words::key;
use registration::desk::case::CaseKind;
use registration::desk::people::in_person::InPersonError;
use registration::desk::permits::Right;
use registration::model::exam::Exam;
use registration::people::accounts::AccountNumber;
use reservation::ids::ExamId;
use serde::Deserialize;

use super::address::path;
use super::one::{Answer, draw};
use super::{looking, number, to_page};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Whoever decides on faces by their photos decides on them in person.
const DECIDE: Right = Right::Decide(CaseKind::Face);

/// Of which kind the document was that was shown.
#[derive(Default, Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    shown: String,
}

/// Why something is done, as typed.
#[derive(Default, Deserialize)]
pub(crate) struct Why {
    #[serde(default)]
    pub(super) reason: String,
    /// When that was confirmed which is to be taken back, as the page said, in microseconds.
    #[serde(default)]
    seen: String,
}

impl Why {
    /// The moment that the page said; what cannot be read is the moment of nothing that was confirmed.
    fn seen(&self) -> Timestamp {
        let micros = self.seen.parse().ok();
        micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Confirms it. It is as heavy as what it stands for: the second factor is shown anew.
pub(crate) async fn confirm(
    visit: Visit,
    Path((account, exam)): Path<(String, String)>,
    Form(entered): Form<Shown>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(DECIDE)?;
    visit.demand_fresh()?;
    let (number, exam) = (number(&account)?, found(&visit, &exam)?);
    let reviews = &visit.app.outside.registration.identity_reviews;
    let done = Box::pin(reviews.confirm_in_person(&visit.staff, number, &exam, &entered.shown)).await;
    answer(&visit, number, done, "in-person").await
}

/// Takes it back.
pub(crate) async fn undo(
    visit: Visit,
    Path((account, exam)): Path<(String, String)>,
    Form(why): Form<Why>,
) -> Result<Response, Failure> {
    visit.demand_somewhere(DECIDE)?;
    let (number, exam) = (number(&account)?, found(&visit, &exam)?);
    let reviews = &visit.app.outside.registration.identity_reviews;
    let done = Box::pin(reviews.take_in_person_back(&visit.staff, number, &exam.id, why.seen(), &why.reason)).await;
    answer(&visit, number, done, "in-person-undone").await
}

/// Takes back that it was confirmed who somebody is: as heavy as confirming it.
pub(crate) async fn undo_identity(
    visit: Visit,
    Path(account): Path<String>,
    Form(why): Form<Why>,
) -> Result<Response, Failure> {
    visit.demand(Right::Decide(CaseKind::Identity))?;
    visit.demand_fresh()?;
    let number = number(&account)?;
    let reviews = &visit.app.outside.registration.identity_reviews;
    let done = Box::pin(reviews.take_identity_in_person_back(&visit.staff, number, why.seen(), &why.reason)).await;
    answer(&visit, number, done, "identity-undone").await
}

/// A reload of an answer to a form.
pub(crate) async fn back(Path((account, _)): Path<(String, String)>) -> Result<Redirect, Failure> {
    Ok(Redirect::to(&path(number(&account)?)))
}

/// The exam of an address.
fn found(visit: &Visit, exam: &str) -> Result<Arc<Exam>, Failure> {
    let exam: ExamId = exam.parse().map_err(|_| Failure::NotFound)?;
    visit.app.outside.registration.exams.get(&exam).ok_or(Failure::NotFound)
}

/// Back to the page; or the page, with what kept it from being done.
async fn answer(
    visit: &Visit,
    number: AccountNumber,
    done: Result<(), InPersonError>,
    word: &str,
) -> Result<Response, Failure> {
    let (status, said) = match done {
        Ok(()) => return Ok(to_page(number, word)),
        Err(error) => refusal(error)?,
    };
    let sheet = visit.app.outside.registration.candidates.read(&looking(visit), number, None).await?;
    let message = Message::new(Tone::Bad, visit.words.t(said));
    let answer = Answer { sheet: &sheet, shown: None, note: "", message: Some(&message), is_continued: false };
    draw(visit, status, &answer).await
}

/// The status and what staff read.
fn refusal(error: InPersonError) -> Result<(StatusCode, &'static str), Failure> {
    let (conflict, unprocessable) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    Ok(match error {
        InPersonError::Forbidden(_) => return Err(Failure::Forbidden),
        InPersonError::Unknown | InPersonError::NotAsked => return Err(Failure::NotFound),
        InPersonError::NotGiven => (conflict, key("cand-in-person-not-given")),
        InPersonError::OtherDocument => (unprocessable, key("cand-in-person-other-document")),
        InPersonError::NotLooked => (conflict, key("cand-in-person-not-looked")),
        InPersonError::NotVerified => (conflict, key("cand-in-person-not-verified")),
        InPersonError::Waits => (conflict, key("cand-in-person-waits")),
        InPersonError::OtherAccount => (conflict, key("cand-in-person-other-account")),
        InPersonError::AlreadyPassed => (conflict, key("cand-in-person-already")),
        InPersonError::NotConfirmed => (conflict, key("cand-in-person-not-confirmed")),
        InPersonError::Changed => (conflict, key("cand-in-person-changed")),
        InPersonError::Reason(_) => (unprocessable, key("cand-reason-bad")),
        InPersonError::Store(error) => return Err(error.into()),
    })
}
