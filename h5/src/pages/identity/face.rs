//! The face check of an exam (人脸识别): the consent to it and another way, before any camera opens; then camera, frame, one hint at a
//! time, a file instead, or a vendor's page; or where it stands.

pub(crate) mod consent;
pub(crate) mod liveness;
pub(crate) mod other;
pub(crate) mod upload;

use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::facts::FaceState;
use registration::people::faces::FaceCheckError;
use registration::people::identity::LivenessStatus;
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::pictures::kept::DraftError;
use registration::rules::steps::{StepView, blocked_by, task};

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::{find, go_on};
use crate::request::sent::picture::{SentPicture, picture_or_upload};
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::form::picture_tile::{FIELDS, UPLOAD_FIELD, awaited};
use crate::view::form::sandboxed::sandboxed;
use crate::view::form::sending::sending;
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::steps::progress_at;
use crate::view::waits::exam_waits;
use crate::words::exam::reason as reason_words;
use crate::words::picture::picture_fault;
use crate::words::task as task_words;

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let errors = match liveness::by_vendor(&candidate, &exam).await? {
        true => liveness::followed(&candidate, &exam).await?,
        false => Vec::new(),
    };
    render(&candidate, &exam, StatusCode::OK, &errors).await
}

pub(crate) async fn check(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    form: Multipart,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let (part, upload) = picture_or_upload(form).await?;
    let exam = find(visit, &exam)?;
    let steps = visit.steps(&exam).await?;
    if task(&steps, &TaskKind::Face).is_none() {
        return Err(Failure::NotFound);
    }
    if blocked_by(&steps, &TaskKind::Face).is_some() {
        return Ok(Redirect::to(&path_of(&exam)).into_response());
    }
    let here = format!("{}/face", path_of(&exam));
    // Where a vendor's page sees that somebody is living, no picture takes its place, and staff are not asked to look at one.
    if liveness::by_vendor(&candidate, &exam).await? {
        return Ok(Redirect::to(&here).into_response());
    }
    let faces = &visit.app.outside.registration.faces;
    let check = async |picture| faces.check(candidate.account.id, &exam.id, &exam.rules.face, picture).await;
    // A picture that comes with the form is newer than what has arrived.
    let result = match (part, upload) {
        (SentPicture::File(bytes), _) => check(Some(bytes)).await,
        (SentPicture::TooLarge, _) => {
            Err(DraftError::from(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }).into())
        }
        (SentPicture::Nothing, Some(_)) => check(None).await,
        (SentPicture::Nothing, None) => Err(FaceCheckError::Missing),
    };
    match result {
        Ok(FaceState::Passed { .. }) => go_on(&candidate, &exam).await,
        Ok(FaceState::None | FaceState::Waiting { .. } | FaceState::Refused { .. }) => {
            Ok(Redirect::to(&here).into_response())
        }
        // The page asks for the consent, and says what else there is.
        Err(FaceCheckError::NoConsent) => Ok(Redirect::to(&here).into_response()),
        Err(refused) => {
            let (status, text) = sentence(visit.words, refused)?;
            render(&candidate, &exam, status, &[error(text)]).await
        }
    }
}

fn error(text: String) -> FieldError {
    FieldError { field: "face".into(), text }
}

/// The status and what the candidate reads.
fn sentence(w: Words, refused: FaceCheckError) -> Result<(StatusCode, String), Failure> {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(match refused {
        FaceCheckError::Store(error) | FaceCheckError::Draft(DraftError::Store(error)) => return Err(error.into()),
        FaceCheckError::Missing => (unprocessable, w.t("face-error-nothing").into_owned()),
        FaceCheckError::NoConsent => (unprocessable, w.t("face-consent-error").into_owned()),
        FaceCheckError::OwnPhoto => (unprocessable, w.t("face-error-own-photo").into_owned()),
        FaceCheckError::NotCamera => (unprocessable, w.t("face-error-not-camera").into_owned()),
        FaceCheckError::NotVerified => (StatusCode::CONFLICT, w.t("face-error-not-verified").into_owned()),
        FaceCheckError::Draft(DraftError::Picture(error)) => (unprocessable, picture_fault(w, error)),
        FaceCheckError::Draft(DraftError::Busy) | FaceCheckError::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, w.t("identity-busy").into_owned())
        }
        FaceCheckError::NoFace => (unprocessable, w.t("face-error-none").into_owned()),
        FaceCheckError::PoorQuality => (unprocessable, w.t("face-error-poor").into_owned()),
        FaceCheckError::Different { left } => {
            (unprocessable, w.with("face-error-different", &[("count", u32::from(left).into())]).into_owned())
        }
        FaceCheckError::TriesUsed(most) => (
            StatusCode::TOO_MANY_REQUESTS,
            w.with("face-error-tries", &[("count", u32::from(most).into())]).into_owned(),
        ),
    })
}

