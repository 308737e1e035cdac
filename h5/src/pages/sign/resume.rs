//! After signing in again: on with the form under which the session had ended, one tap away. It is not sent by itself:
//! who signed in may be somebody else on the same computer.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use pagekit::words::Words;
use registration::accounts::Account;

use crate::layers::carry::Carried;
use crate::request::signing_in::{Next, signed_in};
use crate::request::visit::Visit;
use crate::view::layout::{Visitor, heading, page};
use crate::view::notice::{Tone, notice};

/// Signs somebody in, and leads on: to the form that came along, else to where they were.
pub(crate) fn enter(visit: &Visit, account: &Account, next: &Next, carried: &str) -> Response {
    let Some(carried) = Carried::open(&visit.app, carried) else {
        return crate::request::signing_in::enter(visit, account, next.path());
    };
    let w = visit.words;
    let mut frame = visit.frame(w.t("resume-title"));
    frame.visitor = Visitor::Unknown;
    (signed_in(visit, account), page(&frame, &body(w, &carried))).into_response()
}

pub(crate) fn body(w: Words, carried: &Carried) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("resume-title")))
            p class="lead" { (w.t("resume-lead")) }
            @if carried.had_file { (notice(Tone::Care, &w.t("resume-file"), &html! {})) }
            form method="post" action=(carried.path) data-busy=(w.t("form-busy"))
                enctype=[carried.is_multipart.then_some("multipart/form-data")] {
                @for (name, value) in &carried.pairs { input type="hidden" name=(name) value=(value); }
                button class="button" type="submit" { (w.t("resume-submit")) }
            }
            p class="beside" { a href=(carried.path) { (w.t("resume-back")) } }
        }
    }
}
