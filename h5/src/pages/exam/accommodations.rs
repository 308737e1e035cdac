//! Asking for accommodations (便利申请): what is asked for with its proofs, what staff said, asking anew, taking it back.

pub(crate) mod upload;
mod view;

use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::StatusCode;
use registration::application::accommodations::{AccommodationError, PROOF_SLOTS, may_hand_in};
use registration::model::exam::Exam;
use registration::model::exam_rules::{AccommodationKind, TaskKind};
use registration::model::facts::accommodation::{Accommodation, AccommodationRequest, DETAILS_CHARS_MAX};
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::pictures::kept::{DraftError, Slot};
use registration::rules::steps::{StepView, blocked_by, task};

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::next::with_said;
use crate::request::sent::picture::{SentPicture, read, refusal};
use crate::request::visit::{Candidate, WithOrders};
use crate::view::form::picture_tile::fields;
use crate::view::form::{FieldError, of, whole};
use crate::view::layout::page;
use crate::words::picture::picture_fault;
use crate::words::task as task_words;

pub(crate) use view::{View, body};

/// Most parts of the form: the kinds, a text, and two inputs for each proof.
const PARTS_MAX: usize = 24;

/// What the form brought.
#[derive(Default)]
struct Sent {
    request: AccommodationRequest,
    pictures: Vec<(Slot, SentPicture)>,
}

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    answer(&candidate, &exam, None, (StatusCode::OK, &[])).await
}

pub(crate) async fn hand_in(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    form: Multipart,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let sent = read_form(form).await?;
    let accommodations = &visit.app.outside.registration.accommodations;
    for (slot, picture) in sent.pictures {
        if let Some(error) = keep(&candidate, slot, picture).await? {
            return answer(&candidate, &exam, Some(&sent.request), (StatusCode::UNPROCESSABLE_ENTITY, &[error])).await;
        }
    }
    let orders = visit.orders_of(&exam).await?;
    let w = visit.words;
    let error = match accommodations.hand_in(candidate.account.id, &exam, &orders, &sent.request).await {
        Ok(()) => return Ok(Redirect::to(&with_said(&here(&exam), "accommodation")).into_response()),
        // The page says that it is over.
        Err(AccommodationError::NotOpen) => return Ok(Redirect::to(&here(&exam)).into_response()),
        Err(AccommodationError::Store(error)) => return Err(error.into()),
        Err(AccommodationError::NoKind | AccommodationError::NotOffered(_)) => {
            of("kinds", w.t("accommodation-error-kind"))
        }
        Err(AccommodationError::NoDetails) => of("details", w.t("accommodation-error-details")),
        Err(AccommodationError::TooLong) => {
            of("details", w.with("accommodation-error-long", &[("count", DETAILS_CHARS_MAX.into())]))
        }
        Err(AccommodationError::NoProof) => of(Slot::Proof.as_str(), w.t("accommodation-error-proof")),
        Err(AccommodationError::Gone) => of(Slot::Proof.as_str(), w.t("accommodation-error-gone")),
    };
    answer(&candidate, &exam, Some(&sent.request), (StatusCode::UNPROCESSABLE_ENTITY, &[error])).await
}

pub(crate) async fn withdraw(candidate: Candidate, Path(exam): Path<String>) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let accommodations = &candidate.visit.app.outside.registration.accommodations;
    accommodations.withdraw(candidate.account.id, &exam.id).await?;
    Ok(Redirect::to(&with_said(&here(&exam), "accommodation-withdrawn")).into_response())
}

/// A reload of what became a GET.
pub(crate) async fn back(candidate: Candidate, Path(exam): Path<String>) -> Result<Redirect, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    Ok(Redirect::to(&here(&exam)))
}

fn here(exam: &Exam) -> String {
    format!("{}/accommodations", path_of(exam))
}

