//! The way to how places are drawn, from the pages of an exam.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;

/// The link, where a sitting of the exam is arranged.
pub(crate) fn draws_link(w: Words, exam: &Exam, has_draws: bool) -> Markup {
    html! {
        @if has_draws { p class="beside" { a href={ "/exams/" (exam.id) "/draw" } { (w.t("draw-link")) } } }
    }
}
