//! All imports, and the form for another one.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::words::{Words, key};
use registration::imports::{FILE_BYTES_MAX, KEPT_DAYS};
use registration::model::import::{Import, ImportKind};
use reservation::ids::ExamId;
use serde::Deserialize;
use strum::VariantArray as _;

use super::frame::{Tab, answer, path};
use super::words;
use crate::desk::message::Message;
use crate::finance::parts::{moment, select, table};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

const HEADS: [&str; 6] = [
    key("import-file"),
    key("import-kind"),
    key("import-exam"),
    key("import-by"),
    key("import-when"),
    key("import-state"),
];
const MEGABYTE: u64 = 1024 * 1024;

/// What was chosen, as it stands in the address or came with a form.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) exam: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) imports: &'a [Import],
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) chosen: &'a Chosen,
}

pub(crate) async fn show(visit: Visit, Query(chosen): Query<Chosen>) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, None, &chosen).await
}

pub(super) async fn draw(
    visit: &Visit,
    status: StatusCode,
    message: Option<&Message>,
    chosen: &Chosen,
) -> Result<Response, Failure> {
    let imports = visit.app.outside.registration.imports.list(&visit.staff).await?;
    let exams = visit.exams();
    let body = body(visit.words, &View { imports: &imports, exams: &exams, chosen });
    answer(visit, (status, Tab::In, visit.words.t("imports").into_owned()), message, &body, None).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.imports.iter().map(|import| row(w, view.exams, import)).collect();
    html! {
        p { (w.t("imports-lead")) }
        div class="beside" {
            section {
                h2 { (w.t("import-new")) }
                @if view.exams.is_empty() { p class="nothing" { (w.t("import-no-exams")) } }
                @else { (form(w, view)) }
            }
            section {
                p { a href="/rooms#list" { (w.t("import-rooms-where")) } }
                h2 { (w.t("import-templates")) }
                p class="hint" { (w.t("import-templates-how")) }
                ul class="kinds" {
                    @for kind in ImportKind::VARIANTS {
                        li {
                            span { (words::kind(w, *kind)) }
                            a class="button second" href={ "/imports/templates/" (kind.as_ref()) ".xlsx" } download {
                                (w.t("import-template"))
                            }
                        }
                    }
                }
            }
        }
        section {
            h2 { (w.t("imports-history")) }
            @if rows.is_empty() { p class="nothing" { (w.t("imports-none")) } }
            @else { (table(w, &w.t("imports-history"), &HEADS, &rows)) }
            p class="hint" { (w.with("imports-kept", &[("days", KEPT_DAYS.into())])) }
        }
    }
}

fn form(w: Words, view: &View<'_>) -> Markup {
    // Rooms are of no exam, and have their form where they are shown.
    let kinds = ImportKind::VARIANTS.iter().filter(|kind| kind.is_of_exam());
    let kinds = kinds.map(|kind| (kind.as_ref().to_owned(), words::kind(w, *kind)));
    let exams = view.exams.iter().map(|(id, title)| (id.to_string(), title.clone()));
    let most = FILE_BYTES_MAX / MEGABYTE;
    html! {
        form class="fields" method="post" action="/imports" enctype="multipart/form-data" {
            (select("kind", &w.t("import-kind"), None, &view.chosen.kind, kinds))
            (select("exam", &w.t("import-exam"), None, &view.chosen.exam, exams))
            div {
                label for="file" { (w.t("import-choose")) }
                input id="file" name="file" type="file" required accept=".xlsx,.xls,.csv,.txt" aria-describedby="file-how";
                p class="hint" id="file-how" { (w.with("import-choose-how", &[("most", most.into())])) }
            }
            button class="button" type="submit" { (w.t("import-send")) }
            p class="hint" { (w.t("import-send-how")) }
        }
    }
}

fn row(w: Words, exams: &[(ExamId, String)], import: &Import) -> Vec<Markup> {
    let (tone, state) = words::state(w, import);
    vec![
        html! { a href=(path(import.id)) { (import.file_name) } },
        html! { span class="fen" { (words::kind(w, import.kind)) } },
        html! { (words::exam(exams, import)) },
        html! { span class="fen" { (import.staff_name) } },
        html! { (moment(w, import.made_at)) },
        html! { (tag(tone, &state)) },
    ]
}