/// Keeps a proof that came with the form. An error: it is no picture that can be kept.
async fn keep(candidate: &Candidate, slot: Slot, picture: SentPicture) -> Result<Option<FieldError>, Failure> {
    let w = candidate.visit.words;
    let drafted = match picture {
        SentPicture::Nothing => return Ok(None),
        SentPicture::TooLarge => Err(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }.into()),
        SentPicture::File(bytes) => {
            let accommodations = &candidate.visit.app.outside.registration.accommodations;
            accommodations.draft(candidate.account.id, slot, bytes).await
        }
    };
    match drafted {
        Ok(_) => Ok(None),
        Err(DraftError::Picture(fault)) => Ok(Some(of(slot.as_str(), picture_fault(w, fault)))),
        Err(DraftError::Busy) => Ok(Some(whole(w.t("identity-busy")))),
        Err(DraftError::Store(error)) => Err(error.into()),
    }
}

/// The page; who may not be here yet is led to the exam's.
async fn answer(
    candidate: &Candidate,
    exam: &Exam,
    typed: Option<&AccommodationRequest>,
    (status, errors): (StatusCode, &[FieldError]),
) -> Result<Response, Failure> {
    let (visit, account) = (&candidate.visit, candidate.account.id);
    let progress = visit.progress(exam).await?;
    let kind = TaskKind::Accommodations;
    if task(&progress.steps, &kind).is_none() {
        return Err(Failure::NotFound);
    }
    if blocked_by(&progress.steps, &kind).is_some() {
        return Ok(Redirect::to(&path_of(exam)).into_response());
    }
    let accommodations = &visit.app.outside.registration.accommodations;
    let asked = accommodations.get(account, &exam.id).await?;
    let kept = accommodations.proofs(account, &exam.id).await?;
    let mut proofs = [None, None];
    for ((proof, slot), kept) in proofs.iter_mut().zip(PROOF_SLOTS).zip(kept) {
        let draft = accommodations.drafted(account, slot).await?;
        let of_draft = draft.map(|_| format!("{}.jpg", view::put(exam, slot)));
        *proof = of_draft.or_else(|| kept.map(|id| format!("/me/photos/{id}.jpg")));
    }
    let shown = typed.or(asked.as_ref().map(|asked| &asked.request)).cloned().unwrap_or_default();
    let view = View {
        exam,
        steps: &progress.steps,
        may: may(exam, &progress.steps, asked.as_ref(), visit.now),
        asked: asked.as_ref(),
        shown: &shown,
        proofs,
        errors,
        now: visit.now,
    };
    let mut frame = visit.frame_of(task_words::name(visit.words, exam, &kind), exam, &progress);
    frame.script = Some("upload.js");
    Ok((status, page(&frame, &body(visit.words, &view))).into_response())
}

/// May anything be handed in: something new, or what staff asked for?
fn may(exam: &Exam, steps: &[StepView], asked: Option<&Accommodation>, now: jiff::Timestamp) -> bool {
    let same = asked.map(|asked| asked.request.clone()).unwrap_or_default();
    may_hand_in(exam, steps, asked, &same, now)
}

async fn read_form(mut form: Multipart) -> Result<Sent, Failure> {
    let mut sent = Sent::default();
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(|error| refusal(&error))? else { return Ok(sent) };
        let name = field.name().unwrap_or_default().to_owned();
        let part = read(field).await?;
        let slot = PROOF_SLOTS.into_iter().find(|slot| fields(slot.as_str()).contains(&name));
        match (slot, part) {
            (Some(slot), part)
                if part != SentPicture::Nothing && !sent.pictures.iter().any(|(known, _)| *known == slot) =>
            {
                sent.pictures.push((slot, part));
            }
            (None, SentPicture::File(text)) if name == "kinds" => {
                sent.request.kinds.extend(text_of(&text)?.parse::<AccommodationKind>().ok())
            }
            (None, SentPicture::File(text)) if name == "details" => {
                text_of(&text)?.clone_into(&mut sent.request.details)
            }
            _ => {}
        }
    }
    Err(Failure::Bad)
}

fn text_of(text: &Bytes) -> Result<&str, Failure> {
    std::str::from_utf8(text).map_err(|_| Failure::Bad)
}
