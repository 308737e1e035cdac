//! A draft is begun: from an exam, a copy of one, one that ships, or files.

use axum::Form;
use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::civil::Date;
use pagekit::callout::Tone;
use registration::desk::permits::Right;
use registration::drafts::{Begin, DraftError};
use reservation::ids::ExamId;
use serde::Deserialize;

use super::bundle::{self, Bundle, BundleError};
use super::frame::{exam_id, path, refusal};
use super::{list, one};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::upload::{Part, Upload};
use crate::request::visit::Visit;

/// Most bytes of the form with files.
pub(crate) const FORM_BYTES_MAX: usize = bundle::BYTES_MAX + 64 * 1024;

/// A new exam as it was entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    shipped: String,
    id: String,
    opening: String,
}

impl Entered {
    fn id_and_day(&self) -> Option<(ExamId, Date)> {
        Some((self.id.trim().parse().ok()?, self.opening.trim().parse().ok()?))
    }
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/exams")
}

/// From an exam that ships.
pub(crate) async fn shipped(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Failure> {
    visit.demand(Right::EditExams)?;
    let Some((id, opening)) = entered.id_and_day() else { return wrong(&visit, None).await };
    begin(&visit, Begin::Shipped { name: entered.shipped, id, opening }, None).await
}

/// Of an exam, which it changes.
pub(crate) async fn of_exam(visit: Visit, Path(exam): Path<String>) -> Result<Response, Failure> {
    let exam = exam_id(&exam)?;
    begin(&visit, Begin::Exam(exam.clone()), Some(&exam)).await
}

/// Of a copy of an exam.
pub(crate) async fn copy(
    visit: Visit,
    Path(exam): Path<String>,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    visit.demand(Right::EditExams)?;
    let of = exam_id(&exam)?;
    let Some((id, opening)) = entered.id_and_day() else { return wrong(&visit, Some(&of)).await };
    begin(&visit, Begin::Clone { of: of.clone(), id, opening }, Some(&of)).await
}

/// From files: a .zip, a .tar, or one by one.
pub(crate) async fn files(visit: Visit, form: Multipart) -> Result<Response, Failure> {
    visit.demand(Right::EditExams)?;
    let (mut upload, mut bundle) = (Upload::new(form), Bundle::default());
    while let Some(part) = upload.next(bundle::BYTES_MAX).await? {
        let Part::File { name, bytes } = part else { continue };
        let added = match bytes {
            Some(bytes) => apart(move || bundle.with(&name, &bytes)).await?,
            None => Err(BundleError::TooLarge),
        };
        match added {
            Ok(more) => bundle = more,
            Err(error) => return said(&visit, bundle::words(&visit, &error)).await,
        }
    }
    match apart(move || bundle.texts()).await? {
        Ok(texts) => begin(&visit, Begin::Files(texts), None).await,
        Err(error) => said(&visit, bundle::words(&visit, &error)).await,
    }
}

/// Unpacks where it keeps nobody waiting.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Broken)
}

/// Begins it; why not stands on the page of the exam that it is about, if it is about one.
async fn begin(visit: &Visit, begin: Begin, of: Option<&ExamId>) -> Result<Response, Failure> {
    let error = match visit.app.outside.registration.exam_drafts().begin(&visit.staff, begin).await {
        Ok(id) => return Ok(Redirect::to(&path(id)).into_response()),
        Err(error) => error,
    };
    let Some((status, message)) = refusal(visit.words, &error) else { return Err(error.into()) };
    match (of, error) {
        (Some(of), error) if !matches!(error, DraftError::Unknown) => {
            one::draw(visit, status, of, Some(&message)).await
        }
        _ => list::draw(visit, status, Some(&message)).await,
    }
}

async fn wrong(visit: &Visit, of: Option<&ExamId>) -> Result<Response, Failure> {
    let message = Message::new(Tone::Bad, visit.words.t("exam-begin-wrong"));
    match of {
        Some(of) => one::draw(visit, StatusCode::UNPROCESSABLE_ENTITY, of, Some(&message)).await,
        None => list::draw(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(&message)).await,
    }
}

async fn said(visit: &Visit, text: String) -> Result<Response, Failure> {
    list::draw(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(&Message::new(Tone::Bad, text))).await
}
