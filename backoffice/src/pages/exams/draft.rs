//! A draft as a whole: what it says, everything that is wrong with it, what was done with it.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::words::{Words, key};
use registration::drafts::SeenDraft;
use registration::exams::definition::ExamDefinition;
use registration::model::exam::draft::DraftState;
use serde::Deserialize;

use super::frame::{answer, draft_id, exam_path, is_open, path, refusal, tabs, title, version};
use super::{faults, one, words};
use crate::desk::message::Message;
use crate::desk::record::record;
use crate::finance::parts::{fact, moment};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    pub(super) done: String,
}

/// Which version a form is about.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Version {
    #[serde(default)]
    pub(super) version: i64,
}

pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &id, None).await
}

pub(super) async fn draw(
    visit: &Visit,
    status: StatusCode,
    id: &str,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    let seen = visit.app.outside.registration.exam_drafts().see(&visit.staff, draft_id(id)?).await?;
    let body = body(visit.words, &seen, visit.now);
    answer(visit, (status, title(visit.words, &seen)), message, &body).await
}

pub(crate) fn body(w: Words, seen: &SeenDraft, now: Timestamp) -> Markup {
    let draft = &seen.draft;
    let (tone, state) = words::draft_state(draft.state);
    html! {
        p { a href="/exams" { (w.t("exams-back")) } }
        (tabs(w, seen, ""))
        @if is_open(seen) { (over(w, seen)) }
        dl class="facts" {
            (fact(&w.t("exam-state"), &html! { (tag(tone, &w.t(state))) }))
            (fact(&w.t("exam-origin"), &html! { (w.t(words::origin(draft.origin))) }))
            @if let Some(exam) = &draft.exam {
                (fact(&w.t("exam-exam"), &html! { a class="id" href=(exam_path(exam)) { (exam) } }))
            }
            (fact(&w.t("exam-changed"), &html! { (draft.changed_by) " · " (moment(w, draft.changed_at)) }))
            @if let Ok(definition) = &seen.checked { (says(w, definition)) }
        }
        @match &seen.checked {
            Ok(definition) => {
                @if is_open(seen) { (callout(Tone::Good, &w.t("exam-draft-right"), &html! {
                    p { (w.t("exam-draft-right-how")) }
                    p class="acts" {
                        a class="button" href={ (path(draft.id)) "/effect" } { (w.t("exam-effect-see")) }
                        a class="button second" href={ (path(draft.id)) "/preview" } target="_blank" rel="noopener" {
                            (w.t("exam-preview"))
                        }
                    }
                    p class="hint" { (w.t("exam-preview-how")) }
                })) }
                @if !definition.warnings.is_empty() {
                    section {
                        h2 { (w.t("exam-warnings")) }
                        (faults::list(w, &definition.warnings))
                    }
                }
            }
            Err(found) => {
                section {
                    h2 { (w.t("exam-faults")) }
                    p class="hint" { (w.t("exam-faults-how")) }
                    (faults::of_draft(w, found, seen))
                }
            }
        }
        @if is_open(seen) {
            div class="acts" {
                form method="post" action={ (path(draft.id)) "/export" } {
                    button class="button second" type="submit" { (w.t("exam-export")) }
                }
                form method="post" action={ (path(draft.id)) "/drop" } {
                    (version(seen))
                    button class="button second" type="submit" { (w.t("exam-draft-drop")) }
                }
            }
        }
        (record(w, &seen.history, None, now, words::did))
    }
}

/// What the definition says in a few lines.
fn says(w: Words, definition: &ExamDefinition) -> Markup {
    let (page, seats) = (&definition.page, definition.capacities.iter().copied().map(u64::from).sum::<u64>());
    html! {
        (fact(&w.t("exam-field-id"), &html! { span class="id" { (page.id) } }))
        (fact(&w.t("exam-field-opens-at"), &html! { (moment(w, page.opens_at)) }))
        (fact(&w.t("exam-field-closes-at"), &html! { (moment(w, page.closes_at)) }))
        (fact(&w.t("exam-field-fee"), &html! { (page.fee) }))
        (fact(&w.t("exam-part-sittings"), &html! {
            (w.with("exam-sittings-and-seats", &[("sittings", page.sittings.len().into()), ("seats", seats.into())]))
        }))
    }
}

/// The draft as files. Whoever takes it is in the audit.
pub(crate) async fn export(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (name, texts) = visit.app.outside.registration.exam_drafts().export_draft(&visit.staff, draft_id(&id)?).await?;
    one::packed(&name, &texts)
}

/// To the draft as candidates would see it, on their site.
pub(crate) async fn preview(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    match visit.app.outside.registration.exam_drafts().preview_token(&visit.staff, draft_id(&id)?).await {
        Ok(token) => {
            let to = format!("{}/preview/{token}/list", visit.app.outside.site_url);
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => match refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, status, &id, Some(&message)).await,
            None => Err(error.into()),
        },
    }
}

/// Gives the draft up.
pub(crate) async fn drop_it(
    visit: Visit,
    Path(id): Path<String>,
    Form(of): Form<Version>,
) -> Result<Response, Failure> {
    let at = (draft_id(&id)?, of.version);
    match visit.app.outside.registration.exam_drafts().drop_it(&visit.staff, at).await {
        Ok(()) => Ok(Redirect::to("/exams?done=dropped").into_response()),
        Err(error) => match refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, status, &id, Some(&message)).await,
            None => Err(error.into()),
        },
    }
}

/// What is said of the last change of a draft.
pub(super) fn saved(w: Words, done: &Done) -> Option<Message> {
    (done.done == "saved").then(|| Message::new(Tone::Good, w.t("exam-draft-saved")))
}

/// Says that a draft cannot be changed any more, and what has become of it; or that applying it has begun and not ended.
pub(super) fn over(w: Words, seen: &SeenDraft) -> Markup {
    let (tone, word) = match seen.draft.state {
        DraftState::Open if seen.has_begun => {
            let how = html! { p { (w.t("exam-draft-begun-how")) } };
            return callout(Tone::Care, &w.t("exam-draft-begun"), &how);
        }
        DraftState::Open => return html! {},
        DraftState::Applied => (Tone::Good, key("exam-draft-is-applied")),
        DraftState::Dropped => (Tone::Care, key("exam-draft-is-dropped")),
    };
    callout(tone, &w.t(word), &html! {})
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Redirect, Failure> {
    Ok(Redirect::to(&path(draft_id(&id)?)))
}
