//! Looking a person up in the roster: document, number, name. Nothing is bound here.

pub(crate) mod facts;
pub(crate) mod person;
pub(crate) mod score_review;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::eligibility::{LOOKS_PER_DAY, LookUpError, SeenPerson};
use registration::model::document::{DocumentError, DocumentKind};
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::person::NAME_FIELD_MAX;
use registration::rules::steps::{StepView, TaskState, blocked_by, task};
use serde::Deserialize;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::exam::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::form::person::DOCUMENT_CHARS_MAX;
use crate::view::form::{Field, FieldError, error_of, error_summary, field};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::steps::progress_at;
use crate::words::person::name_fault;

/// What was typed.
#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) number: String,
    #[serde(default)]
    pub(crate) name: String,
}

/// Why the candidate is here again.
#[derive(Default, Deserialize)]
pub(crate) struct Again {
    #[serde(default)]
    expired: String,
}

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Query(again): Query<Again>,
) -> Result<Response, Failure> {
    let exam = find(&candidate.visit, &exam)?;
    let steps = match entered(&candidate, &exam).await? {
        Ok(steps) => steps,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if task(&steps, &TaskKind::Eligibility).is_some_and(|task| task.state == TaskState::Passed) {
        return Ok(Redirect::to(&person_path(&exam, None)).into_response());
    }
    Ok(render(&candidate, &exam, &steps, &Entered::default(), &[], !again.expired.is_empty()))
}

pub(crate) async fn look_up(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(exam): Path<String>,
    Form(typed): Form<Entered>,
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let exam = find(visit, &exam)?;
    let steps = match entered(&candidate, &exam).await? {
        Ok(steps) => steps,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let refuse = |status, errors: &[FieldError]| {
        Ok((status, render(&candidate, &exam, &steps, &typed, errors, false)).into_response())
    };
    let missing = missing(visit.words, &typed);
    let kind: DocumentKind = match typed.kind.parse() {
        Ok(kind) if missing.is_empty() => kind,
        _ => return refuse(StatusCode::UNPROCESSABLE_ENTITY, &missing),
    };
    let (eligibility, orders) = (&visit.app.outside.registration.eligibility, visit.orders_of(&exam).await?);
    let number_and_name = (kind, typed.number.as_str(), typed.name.as_str());
    match eligibility.look_up(candidate.account.id, &exam, &orders, number_and_name).await {
        Ok(seen) => Ok(Redirect::to(&person_path(&exam, Some(seen.as_str()))).into_response()),
        Err(LookUpError::Bound) => Ok(Redirect::to(&person_path(&exam, None)).into_response()),
        Err(LookUpError::Blocked(_) | LookUpError::NotOpen(_)) => Ok(Redirect::to(&path_of(&exam)).into_response()),
        Err(LookUpError::Store(error)) => Err(error.into()),
        Err(error) => {
            let (status, errors) = sentences(visit.words, &error);
            refuse(status, &errors)
        }
    }
}

/// The steps of somebody who may be here; else where they are sent. What only the window keeps from being done does
/// not keep anybody from looking.
pub(super) async fn entered(candidate: &Candidate, exam: &Exam) -> Result<Result<Vec<StepView>, Response>, Failure> {
    let steps = candidate.visit.steps(exam).await?;
    if task(&steps, &TaskKind::Eligibility).is_none() {
        return Err(Failure::NotFound);
    }
    let first = blocked_by(&steps, &TaskKind::Eligibility);
    if first.is_some_and(|first| !matches!(first.state, TaskState::NotYet { .. })) {
        return Ok(Err(Redirect::to(&path_of(exam)).into_response()));
    }
    Ok(Ok(steps))
}

/// Where a person is shown: whom the mark is of, else who is bound.
pub(super) fn person_path(exam: &Exam, seen: Option<&str>) -> String {
    let query = seen.map(|seen| format!("?p={seen}")).unwrap_or_default();
    format!("{}/eligibility/person{query}", path_of(exam))
}

/// Where one looks again, because nobody is known any more.
pub(super) fn expired_path(exam: &Exam) -> String {
    format!("{}/eligibility?expired=on", path_of(exam))
}

/// When the window opens, if it has not.
pub(super) fn opens_at(exam: &Exam, steps: &[StepView], now: Timestamp) -> Option<Timestamp> {
    let step = steps.iter().find(|step| step.tasks.iter().any(|task| task.kind == TaskKind::Eligibility));
    step.map_or(Some(exam.opens_at), |step| step.opens_at).filter(|at| now < *at)
}

fn missing(w: Words, typed: &Entered) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if typed.kind.parse::<DocumentKind>().is_err() {
        errors.push(FieldError { field: "kind".into(), text: w.t("eligibility-error-kind").into_owned() });
    }
    if typed.number.trim().is_empty() {
        errors.push(FieldError { field: "number".into(), text: w.t("eligibility-error-number").into_owned() });
    }
    if typed.name.trim().is_empty() {
        errors.push(FieldError { field: "name".into(), text: w.t("eligibility-error-name").into_owned() });
    }
    errors
}

fn sentences(w: Words, error: &LookUpError) -> (StatusCode, Vec<FieldError>) {
    let at = |field: &'static str, text: std::borrow::Cow<'_, str>| FieldError {
        field: field.into(),
        text: text.into_owned(),
    };
    match error {
        LookUpError::Typed { document, name } => {
            let document = document.map(|error| match error {
                DocumentError::ForeignResident => at("number", w.t("field-document-foreign")),
                _ => at("number", w.t("eligibility-error-number-form")),
            });
            let name = name.map(|error| at("name", name_fault(w, error).into()));
            (StatusCode::UNPROCESSABLE_ENTITY, document.into_iter().chain(name).collect())
        }
        LookUpError::Kind(_) => (StatusCode::UNPROCESSABLE_ENTITY, vec![at("kind", w.t("eligibility-error-kind-not"))]),
        LookUpError::TooMany => {
            let text = w.with("eligibility-error-many", &[("count", LOOKS_PER_DAY.into())]);
            (StatusCode::TOO_MANY_REQUESTS, vec![at("", text)])
        }
        LookUpError::Unknown
        | LookUpError::Bound
        | LookUpError::Blocked(_)
        | LookUpError::NotOpen(_)
        | LookUpError::Store(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, vec![at("number", w.t("eligibility-error-unknown"))])
        }
    }
}

