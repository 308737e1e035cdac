//! Another way than the face, in every exam that asks for one (不想或不能做人脸核验？): a photo of the person holding their document, which
//! staff look at; or the person themselves, at the office.

use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::facts::FaceState;
use registration::people::faces::FaceCheckError;
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::pictures::kept::{DraftError, Slot};
use registration::rules::steps::{blocked_by, task};

use super::sentence;
use crate::failure::Failure;
use crate::pages::identity::said;
use crate::pages::identity::tiles::{identity_tile, pictures_of};
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::sent::picture::SentPicture;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::contact::ask;
use crate::view::form::picture_tile::awaited;
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::layout::{heading, page};

const SLOT: Slot = Slot::Holding;

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    match elsewhere(&candidate, &exam).await? {
        Some(elsewhere) => Ok(elsewhere),
        None => draw(&candidate, &exam, StatusCode::OK, &[]).await,
    }
}

pub(crate) async fn hand_in(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    form: Multipart,
) -> Result<Response, Failure> {
    let parts = pictures_of(form, &[SLOT]).await?;
    let exam = find(&candidate.visit, &exam)?;
    if let Some(elsewhere) = elsewhere(&candidate, &exam).await? {
        return Ok(elsewhere);
    }
    let registration = &candidate.visit.app.outside.registration;
    let mut done = Ok(());
    for (slot, part) in parts {
        done = match part {
            SentPicture::Nothing => Ok(()),
            SentPicture::TooLarge => Err(DraftError::from(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX })),
            SentPicture::File(bytes) => registration.identity.draft(candidate.account.id, slot, bytes).await.map(drop),
        };
    }
    let handed_in = match done {
        Ok(()) => registration.faces.hand_in_holding(candidate.account.id, &exam.id).await,
        Err(error) => Err(FaceCheckError::Draft(error)),
    };
    match handed_in {
        Ok(_) => Ok(Redirect::to(&format!("{}/face", path_of(&exam))).into_response()),
        Err(refused) => {
            let (status, text) = sentence(candidate.visit.words, refused)?;
            draw(&candidate, &exam, status, &[said(SLOT.as_str(), text)]).await
        }
    }
}

/// To the exam where nothing of a face is asked for now; to the face's page where it has passed.
async fn elsewhere(candidate: &Candidate, exam: &Exam) -> Result<Option<Response>, Failure> {
    let steps = candidate.visit.steps(exam).await?;
    if task(&steps, &TaskKind::Face).is_none() {
        return Err(Failure::NotFound);
    }
    if blocked_by(&steps, &TaskKind::Face).is_some() {
        return Ok(Some(Redirect::to(&path_of(exam)).into_response()));
    }
    let state = candidate.visit.app.outside.registration.faces.state(candidate.account.id, &exam.id).await?;
    let has_passed = matches!(state, FaceState::Passed { .. });
    Ok(has_passed.then(|| Redirect::to(&format!("{}/face", path_of(exam))).into_response()))
}

async fn draw(
    candidate: &Candidate,
    exam: &Exam,
    status: StatusCode,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let identity = &visit.app.outside.registration.identity;
    let is_here = identity.drafted(candidate.account.id, SLOT).await?.is_some();
    let mut frame = visit.frame(visit.words.t("face-other-title"));
    frame.script = Some("upload.js");
    Ok((status, page(&frame, &body(visit.words, exam, is_here, errors))).into_response())
}

pub(crate) fn body(w: Words, exam: &Exam, is_here: bool, errors: &[FieldError]) -> Markup {
    let error = error_of(errors, SLOT.as_str());
    html! {
        div class="column narrow identity" {
            (error_summary(w, errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("face-other-title")))
            p class="lead" { (w.t("face-other-lead")) }
            ul class="points" {
                li { (w.t("manual-point-face")) }
                li { (w.t("manual-point-document")) }
                li { (w.t("manual-point-light")) }
            }
            form method="post" action={ (path_of(exam)) "/face/other" } enctype="multipart/form-data" data-tiles
                data-busy=(w.t("form-busy")) {
                (identity_tile(w, SLOT.as_str(), &w.t("manual-legend"), &w.t("manual-hint"), is_here, error))
                button class="button" type="submit" { (w.t("face-other-submit")) }
                (awaited(w))
            }
            p class="hint" { (w.t("face-other-kept")) " " (w.t("marks-kept")) }
            (on_site(w, exam))
            p class="beside" { a href={ (path_of(exam)) "/face" } { (w.t("face-other-back")) } }
        }
    }
}

/// The way to it, below whatever asks for the face.
pub(super) fn offer(w: Words, exam: &Exam) -> Markup {
    html! {
        section {
            h2 class="part" { (w.t("face-other-offer")) }
            p { (w.t("face-other-offer-text")) }
            p { a class="button second" href={ (path_of(exam)) "/face/other" } { (w.t("face-other-go")) } }
            (on_site(w, exam))
        }
    }
}

/// What to bring to the office, and whom to ask where and when that is.
fn on_site(w: Words, exam: &Exam) -> Markup {
    html! {
        p { (w.t("face-on-site")) }
        (ask(w, exam.rules.contact.as_ref()))
    }
}