async fn render(
    candidate: &Candidate,
    exam: &Exam,
    status: StatusCode,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let steps = visit.steps(exam).await?;
    if task(&steps, &TaskKind::Face).is_none() {
        return Err(Failure::NotFound);
    }
    if blocked_by(&steps, &TaskKind::Face).is_some() {
        return Ok(Redirect::to(&path_of(exam)).into_response());
    }
    let registration = &visit.app.outside.registration;
    let faces = &registration.faces;
    let state = faces.state(candidate.account.id, &exam.id).await?;
    let view = View {
        exam,
        steps: &steps,
        state: &state,
        errors,
        left: faces.tries_left(candidate.account.id, &exam.id, &exam.rules.face).await?,
        is_automatic: faces.is_automatic() && !exam.rules.face.liveness,
        has_consented: registration.face_consents().is_given(candidate.account.id).await?,
        vendor: liveness::status(candidate, exam).await?,
        sandbox_url: visit.app.outside.sandbox_url.as_deref(),
        now: visit.now,
    };
    let mut frame = visit.frame(task_words::name(visit.words, exam, &TaskKind::Face));
    frame.script = view.has_camera().then_some("camera.js");
    frame.refresh_seconds = (view.vendor == Some(LivenessStatus::Running)).then_some(LOOK_AGAIN_SECONDS);
    let page = page(&frame, &body(visit.words, &view));
    Ok(if view.has_camera() {
        (status, camera_allowed(), page).into_response()
    } else {
        (status, page).into_response()
    })
}

/// The camera is for the pages that show it and for no other.
fn camera_allowed() -> [(HeaderName, HeaderValue); 1] {
    [(HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(self)"))]
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) state: &'a FaceState,
    pub(crate) errors: &'a [FieldError],
    pub(crate) left: u8,
    pub(crate) is_automatic: bool,
    /// Did they agree to having their face looked at?
    pub(crate) has_consented: bool,
    /// Where the newest check on a vendor's page stands, where that is how the exam checks.
    pub(crate) vendor: Option<LivenessStatus>,
    pub(crate) sandbox_url: Option<&'a str>,
    pub(crate) now: Timestamp,
}

impl View<'_> {
    /// Does the page show the camera?
    pub(crate) fn has_camera(&self) -> bool {
        let is_open = matches!(self.state, FaceState::None | FaceState::Refused { .. });
        is_open && self.has_consented && self.vendor.is_none()
    }
}

/// Seconds after which a page that waits for a vendor's outcome looks again.
const LOOK_AGAIN_SECONDS: u64 = 5;

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    html! {
        div class="column narrow identity" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &task_words::name(w, exam, &TaskKind::Face)))
            (progress_at(w, view.steps, &TaskKind::Face, view.now))
            @match view.state {
                FaceState::Passed { at, is_in_person } => {
                    (callout(Tone::Good, &w.t("face-passed"), &html! {
                        @if *is_in_person { p { (w.t("face-in-person")) } }
                        p { (w.with("identity-verified-at", &[("when", when::near(w.language, *at, view.now).into())])) }
                    }))
                    p { a class="button" href=(path_of(exam)) { (w.t("identity-go-on")) } }
                }
                FaceState::Waiting { since } => {
                    (callout(Tone::Plain, &w.t("face-waiting"), &html! {
                        p { (w.with("identity-waiting-since", &[("when", when::near(w.language, *since, view.now).into())])) }
                        p { (w.t("face-waiting-how")) }
                    }))
                    @if let Some(waits) = exam_waits(w, exam, view.steps) { (waits) }
                    p { a class="button second" href=(path_of(exam)) { (w.t("face-back")) } }
                }
                FaceState::Refused { reason } => {
                    (callout(Tone::Bad, &w.t("face-refused"), &html! {
                        p class="reason" { (w.with("identity-refused-reason", &[("reason", reason_words(w, exam, reason).into())])) }
                    }))
                    (asked(w, view))
                }
                FaceState::None => (asked(w, view)),
            }
        }
    }
}

/// The consent first, then the way that the exam has; and always what else there is.
fn asked(w: Words, view: &View<'_>) -> Markup {
    html! {
        @match (view.has_consented, view.vendor) {
            (false, _) => (consent::gate(w, view)),
            (true, Some(status)) => (liveness::begin_form(w, view, status)),
            (true, None) => (camera(w, view)),
        }
        (other::offer(w, view.exam))
    }
}

