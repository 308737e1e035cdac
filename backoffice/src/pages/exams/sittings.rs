//! The sittings of a draft as a table whose cells are fields.

use std::collections::HashMap;

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::Words;
use registration::drafts::SeenDraft;
use registration::drafts::table::SheetText;
use registration::drafts::writing::{SITTING_FIELDS, SITTINGS_IN_A_FORM_MAX, shown_moment};
use registration::exams::definition::{DefinitionError, SITTINGS_FILE};

use super::draft::{Done, over, saved};
use super::frame::{answer, draft_id, is_open, path, refusal, tabs, title, version};
use super::{faults, words};
use crate::desk::message::Message;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(visit: Visit, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response, Failure> {
    let message = saved(visit.words, &done);
    draw(&visit, StatusCode::OK, &id, message.as_ref(), None).await
}

/// Writes the table.
pub(crate) async fn fill(
    visit: Visit,
    Path(id): Path<String>,
    Form(entered): Form<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let draft = draft_id(&id)?;
    let version = entered.get("version").and_then(|version| version.parse().ok()).unwrap_or_default();
    let door = &visit.app.outside.registration.exam_drafts();
    match door.fill_sittings(&visit.staff, (draft, version), &entered).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/sittings?done=saved", path(draft))).into_response()),
        Err(error) => match refusal(visit.words, &error) {
            Some((status, message)) => draw(&visit, status, &id, Some(&message), Some(&entered)).await,
            None => Err(error.into()),
        },
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    id: &str,
    message: Option<&Message>,
    entered: Option<&HashMap<String, String>>,
) -> Result<Response, Failure> {
    let seen = visit.app.outside.registration.exam_drafts().see(&visit.staff, draft_id(id)?).await?;
    let body = body(visit.words, &seen, entered);
    answer(visit, (status, title(visit.words, &seen)), message, &body).await
}

pub(crate) fn body(w: Words, seen: &SeenDraft, entered: Option<&HashMap<String, String>>) -> Markup {
    let sheet = SheetText::of_sittings(&seen.texts.sittings).filter(|sheet| sheet.len() <= SITTINGS_IN_A_FORM_MAX);
    html! {
        (tabs(w, seen, "/sittings"))
        (over(w, seen))
        @match sheet {
            None => (callout(Tone::Care, &w.with("exam-sittings-unreadable", &[("most", SITTINGS_IN_A_FORM_MAX.into())]), &html! {
                p { a href={ (path(seen.draft.id)) "/file/sittings.csv" } { (w.t("exam-part-as-text")) } }
            })),
            Some(sheet) => (form(w, seen, &sheet, entered)),
        }
    }
}

fn form(w: Words, seen: &SeenDraft, sheet: &SheetText, entered: Option<&HashMap<String, String>>) -> Markup {
    let found = seen.checked.as_ref().err().map_or(&[][..], Vec::as_slice);
    let of_table: Vec<&DefinitionError> = found.iter().filter(|fault| fault.file == SITTINGS_FILE).collect();
    html! {
        @if !of_table.is_empty() {
            section {
                h2 { (w.t("exam-faults")) }
                ul class="faults" { @for fault in &of_table { li {
                    (w.with("exam-fault-row", &[("row", fault.line.saturating_sub(1).into())])) " " (faults::said(w, fault))
                } } }
            }
        }
        p class="hint" { (w.t("exam-sittings-how")) }
        form class="draft-form" method="post" action={ (path(seen.draft.id)) "/sittings" } {
            (version(seen))
            fieldset disabled[!is_open(seen)] {
                div class="wide-table" {
                    table class="cells" {
                        caption class="unseen" { (w.t("exam-part-sittings")) }
                        thead { tr {
                            th scope="col" { "#" }
                            @for column in SITTING_FIELDS { th scope="col" { (words::field(w, column, None)) } }
                            th scope="col" { (w.t("exam-list-remove")) }
                        } }
                        tbody {
                            @for row in 0..=sheet.len() {
                                // Numbers of lines count the names of the columns.
                                @let wrong = of_table.iter().filter(|fault| fault.line == row as u64 + 2);
                                @let wrong: Vec<&str> = wrong.map(|fault| fault.message.as_str()).collect();
                                (line(w, sheet, row, (entered, &wrong)))
                            }
                        }
                    }
                }
                p class="acts" { button class="button" type="submit" { (w.t("exam-draft-save")) } }
            }
        }
    }
}

/// One line of the table; behind the last one an empty line for another sitting.
fn line(
    w: Words,
    sheet: &SheetText,
    row: usize,
    (entered, wrong): (Option<&HashMap<String, String>>, &[&str]),
) -> Markup {
    let is_new = row == sheet.len();
    // A sentence about a cell begins with the names of its columns.
    let is_of = |told: &str, column: &str| {
        told.split_once(": ").is_some_and(|(names, _)| names.split(", ").any(|name| name == column))
    };
    let is_of_line = wrong.iter().any(|told| !SITTING_FIELDS.iter().any(|column| is_of(told, column)));
    let is_wrong = |column: &str| is_of_line || wrong.iter().any(|told| is_of(told, column));
    let cell = |column: &str| {
        let kept = entered.and_then(|entered| entered.get(&format!("{column}.{row}")).cloned());
        kept.unwrap_or_else(|| match column {
            "starts_at" if !is_new => shown_moment(sheet.cell(row, column)),
            _ => sheet.cell(row, column).to_owned(),
        })
    };
    html! {
        tr {
            th scope="row" { @if is_new { (w.t("exam-sittings-new")) } @else { (row + 1) } }
            @for column in SITTING_FIELDS {
                @let label = format!("{} {}", words::field(w, column, None), row + 1);
                td {
                    input name={ (column) "." (row) } value=(cell(column)) aria-label=(label) autocomplete="off"
                        data-column=(column) inputmode=[(column == "capacity").then_some("numeric")]
                        aria-invalid=[is_wrong(column).then_some("true")];
                }
            }
            td { @if !is_new {
                input type="checkbox" name={ "remove." (row) } value="on"
                    aria-label={ (w.t("exam-list-remove")) " " (row + 1) };
            } }
        }
    }
}
