//! The face check on a vendor's page, where an exam asks that somebody living is seen: begun here, finished there.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::facts::FaceState;
use registration::people::identity::{IdentityError, LivenessStatus};
use registration::rules::steps::{blocked_by, task};

use super::{View, render};
use crate::failure::Failure;
use crate::pages::identity::liveness::leave;
use crate::pages::identity::refusal::{liveness_fault, refusal};
use crate::pages::identity::said;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::form::FieldError;
use crate::view::layout::page;

/// Is it a vendor's page that checks the face of this candidate? Vendors know the resident card only; with another document
/// staff compare.
pub(super) async fn by_vendor(candidate: &Candidate, exam: &Exam) -> Result<bool, Failure> {
    let registration = &candidate.visit.app.outside.registration;
    if !exam.rules.face.liveness || !registration.faces.has_liveness() {
        return Ok(false);
    }
    let person = registration.identity.verified(candidate.account.id).await?;
    Ok(person.is_some_and(|person| person.document.kind() == DocumentKind::ResidentId))
}

/// Asks what came of the newest check; what is to be said of it where a new one can be begun. What an old one came to is no word on
/// a check that has passed or waits by another way, or is to be agreed to first.
pub(super) async fn followed(candidate: &Candidate, exam: &Exam) -> Result<Vec<FieldError>, Failure> {
    let (w, registration) = (candidate.visit.words, &candidate.visit.app.outside.registration);
    let account = candidate.account.id;
    let errors: Vec<FieldError> = match registration.identity.follow_face_liveness(account, &exam.id).await {
        Ok(status) => liveness_fault(w, status).map(|text| said("", text)).into_iter().collect(),
        Err(IdentityError::Store(error)) => return Err(error.into()),
        // The vendor is away for a moment: the page looks again.
        Err(IdentityError::Busy | IdentityError::Unavailable(_)) => Vec::new(),
        Err(error) => vec![refusal(w, error)?.1],
    };
    let state = registration.faces.state(account, &exam.id).await?;
    let is_open = matches!(state, FaceState::None | FaceState::Refused { .. });
    let is_said = is_open && registration.face_consents().is_given(account).await?;
    Ok(if is_said { errors } else { Vec::new() })
}

/// Where the newest check stands; `None`: it is no vendor that checks.
pub(super) async fn status(candidate: &Candidate, exam: &Exam) -> Result<Option<LivenessStatus>, Failure> {
    if !by_vendor(candidate, exam).await? {
        return Ok(None);
    }
    let identity = &candidate.visit.app.outside.registration.identity;
    Ok(Some(identity.face_liveness(candidate.account.id, &exam.id).await?))
}

/// Begins a check. The vendor's page is another origin, to which no form may lead: the answer links there.
pub(crate) async fn begin(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let steps = visit.steps(&exam).await?;
    if task(&steps, &TaskKind::Face).is_none() {
        return Err(Failure::NotFound);
    }
    let here = format!("{}/face", path_of(&exam));
    if blocked_by(&steps, &TaskKind::Face).is_some() || !by_vendor(&candidate, &exam).await? {
        return Ok(Redirect::to(&here).into_response());
    }
    let (w, registration) = (visit.words, &visit.app.outside.registration);
    // Another check costs money, and changes nothing of one that has passed.
    if matches!(registration.faces.state(candidate.account.id, &exam.id).await?, FaceState::Passed { .. }) {
        return Ok(Redirect::to(&here).into_response());
    }
    let back = format!("{}{here}", visit.app.base_url(&headers));
    match registration.identity.begin_face_liveness(candidate.account.id, &exam.id, back).await {
        Ok(url) => {
            let sandbox_url = visit.app.outside.sandbox_url.as_deref();
            Ok(page(&visit.frame(w.t("liveness-title")), &leave(w, &url, sandbox_url)).into_response())
        }
        Err(IdentityError::NoFaceConsent | IdentityError::NoConsent) => Ok(Redirect::to(&here).into_response()),
        Err(error) => {
            let (status, error): (StatusCode, FieldError) = refusal(w, error)?;
            render(&candidate, &exam, status, &[error]).await
        }
    }
}

/// The button that leads there.
pub(super) fn begin_form(w: Words, view: &View<'_>, status: LivenessStatus) -> Markup {
    let is_running = status == LivenessStatus::Running;
    html! {
        p class="lead" { (w.t("face-vendor-lead")) }
        @if is_running {
            (callout(Tone::Plain, &w.t("liveness-running"), &html! { p { (w.t("liveness-running-text")) } }))
        }
        form method="post" action={ (path_of(view.exam)) "/face/liveness" } data-busy=(w.t("form-busy")) {
            button class="button" type="submit" {
                @if is_running || !view.errors.is_empty() { (w.t("liveness-again")) } @else { (w.t("liveness-begin")) }
            }
        }
    }
}
