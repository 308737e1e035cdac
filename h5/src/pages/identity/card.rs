//! The way by card: both sides, by camera or album, read at once.

use axum::extract::{Multipart, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::model::exam_rules::{CardCheck, IdentityWay};
use registration::people::identity::{CardRefusal, IdentityError, IdentityRecord, Person};
use registration::pictures::kept::{DraftError, Slot};

use super::{From, said};
use crate::failure::Failure;
use crate::pages::identity::refusal::card_refusal;
use crate::pages::identity::tiles::{draft, identity_tile, pictures_of};
use crate::request::identity_visit::IdentityVisit;
use crate::view::facts::{facts, person_name};
use crate::view::form::picture_tile::awaited;
use crate::view::form::sandboxed::sandboxed;
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::layout::{heading, page};
use crate::words::picture::picture_fault;

const SIDES: [Slot; 2] = [Slot::CardFront, Slot::CardBack];

pub(crate) async fn show(visit: IdentityVisit, Query(from): Query<From>) -> Result<Response, Failure> {
    let record = visit.record().await?;
    if let Some(elsewhere) = super::elsewhere(&visit, &from, &record, IdentityWay::Card) {
        return Ok(elsewhere);
    }
    Ok(render(&visit, &from, &record, &[]).await?.into_response())
}

pub(crate) async fn hand_in(
    visit: IdentityVisit,
    Query(from): Query<From>,
    form: Multipart,
) -> Result<Response, Failure> {
    let record = visit.record().await?;
    if !visit.takes(&from.exam, IdentityWay::Card) || super::is_done(&visit, &from, &record) {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    let parts = pictures_of(form, &SIDES).await?;
    let (w, identity) = (visit.visit.words, &visit.visit.app.outside.registration.identity);
    let (mut status, mut errors) = (StatusCode::UNPROCESSABLE_ENTITY, Vec::new());
    for (slot, part) in parts {
        match draft(&visit, slot, part).await {
            Ok(()) => {}
            Err(DraftError::Store(error)) => return Err(error.into()),
            Err(DraftError::Picture(error)) => errors.push(said(slot.as_str(), picture_fault(w, error))),
            Err(DraftError::Busy) => errors.push(said(slot.as_str(), w.t("identity-busy").into_owned())),
        }
    }
    if errors.is_empty() {
        match identity.check_card(visit.account.id, visit.rules(&from.exam).card).await {
            Ok(()) | Err(IdentityError::AlreadyVerified) => return Ok(Redirect::to(&from.to("")).into_response()),
            Err(error) => {
                if matches!(error, IdentityError::Card(CardRefusal::Swapped)) {
                    errors.push(said(Slot::CardBack.as_str(), w.t("card-error-swapped").into_owned()));
                }
                let (code, error) = card_refusal(w, error, visit.takes(&from.exam, IdentityWay::Manual))?;
                status = code;
                errors.insert(0, error);
            }
        }
    }
    Ok((status, render(&visit, &from, &record, &errors).await?).into_response())
}

async fn render(
    visit: &IdentityVisit,
    from: &From,
    record: &IdentityRecord,
    errors: &[FieldError],
) -> Result<Markup, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    let mut here = [false; 2];
    for (here, slot) in here.iter_mut().zip(SIDES) {
        *here = identity.drafted(visit.account.id, slot).await?.is_some();
    }
    let w = visit.visit.words;
    let view = View {
        from,
        person: record.person.as_ref(),
        here,
        errors,
        sandbox_url: visit.visit.app.outside.sandbox_url.as_deref(),
        is_guest_phone: visit.is_guest_phone,
        has_manual: visit.takes(&from.exam, IdentityWay::Manual),
        by_staff: visit.rules(&from.exam).card == CardCheck::Staff,
    };
    let mut frame = visit.frame(w.t("card-title"));
    frame.script = Some("upload.js");
    Ok(page(&frame, &body(w, &view)))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) from: &'a From,
    pub(crate) person: Option<&'a Person>,
    /// Which sides are here already.
    pub(crate) here: [bool; 2],
    pub(crate) errors: &'a [FieldError],
    pub(crate) sandbox_url: Option<&'a str>,
    /// May one go to staff instead?
    pub(crate) has_manual: bool,
    /// Do staff look at each card?
    pub(crate) by_staff: bool,
    /// A phone that came by a code sees no page of the account.
    pub(crate) is_guest_phone: bool,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let tile = |index: usize, legend: &str, hint: &str| {
        let slot = SIDES[index].as_str();
        identity_tile(w, slot, legend, hint, view.here[index], error_of(view.errors, slot))
    };
    let (name, number) = (w.t("identity-name"), w.t("identity-number"));
    // The page that corrects a name leads straight back here.
    let mend = match view.is_guest_phone {
        true => format!("{}&again=on", view.from.to("")),
        false => format!("/me/name?next={}", query_value(&view.from.to("/card"))),
    };
    html! {
        div class="column narrow identity" {
            (error_summary(w, view.errors))
            (heading(None, &w.t("card-title")))
            p class="lead" { (w.t("card-lead")) @if view.by_staff { " " (w.t("card-by-staff")) } }
            (sandboxed(w, &w.t("sandbox-card"), view.sandbox_url))
            @if let Some(person) = view.person {
                (facts(&[
                    (&name, person_name(person.name.expose())),
                    (&number, html! { (person.document.masked()) }),
                ]))
                p class="hint" { (w.t("card-compare")) " " a href=(mend) { (w.t("card-mend")) } }
            }
            form method="post" action=(view.from.to("/card")) enctype="multipart/form-data" data-tiles
                data-busy=(w.t("card-busy")) {
                (tile(0, &w.t("card-front"), &w.t("card-front-hint")))
                (tile(1, &w.t("card-back"), &w.t("card-back-hint")))
                button class="button" type="submit" { (w.t("card-submit")) }
                (awaited(w))
            }
            @if view.has_manual {
                p class="beside" { (w.t("card-manual")) " " a href=(view.from.to("/manual")) { (w.t("identity-way-manual")) } }
            }
            p class="hint" {
                @if view.by_staff { (w.t("card-kept-staff")) } @else { (w.t("card-kept")) }
                " " (w.t("marks-kept"))
            }
        }
    }
}
