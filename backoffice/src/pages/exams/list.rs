//! All exams with how they stand, drafts that wait, and the forms by which another exam is begun.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::{Right, Scope, permits};
use registration::drafts::{ExamLine, shipped};
use registration::model::exam::draft::Draft;
use reservation::ids::ExamId;
use serde::Deserialize;

use super::frame::{answer, exam_path, path};
use super::words;
use crate::desk::message::Message;
use crate::finance::parts::{moment, select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 4] = [key("exam-exam"), key("exam-state"), key("exam-seats"), key("exam-next")];
const DRAFT_HEADS: [&str; 4] = [key("exam-draft"), key("exam-origin"), key("exam-changed"), key("exam-changed-by")];

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) lines: &'a [ExamLine],
    pub(crate) drafts: &'a [Draft],
    /// May whoever works begin an exam?
    pub(crate) may_begin: bool,
    pub(crate) now: Timestamp,
}

/// What was done last, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(visit: Visit, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = (done.done == "dropped").then(|| Message::new(Tone::Good, visit.words.t("exam-draft-dropped-done")));
    draw(&visit, StatusCode::OK, message.as_ref()).await
}

pub(super) async fn draw(visit: &Visit, status: StatusCode, message: Option<&Message>) -> Result<Response, Failure> {
    let drafts_door = &visit.app.outside.registration.exam_drafts();
    let (lines, drafts) = (drafts_door.list(&visit.staff).await?, drafts_door.drafts(&visit.staff).await?);
    let may_begin = permits(&visit.staff, Right::EditExams, Scope::Everything);
    // Whoever has a right of one exam sees that one; whoever has none is not here at all.
    if lines.is_empty() && !may_begin {
        visit.demand_somewhere(Right::EditExams).or_else(|_| visit.demand_somewhere(Right::OpenAndClose))?;
    }
    let view = View { lines: &lines, drafts: &drafts, may_begin, now: visit.now };
    answer(visit, (status, visit.words.t("exams").into_owned()), message, &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.lines.iter().map(|line| row(w, line, view.now)).collect();
    let drafts: Vec<Vec<Markup>> = view.drafts.iter().map(|draft| draft_row(w, draft, view.lines)).collect();
    html! {
        p { (w.t("exams-lead")) }
        section {
            @if rows.is_empty() { p class="nothing" { (w.t("exams-none")) } }
            @else { (table(w, &w.t("exams"), &HEADS, &rows)) }
        }
        @if !drafts.is_empty() {
            section {
                h2 { (w.t("exam-drafts")) }
                (table(w, &w.t("exam-drafts"), &DRAFT_HEADS, &drafts))
            }
        }
        @if view.may_begin {
            h2 { (w.t("exam-begin")) }
            div class="beside" {
                section { (from_shipped(w, view.now)) }
                section { (from_files(w)) }
            }
        }
    }
}

fn row(w: Words, ExamLine { exam, capacity, seats }: &ExamLine, now: Timestamp) -> Vec<Markup> {
    let (tone, state) = words::state(w, exam, now);
    let next = words::next(exam, now);
    vec![
        html! { a href=(exam_path(&exam.id)) { (w.pick(&exam.title.zh, &exam.title.en)) } },
        html! { (tag(tone, &state)) },
        html! { span class="fen" { (seats.held + seats.sold) " / " (capacity) } },
        html! { @if let Some((what, at)) = next { (w.t(what)) " " (when::near(w.language, at, now)) } },
    ]
}

fn draft_row(w: Words, draft: &Draft, lines: &[ExamLine]) -> Vec<Markup> {
    let title = |exam: &ExamId| {
        let found = lines.iter().find(|line| line.exam.id == *exam).map(|line| &line.exam.title);
        found.map_or_else(|| exam.to_string(), |title| w.pick(&title.zh, &title.en).to_owned())
    };
    let of = draft.exam.as_ref().map_or_else(|| w.t("exam-draft-new").into_owned(), title);
    vec![
        html! { a href=(path(draft.id)) { (of) } },
        html! { (w.t(words::origin(draft.origin))) },
        html! { (moment(w, draft.changed_at)) },
        html! { span class="fen" { (draft.changed_by) } },
    ]
}

/// The form that begins from an exam that ships.
fn from_shipped(w: Words, now: Timestamp) -> Markup {
    html! {
        h3 { (w.t("exam-begin-shipped")) }
        form class="fields" method="post" action="/exam-drafts" {
            (select("shipped", &w.t("exam-begin-which"), None, "", shipped::names().map(|name| (name.to_owned(), name.to_owned()))))
            (id_and_day(w, when::civil(now).date()))
            button class="button" type="submit" { (w.t("exam-begin-go")) }
            p class="hint" { (w.t("exam-begin-how")) }
        }
    }
}

/// The id of the new exam, and the day on which it opens.
pub(super) fn id_and_day(w: Words, today: Date) -> Markup {
    html! {
        div {
            label for="id" { (w.t("exam-begin-id")) }
            input id="id" name="id" required maxlength="64" pattern="[A-Za-z0-9_\\-]+" autocapitalize="none"
                autocomplete="off" aria-describedby="id-how";
            p class="hint" id="id-how" { (w.t("exam-begin-id-how")) }
        }
        div {
            label for="opening" { (w.t("exam-begin-opening")) }
            input id="opening" name="opening" type="date" required min=(today) aria-describedby="opening-how";
            p class="hint" id="opening-how" { (w.t("exam-begin-opening-how")) }
        }
    }
}

/// The form that begins from files.
fn from_files(w: Words) -> Markup {
    html! {
        h3 { (w.t("exam-begin-files")) }
        form class="fields" method="post" action="/exam-drafts/files" enctype="multipart/form-data" {
            div {
                label for="files" { (w.t("exam-begin-choose")) }
                input id="files" name="files" type="file" required multiple accept=".zip,.tar,.toml,.csv"
                    aria-describedby="files-how";
                p class="hint" id="files-how" { (w.t("exam-begin-choose-how")) }
            }
            button class="button second" type="submit" { (w.t("exam-begin-bring")) }
        }
    }
}
