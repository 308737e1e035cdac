//! What the states of an import's page share.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::imports::SeenImport;
use registration::model::import::ImportId;
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

/// Gives the import up.
pub(super) fn drop_form(w: Words, id: ImportId) -> Markup {
    html! {
        form method="post" action={ (path(id)) "/drop" } {
            button class="button second" type="submit" { (w.t("import-drop")) }
        }
    }
}
