//! The page of one import, in whatever state it is. It looks again by itself as long as the program works on it.

use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout, tag};
use pagekit::words::{Words, key};
use registration::desk::audit::AuditAction;
use registration::imports::KEPT_DAYS;
use registration::model::import::{Import, ImportId, ImportState};
use serde::Deserialize;

use super::frame::{Tab, answer, import_id};
use super::parts::{View, drop_form, partly, stale};
use super::{found, words};
use crate::desk::message::Message;
use crate::desk::record::record;
use crate::finance::parts::{fact, moment};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Seconds after which the page looks again while the file is looked through, and while it is applied.
const RELOAD_SECONDS: u32 = 2;

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(visit: Visit, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = (done.done == "dropped").then(|| Message::new(Tone::Good, visit.words.t("import-dropped-done")));
    draw(&visit, StatusCode::OK, import_id(&id)?, message.as_ref(), None).await
}

/// Draws the page, with why something was not done, or with the question whether lines are to go.
pub(super) async fn draw(
    visit: &Visit,
    status: StatusCode,
    id: ImportId,
    message: Option<&Message>,
    asked: Option<u64>,
) -> Result<Response, Failure> {
    let seen = visit.app.outside.registration.imports.see(&visit.staff, id).await?;
    let exams = visit.exams();
    let is_worked_on =
        matches!(seen.import.state, ImportState::Uploading | ImportState::Reading | ImportState::Applying);
    let view = View { seen: &seen, exams: &exams, asked, now: visit.now };
    let title = seen.import.file_name.clone();
    let reload = is_worked_on.then_some(RELOAD_SECONDS);
    answer(visit, (status, Tab::In, title), message, &body(visit.words, &view), reload).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let (seen, import) = (view.seen, &view.seen.import);
    let (tone, state) = words::state(w, import);
    html! {
        p { a href="/imports" { (w.t("imports-back")) } }
        dl class="facts" {
            (fact(&w.t("import-state"), &html! { (tag(tone, &state)) }))
            (fact(&w.t("import-kind"), &html! { (words::kind(w, import.kind)) }))
            @if import.exam.is_some() { (fact(&w.t("import-exam"), &html! { (words::exam(view.exams, import)) })) }
            (fact(&w.t("import-file"), &html! { (import.file_name) " · " (words::size(import.bytes)) }))
            (fact(&w.t("import-by"), &html! { (import.staff_name) " · " (moment(w, import.made_at)) }))
        }
        @match import.state {
            ImportState::Uploading => (working(w, import, &w.t("import-uploading-how"))),
            ImportState::Reading => {
                (stale(w, import))
                (working(w, import, &w.t("import-reading-how")))
                (drop_form(w, import.id))
            }
            ImportState::Applying => (working(w, import, &w.t("import-applying-how"))),
            ImportState::Read => (found::right(w, view)),
            ImportState::Refused => (found::wrong(w, seen)),
            ImportState::Applied => (applied(w, import)),
            ImportState::Failed => (failed(w, import)),
            ImportState::Dropped => {
                (callout(Tone::Plain, &w.t("import-dropped-title"), &html! {
                    @if import.written == 0 { p { (w.t("import-dropped-text")) } }
                }))
                (partly(w, import))
            }
        }
        (record(w, &seen.history, None, view.now, word))
    }
}

/// How far it is. Nobody knows how many lines a file has before its end, so there is no bar.
fn working(w: Words, import: &Import, how: &str) -> Markup {
    html! {
        section class="printing" role="status" {
            p { (w.with("import-progress", &[("lines", import.progress.into())])) }
            p { (how) }
            p class="hint" { (w.with("import-looks-again", &[("seconds", RELOAD_SECONDS.into())])) }
        }
    }
}

fn applied(w: Words, import: &Import) -> Markup {
    let counts = &import.counts;
    let by = import.applied_by.clone().unwrap_or_default();
    let at = import.applied_at.map_or_else(String::new, |at| moment(w, at));
    html! {
        (callout(Tone::Good, &w.with("import-done", &[("lines", counts.lines.into())]), &html! {
            p { (w.with("import-done-by", &[("by", by.into()), ("at", at.into())])) }
        }))
        (found::tally(w, &[
            (key("import-added"), counts.added),
            (key("import-changed-lines"), counts.changed),
            (key("import-same"), counts.same()),
        ], import.kind.is_of_exam().then_some((key("import-removed"), counts.removed))))
        p class="hint" {
            @if import.has_file { (w.with("import-file-kept", &[("days", KEPT_DAYS.into())])) }
            @else { (w.t("import-file-gone")) }
        }
    }
}

fn failed(w: Words, import: &Import) -> Markup {
    html! {
        (callout(Tone::Bad, &w.t("import-failed-title"), &html! {
            p { (w.t(if import.written > 0 { key("import-failed-partly") } else { key("import-failed-text") })) }
        }))
        (partly(w, import))
        (drop_form(w, import.id))
    }
}

/// What was done about an import, in words.
fn word(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::BroughtImport => Some(key("did-bring-import")),
        AuditAction::LookedAtImport => Some(key("did-look-at-import")),
        AuditAction::TookImport => Some(key("did-take-import")),
        AuditAction::WantedImport => Some(key("did-want-import")),
        AuditAction::AppliedImport => Some(key("did-apply-import")),
        AuditAction::DroppedImport => Some(key("did-drop-import")),
        _ => None,
    }
}