fn render(
    candidate: &Candidate,
    exam: &Exam,
    steps: &[StepView],
    typed: &Entered,
    errors: &[FieldError],
    is_expired: bool,
) -> Response {
    let visit = &candidate.visit;
    let view = View { exam, steps, typed, errors, is_expired, now: visit.now };
    page(&visit.frame(visit.words.t("eligibility-title")), &body(visit.words, &view)).into_response()
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) typed: &'a Entered,
    pub(crate) errors: &'a [FieldError],
    pub(crate) is_expired: bool,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let exam = view.exam;
    let state = task(view.steps, &TaskKind::Eligibility).map(|task| &task.state);
    html! {
        div class="column narrow" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("eligibility-title")))
            (progress_at(w, view.steps, &TaskKind::Eligibility, view.now))
            @if view.is_expired { (callout(Tone::Care, &w.t("eligibility-expired"), &html! {})) }
            @if let Some(TaskState::Over { closed_at }) = state {
                p class="closed" { (w.with("eligibility-over", &[("when", when::dated(w.language, *closed_at, view.now).into())])) }
                p { a class="button second" href=(path_of(exam)) { (w.t("person-back")) } }
            } @else {
                p class="lead" { (w.t("eligibility-lead")) }
                @if let Some(at) = opens_at(exam, view.steps, view.now) {
                    p class="closed" { (w.with("eligibility-early", &[("when", when::dated(w.language, at, view.now).into())])) }
                }
                (form(w, view))
            }
        }
    }
}

fn form(w: Words, view: &View<'_>) -> Markup {
    html! {
        form method="post" action={ (path_of(view.exam)) "/eligibility" } data-busy=(w.t("form-busy")) novalidate {
            (kinds(w, view))
            (field(w, &Field {
                name: "number", kind: "text", label: &w.t("eligibility-number"), value: &view.typed.number,
                autocomplete: "off", length_max: DOCUMENT_CHARS_MAX, ..Field::default()
            }, view.errors))
            (field(w, &Field {
                name: "name", kind: "text", label: &w.t("eligibility-name"), hint: &w.t("eligibility-name-hint"),
                value: &view.typed.name, autocomplete: "name", length_max: NAME_FIELD_MAX, ..Field::default()
            }, view.errors))
            button class="button" type="submit" { (w.t("eligibility-submit")) }
        }
    }
}

fn kinds(w: Words, view: &View<'_>) -> Markup {
    let error = error_of(view.errors, "kind");
    html! {
        div class="field" data-error[error.is_some()] {
            label for="kind" { (w.t("eligibility-kind")) }
            @if let Some(error) = error { p class="error" id="kind-error" { (icon(Icon::Cross)) span { (error) } } }
            select class="below" id="kind" name="kind" required aria-invalid=[error.map(|_| "true")]
                aria-describedby=[error.map(|_| "kind-error")] {
                option value="" selected[view.typed.kind.is_empty()] { (w.t("eligibility-kind-choose")) }
                @for kind in &view.exam.rules.eligibility.documents {
                    option value=(kind.as_str()) selected[view.typed.kind == kind.as_str()] { (kind_name(w, *kind)) }
                }
            }
        }
    }
}

/// What pages call a kind of document.
pub(crate) fn kind_name(w: Words, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::ResidentId => w.t("eligibility-kind-resident-id"),
        DocumentKind::HkMacauPermit => w.t("eligibility-kind-hk-macau-permit"),
        DocumentKind::TaiwanPermit => w.t("eligibility-kind-taiwan-permit"),
        DocumentKind::Passport => w.t("eligibility-kind-passport"),
        DocumentKind::HongKongId => w.t("eligibility-kind-hong-kong-id"),
        DocumentKind::MacauId => w.t("eligibility-kind-macau-id"),
        DocumentKind::ForeignResidentId => w.t("eligibility-kind-foreign-resident-id"),
    }
    .into_owned()
}

/// Whom the page is about.
#[derive(Default, Deserialize)]
pub(crate) struct Whom {
    #[serde(default)]
    pub(super) p: String,
    /// The roster has changed since the page was seen.
    #[serde(default)]
    changed: String,
    #[serde(default)]
    agree: String,
}

impl Whom {
    pub(super) fn seen(&self) -> Option<SeenPerson> {
        self.p.parse().ok()
    }
}
