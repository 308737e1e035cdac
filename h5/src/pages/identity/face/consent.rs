//! The consent to having one's face looked at by a machine: apart from every other one, before any camera opens, and taken back at any
//! time in 个人中心.

use std::borrow::Cow;

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use serde::Deserialize;

use super::{View, render};
use crate::failure::Failure;
use crate::pages::identity::said;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::form::error_of;
use crate::view::icons::{Icon, icon};

/// The name of the box.
pub(crate) const FIELD: &str = "face_consent";

/// What was ticked.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Sent {
    /// Anything: they agree.
    #[serde(default)]
    pub(crate) face_consent: String,
}

pub(crate) async fn give(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let w = candidate.visit.words;
    if sent.face_consent.is_empty() {
        let error = said(FIELD, w.t("face-consent-error").into_owned());
        return render(&candidate, &exam, StatusCode::UNPROCESSABLE_ENTITY, &[error]).await;
    }
    candidate.visit.app.outside.registration.face_consents().give(candidate.account.id).await?;
    Ok(Redirect::to(&format!("{}/face", path_of(&exam))).into_response())
}

/// A reload of what became a GET.
pub(crate) async fn back(Path(exam): Path<String>, candidate: Candidate) -> Result<Redirect, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    Ok(Redirect::to(&format!("{}/face", path_of(&exam))))
}

/// What is asked for before a camera opens.
pub(super) fn gate(w: Words, view: &View<'_>) -> Markup {
    let what = if view.vendor.is_some() { w.t("liveness-consent-what") } else { w.t("face-consent-what") };
    html! {
        p class="lead" { (w.t("face-gate-lead")) }
        form method="post" action={ (path_of(view.exam)) "/face/consent" } data-busy=(w.t("form-busy")) novalidate {
            (box_of_consent(w, &[what, w.t("face-consent-long")], error_of(view.errors, FIELD)))
            button class="button" type="submit" { (w.t("face-gate-go")) }
        }
    }
}

/// The text, which begins with what is done where this is asked, and the box.
pub(crate) fn box_of_consent(w: Words, points: &[Cow<'_, str>], error: Option<&str>) -> Markup {
    let described = if error.is_some() { "face-consent-text face-consent-wrong" } else { "face-consent-text" };
    html! {
        fieldset class="consent" data-error[error.is_some()] {
            legend { (w.t("face-consent-title")) }
            ul id="face-consent-text" {
                @for point in points { li { (point) } }
                li { (w.t("face-consent-free")) }
            }
            @if let Some(error) = error {
                p class="error" id="face-consent-wrong" { (icon(Icon::Cross)) span { (error) } }
            }
            label class="tick" for=(FIELD) {
                input type="checkbox" id=(FIELD) name=(FIELD) value="on" aria-describedby=(described)
                    aria-invalid=[error.map(|_| "true")];
                span { (w.t("face-consent-tick")) }
            }
        }
    }
}
