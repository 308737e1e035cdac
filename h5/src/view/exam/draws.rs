//! The way to how places are drawn, from the pages of an exam.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;

use crate::view::icons::{Icon, icon};

/// The link, where a sitting of the exam is arranged.
pub(crate) fn draws_link(w: Words, exam: &Exam, has_draws: bool) -> Markup {
    html! {
        @if has_draws { p { a class="link" href={ "/exams/" (exam.id) "/draw" } { (w.t("draw-link")) (icon(Icon::Chevron)) } } }
    }
}
