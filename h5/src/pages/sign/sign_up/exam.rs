//! For which exam one wants an account, when each asks for another kind.

use std::sync::Arc;

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;

use crate::request::next::Next;
use crate::request::visit::Visit;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page, phrases};

pub(crate) fn show(visit: &Visit, next: &Next, exams: &[Arc<Exam>]) -> Markup {
    page(&visit.frame(visit.words.t("sign-up-title")), &body(visit.words, next, exams))
}

pub(crate) fn body(w: Words, next: &Next, exams: &[Arc<Exam>]) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("sign-up-exam-title")))
            p class="lead" { (w.t("sign-up-exam-lead")) }
            ul class="pick" {
                @for exam in exams {
                    li {
                        a href={ "/sign-up?exam=" (exam.id) "&next=/exams/" (exam.id) } {
                            (phrases(w.pick(&exam.title.zh, &exam.title.en))) (icon(Icon::Chevron))
                        }
                    }
                }
            }
            p class="beside" {
                (w.t("sign-up-have")) " " a href={ "/sign-in?" (next.query()) } { (w.t("sign-up-have-link")) }
            }
        }
    }
}
