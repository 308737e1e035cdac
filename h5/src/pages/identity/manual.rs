//! The way by staff (人工通道): a photo of the person holding the document.

use axum::extract::{Multipart, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::IdentityWay;
use registration::people::identity::IdentityError;
use registration::pictures::kept::{DraftError, Slot};

use super::{From, said};
use crate::failure::Failure;
use crate::pages::identity::refusal::refusal;
use crate::pages::identity::tiles::{draft, identity_tile, pictures_of};
use crate::request::identity_visit::IdentityVisit;
use crate::view::form::picture_tile::awaited;
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::layout::{heading, page};
use crate::words::picture::picture_fault;

const SLOT: Slot = Slot::Holding;

pub(crate) async fn show(visit: IdentityVisit, Query(from): Query<From>) -> Result<Response, Failure> {
    let record = visit.record().await?;
    if let Some(elsewhere) = super::elsewhere(&visit, &from, &record, IdentityWay::Manual) {
        return Ok(elsewhere);
    }
    Ok(render(&visit, &from, &[]).await?.into_response())
}

pub(crate) async fn hand_in(
    visit: IdentityVisit,
    Query(from): Query<From>,
    form: Multipart,
) -> Result<Response, Failure> {
    let record = visit.record().await?;
    if !visit.takes(&from.exam, IdentityWay::Manual) || super::is_done(&visit, &from, &record) {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    let w = visit.visit.words;
    let mut refused = None;
    for (slot, part) in pictures_of(form, &[SLOT]).await? {
        refused = match draft(&visit, slot, part).await {
            Ok(()) => None,
            Err(DraftError::Picture(error)) => {
                Some((StatusCode::UNPROCESSABLE_ENTITY, said(SLOT.as_str(), picture_fault(w, error))))
            }
            Err(error) => Some(refusal(w, error.into())?),
        };
    }
    if refused.is_none() {
        let identity = &visit.visit.app.outside.registration.identity;
        refused = match identity.hand_in(visit.account.id).await {
            Ok(()) | Err(IdentityError::AlreadyVerified) => return Ok(Redirect::to(&from.to("")).into_response()),
            Err(error) => Some(refusal(w, error)?),
        };
    }
    let (status, errors): (StatusCode, Vec<FieldError>) =
        refused.map_or((StatusCode::OK, Vec::new()), |(status, error)| (status, vec![error]));
    Ok((status, render(&visit, &from, &errors).await?).into_response())
}

async fn render(visit: &IdentityVisit, from: &From, errors: &[FieldError]) -> Result<Markup, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    let is_here = identity.drafted(visit.account.id, SLOT).await?.is_some();
    let w = visit.visit.words;
    let mut frame = visit.frame(w.t("manual-title"));
    frame.script = Some("upload.js");
    Ok(page(&frame, &body(w, from, is_here, errors)))
}

pub(crate) fn body(w: Words, from: &From, is_here: bool, errors: &[FieldError]) -> Markup {
    html! {
        div class="column narrow identity" {
            (error_summary(w, errors))
            (heading(None, &w.t("manual-title")))
            p class="lead" { (w.t("manual-lead")) }
            ul class="points" {
                li { (w.t("manual-point-face")) }
                li { (w.t("manual-point-document")) }
                li { (w.t("manual-point-light")) }
            }
            form method="post" action=(from.to("/manual")) enctype="multipart/form-data" data-tiles
                data-busy=(w.t("form-busy")) {
                (identity_tile(w, SLOT.as_str(), &w.t("manual-legend"), &w.t("manual-hint"), is_here, error_of(errors, SLOT.as_str())))
                button class="button" type="submit" { (w.t("manual-submit")) }
                (awaited(w))
            }
            p class="hint" { (w.t("manual-kept")) " " (w.t("marks-kept")) }
        }
    }
}
