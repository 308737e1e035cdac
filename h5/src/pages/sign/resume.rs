//! A form once more, one tap away. After signing in again: on with the form under which the session had ended, as it was. It is not sent by itself:
//! whoever signed in may have changed their mind since.

use maud::{Markup, html};
use pagekit::words::Words;

use crate::request::sent::carried::Carried;
use crate::request::visit::Visit;
use crate::view::callout::{Tone, callout};
use crate::view::layout::{Visitor, heading, page};

/// The page that has the form.
pub(crate) fn page_of(visit: &Visit, carried: &Carried) -> Markup {
    let w = visit.words;
    let mut frame = visit.frame(w.t("resume-title"));
    frame.visitor = Visitor::Unknown;
    page(&frame, &body(w, carried))
}

pub(crate) fn body(w: Words, carried: &Carried) -> Markup {
    form_again(w, carried, &w.t("resume-title"), &w.t("resume-lead"))
}

/// A form as it was sent, without its passwords and pictures, to be sent once more.
pub(crate) fn form_again(w: Words, carried: &Carried, title: &str, lead: &str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, title))
            p class="lead" { (lead) }
            @if carried.had_file { (callout(Tone::Care, &w.t("resume-file"), &html! {})) }
            form method="post" action=(carried.path) data-busy=(w.t("form-busy"))
                enctype=[carried.is_multipart.then_some("multipart/form-data")] {
                @for (name, value) in &carried.pairs { input type="hidden" name=(name) value=(value); }
                button class="button" type="submit" { (w.t("resume-submit")) }
            }
            p class="beside" { a href=(carried.path) { (w.t("resume-back")) } }
        }
    }
}
