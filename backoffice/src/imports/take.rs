//! A file is taken in as it comes: what it is and for which exam first, then the file.

use axum::extract::Multipart;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use pagekit::callout::Tone;
use registration::imports::{FILE_BYTES_MAX, ImportError};
use registration::model::import::{ImportId, ImportKind};
use reservation::ids::ExamId;

use super::all::{Chosen, draw};
use super::frame::{may_import, path};
use super::words;
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::upload::{Coming, File, Upload};
use crate::request::visit::Visit;

/// Most bytes of the form with the file.
pub(crate) const FORM_BYTES_MAX: usize = 65 * 1024 * 1024;
const _: () = assert!(FORM_BYTES_MAX as u64 > FILE_BYTES_MAX);

pub(crate) async fn take(visit: Visit, form: Multipart) -> Result<Response, Failure> {
    may_import(&visit)?;
    let (mut upload, mut chosen) = (Upload::new(form), Chosen::default());
    let w = visit.words;
    while let Some(part) = upload.coming().await? {
        let mut file = match part {
            Coming::Text(name, text) if name == "kind" => {
                chosen.kind = text;
                continue;
            }
            Coming::Text(name, text) if name == "exam" => {
                chosen.exam = text;
                continue;
            }
            Coming::Text(..) => continue,
            Coming::File(file) => file,
        };
        let Some(first) = file.chunk().await?.filter(|first| !first.is_empty()) else { continue };
        let kind = chosen.kind.parse::<ImportKind>().ok();
        let exam = chosen.exam.parse::<ExamId>().ok();
        let Some(kind) = kind.filter(|kind| exam.is_some() || !kind.is_of_exam()) else {
            return refused(&visit, w.t("import-which").into_owned(), &chosen).await;
        };
        return match bring(&visit, (kind, exam.as_ref()), &first, &mut file).await? {
            Ok(id) => Ok(Redirect::to(&path(id)).into_response()),
            Err(error) => match words::refusal(w, &error) {
                Some((status, message)) => draw(&visit, status, Some(&message), &chosen).await,
                None => Err(error.into()),
            },
        };
    }
    refused(&visit, w.t("import-none").into_owned(), &chosen).await
}

/// Hands the file on as it comes.
async fn bring(
    visit: &Visit,
    (kind, exam): (ImportKind, Option<&ExamId>),
    first: &[u8],
    file: &mut File<'_>,
) -> Result<Result<ImportId, ImportError>, Failure> {
    let imports = &visit.app.outside.registration.imports;
    let mut upload = match imports.begin(&visit.staff, kind, exam, &file.name).await {
        Ok(upload) => upload,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = upload.add(first).await {
        return Ok(Err(error));
    }
    while let Some(chunk) = file.chunk().await? {
        if let Err(error) = upload.add(&chunk).await {
            return Ok(Err(error));
        }
    }
    Ok(upload.finish().await)
}

async fn refused(visit: &Visit, why: String, chosen: &Chosen) -> Result<Response, Failure> {
    let message = Message::new(Tone::Bad, why);
    draw(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(&message), chosen).await
}
