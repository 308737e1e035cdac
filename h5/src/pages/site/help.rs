//! Whom to ask: the site, and each exam.

use std::sync::Arc;

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;

use crate::request::visit::Visit;
use crate::view::contact::contact;
use crate::view::layout::{heading, page, phrases};

/// Most exams that are listed.
const EXAMS_MAX: usize = 50;

pub(crate) async fn show(visit: Visit) -> Markup {
    let exams = visit.app.outside.registration.exams.list();
    let body = body(visit.words, visit.app.outside.contact.as_deref(), &exams);
    page(&visit.frame(visit.words.t("help-title")), &body)
}

pub(crate) fn body(w: Words, site: Option<&str>, exams: &[Arc<Exam>]) -> Markup {
    let with_contact = exams.iter().filter_map(|exam| Some((exam, exam.rules.contact.as_ref()?))).take(EXAMS_MAX);
    html! {
        div class="column" {
            (heading(None, &w.t("help-title")))
            p class="lead" { (w.t("help-lead")) }
            @if let Some(site) = site { p { (contact(site)) } }
            ul class="orders" {
                @for (exam, text) in with_contact {
                    li class="order" {
                        h2 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
                        p { (contact(w.pick(&text.zh, &text.en))) }
                        p { a href={ "/exams/" (exam.id) } { (w.t("exam-look")) } }
                    }
                }
            }
            p class="hint" { (w.t("help-number")) }
        }
    }
}