/// Camera with a frame where the script runs; two plain buttons where it does not.
fn camera(w: Words, view: &View<'_>) -> Markup {
    let error = error_of(view.errors, "face");
    html! {
        p class="lead" { (w.t("face-lead")) }
        ul class="points" {
            li { (w.t("face-point-light")) }
            li { (w.t("face-point-bare")) }
            li { (w.t("face-point-frame")) }
        }
        (sandboxed(w, &w.t("sandbox-face"), view.sandbox_url))
        form method="post" action={ (path_of(view.exam)) "/face" } enctype="multipart/form-data"
            data-busy=(w.t("face-busy")) data-face data-tiles {
            fieldset class="tile face" id="face" tabindex="-1" data-put={ (path_of(view.exam)) "/face/picture" }
                data-limit=(PICTURE_BYTES_MAX) aria-describedby="face-error" {
                legend class="unseen" { (w.t("face-legend")) }
                p class="error" id="face-error" role="alert" {
                    @if let Some(error) = error { (icon(Icon::Cross)) span { (error) } }
                }
                (viewfinder(w))
                input type="hidden" name=(UPLOAD_FIELD);
                div class="face-file" data-file {
                    @let limit = [("limit", (PICTURE_BYTES_MAX / (1024 * 1024)).into())];
                    @let camera_only = view.exam.rules.face.camera_only;
                    p class="hint" data-file-lead {
                        @if camera_only { (w.with("face-file-camera", &limit)) } @else { (w.with("face-file", &limit)) }
                    }
                    div class="upload-ways" {
                        (way(w, FIELDS[0], true))
                        @if !camera_only { (way(w, FIELDS[1], false)) }
                    }
                }
            }
            button class="button" type="submit" data-send { (w.t("face-submit")) }
            (awaited(w))
        }
        p class="hint" {
            @if view.is_automatic { (w.with("face-tries", &[("count", u32::from(view.left).into())])) }
            @else { (w.t("face-by-staff")) }
            " " (w.t("face-kept")) " " (w.t("marks-kept"))
        }
    }
}

/// The words that the camera's script says, one at a time.
fn viewfinder(w: Words) -> Markup {
    html! {
        div class="finder" data-camera hidden data-look=(w.t("camera-look")) data-dark=(w.t("camera-dark")) data-bright=(w.t("camera-bright"))
            data-chosen=(w.with("camera-chosen", &[("name", "{name}".into())])) data-taken=(w.t("camera-taken")) data-none=(w.t("camera-none")) data-used=(w.t("camera-used"))
            data-insecure=(w.t("camera-insecure")) data-denied-ios=(w.t("camera-denied-ios"))
            data-denied-android=(w.t("camera-denied-android"))
            data-denied-ios-app=(w.t("camera-denied-ios-app")) data-denied-android-app=(w.t("camera-denied-android-app"))
            data-denied-other=(w.t("camera-denied-other")) {
            div class="finder-view" {
                video autoplay muted playsinline aria-label=(w.t("camera-view")) {}
                canvas hidden role="img" aria-label=(w.t("camera-taken")) {}
                svg class="oval" viewBox="0 0 300 400" preserveAspectRatio="xMidYMid slice" aria-hidden="true" {
                    path fill-rule="evenodd" d="M0 0H300V400H0ZM150 50C88 50 60 110 60 180S100 335 150 335 240 250 240 180 212 50 150 50Z" {}
                    ellipse cx="150" cy="192" rx="90" ry="142" {}
                }
            }
            (sending(w, Some("finder-say"), PICTURE_BYTES_MAX, &html! { (w.t("camera-start-hint")) }))
            div class="finder-do" {
                button type="button" class="button" data-start { (icon(Icon::Camera)) (w.t("camera-start")) }
                button type="button" class="button" data-shoot hidden { (w.t("camera-shoot")) }
                button type="button" class="button second" data-again hidden { (w.t("camera-again")) }
            }
        }
    }
}

fn way(w: Words, field: &'static str, is_camera: bool) -> Markup {
    let (which, word) =
        if is_camera { (Icon::Camera, w.t("upload-camera")) } else { (Icon::Album, w.t("upload-album")) };
    html! {
        div class="way" {
            label for=(field) { (icon(which)) span { (word) } }
            input type="file" id=(field) name=(field) accept="image/jpeg,image/png" capture=[is_camera.then_some("user")];
        }
    }
}
