//! One exam: how it stands, what can be done to it at once, drafts of it, and what was done.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::AuditEntry;
use registration::desk::permits::{Right, Scope, permits};
use registration::drafts::ExamLine;
use registration::model::exam::Window;
use registration::model::exam::draft::Draft;
use registration::model::exam_rules::{IdentityWay, TaskKind};
use reservation::ids::ExamId;
use serde::Deserialize;

use super::frame::{answer, exam_id, exam_path, path};
use super::{bundle, list, words};
use crate::desk::message::Message;
use crate::desk::record::record;
use crate::finance::parts::{fact, moment};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) line: &'a ExamLine,
    /// Drafts of it that are open.
    pub(crate) drafts: &'a [Draft],
    pub(crate) history: &'a [AuditEntry],
    pub(crate) may_edit: bool,
    pub(crate) may_open: bool,
    pub(crate) now: Timestamp,
}

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(
    visit: Visit,
    Path(exam): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let word = match &done.done[..] {
        "applied" => Some(key("exam-applied-done")),
        "opened" => Some(key("exam-opened-done")),
        "closed" => Some(key("exam-closed-done")),
        _ => None,
    };
    let message = word.map(|word| Message::new(Tone::Good, visit.words.t(word)));
    draw(&visit, StatusCode::OK, &exam_id(&exam)?, message.as_ref()).await
}

pub(super) async fn draw(
    visit: &Visit,
    status: StatusCode,
    id: &ExamId,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    let door = &visit.app.outside.registration.exam_drafts();
    let may = |right| permits(&visit.staff, right, Scope::Exam(id));
    let (may_edit, may_open) = (may(Right::EditExams), may(Right::OpenAndClose));
    if !may_edit && !may_open {
        return Err(Failure::Forbidden);
    }
    let lines = door.list(&visit.staff).await?;
    let line = lines.iter().find(|line| line.exam.id == *id).ok_or(Failure::NotFound)?;
    let mut drafts = door.drafts(&visit.staff).await?;
    drafts.retain(|draft| draft.exam.as_ref() == Some(id));
    let history = door.history(id).await?;
    let view = View { line, drafts: &drafts, history: &history, may_edit, may_open, now: visit.now };
    answer(visit, (status, visit.exam_title(id)), message, &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let ExamLine { exam, capacity, seats } = view.line;
    let (tone, state) = words::state(w, exam, view.now);
    let at = |at| html! { (moment(w, at)) };
    html! {
        p { a href="/exams" { (w.t("exams-back")) } }
        dl class="facts" {
            (fact(&w.t("exam-state"), &html! { (tag(tone, &state)) }))
            (fact(&w.t("exam-field-id"), &html! { span class="id" { (exam.id) } }))
            (fact(&w.t("exam-field-opens-at"), &at(exam.opens_at)))
            (fact(&w.t("exam-field-closes-at"), &at(exam.closes_at)))
            (fact(&w.t("exam-field-payment-deadline"), &at(exam.payment_deadline)))
            (fact(&w.t("exam-field-fee"), &html! { (exam.fee) }))
            (fact(&w.t("exam-seats"), &html! {
                (w.with("exam-seats-of", &[
                    ("sold", seats.sold.into()), ("held", seats.held.into()), ("capacity", (*capacity).into()),
                ]))
            }))
            @if exam.rules.asks_for(&TaskKind::Identity) && exam.rules.identity.ways.contains(&IdentityWay::Card) {
                (fact(&w.t("exam-field-card"), &html! { (words::choice(w, exam.rules.identity.card.as_str())) }))
            }
            (fact(&w.t("exam-part-sittings"), &html! { (exam.sittings.len()) }))
        }
        @if view.may_open { (window(w, &exam.id, exam.window(view.now))) }
        @if view.may_edit {
            div class="beside" {
                section { (edit(w, &exam.id, view.drafts)) }
                section { (copy(w, &exam.id, view.now)) }
            }
        }
        (record(w, view.history, None, view.now, words::did))
    }
}

/// What can be done to its window at once: each asks once more on a page of its own.
fn window(w: Words, exam: &ExamId, window: Window) -> Markup {
    let (act, word, how) = match window {
        Window::NotYet => ("open", key("exam-open-now"), key("exam-open-now-how")),
        Window::Open => ("close", key("exam-close-now"), key("exam-close-now-how")),
        Window::Closed => ("reopen", key("exam-reopen"), key("exam-reopen-how")),
    };
    html! {
        section {
            h2 { (w.t("exam-window")) }
            p class="hint" { (w.t(how)) }
            p { a class="button second" href={ (exam_path(exam)) "/window/" (act) } { (w.t(word)) } }
        }
    }
}

fn edit(w: Words, exam: &ExamId, drafts: &[Draft]) -> Markup {
    html! {
        h2 { (w.t("exam-edit")) }
        p class="hint" { (w.t("exam-edit-how")) }
        @if !drafts.is_empty() {
            ul class="lines" {
                @for draft in drafts {
                    li {
                        a href=(path(draft.id)) { (w.t("exam-draft-go-on")) }
                        span { (draft.changed_by) " · " (moment(w, draft.changed_at)) }
                    }
                }
            }
        }
        div class="acts" {
            form method="post" action={ (exam_path(exam)) "/draft" } {
                button class="button" type="submit" { (w.t("exam-edit-go")) }
            }
            form method="post" action={ (exam_path(exam)) "/export" } {
                button class="button second" type="submit" { (w.t("exam-export")) }
            }
        }
        p class="hint" { (w.t("exam-export-how")) }
    }
}

fn copy(w: Words, exam: &ExamId, now: Timestamp) -> Markup {
    html! {
        h2 { (w.t("exam-clone")) }
        p class="hint" { (w.t("exam-clone-how")) }
        form class="fields" method="post" action={ (exam_path(exam)) "/copy" } {
            (list::id_and_day(w, when::civil(now).date()))
            button class="button second" type="submit" { (w.t("exam-clone-go")) }
        }
    }
}

/// The exam as files. Whoever takes it is in the audit.
pub(crate) async fn export(visit: Visit, Path(exam): Path<String>) -> Result<Response, Failure> {
    let exam = exam_id(&exam)?;
    let texts = visit.app.outside.registration.exam_drafts().export(&visit.staff, &exam).await?;
    packed(exam.as_str(), &texts)
}

/// A .zip of files, to be kept.
pub(super) fn packed(
    name: &str,
    texts: &registration::exams::definition::DefinitionTexts,
) -> Result<Response, Failure> {
    let bytes = bundle::zipped(name, texts).ok_or(Failure::Broken)?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(exam): Path<String>) -> Result<axum::response::Redirect, Failure> {
    Ok(axum::response::Redirect::to(&exam_path(&exam_id(&exam)?)))
}
