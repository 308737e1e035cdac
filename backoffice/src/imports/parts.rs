//! What the states of an import's page share.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::words::Words;
use registration::imports::SeenImport;
use registration::model::import::{Import, ImportId};
use reservation::ids::ExamId;

use super::frame::path;

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) seen: &'a SeenImport,
    pub(crate) exams: &'a [(ExamId, String)],
    /// How many lines are to go, where somebody wants that and is asked once more.
    pub(crate) asked: Option<u64>,
    pub(crate) now: Timestamp,
}

/// How much of it was written, where not all of it was.
pub(super) fn partly(w: Words, import: &Import) -> Markup {
    html! {
        @if import.written > 0 {
            (callout(Tone::Care, &w.with("import-partly", &[("count", import.written.into())]), &html! {
                p { (w.t("import-partly-text")) }
            }))
        }
    }
}

/// Why somebody who confirmed it is asked once more, and what was written.
pub(super) fn stale(w: Words, import: &Import) -> Markup {
    match (import.written, import.is_stale) {
        (0, true) => callout(Tone::Care, &w.t("import-stale"), &html! {}),
        _ => partly(w, import),
    }
}

/// Gives the import up.
pub(super) fn drop_form(w: Words, id: ImportId) -> Markup {
    html! {
        form method="post" action={ (path(id)) "/drop" } {
            button class="button second" type="submit" { (w.t("import-drop")) }
        }
    }
}
