//! What waited for a sign-in or for a second factor: the form is one tap away, as it was sent.

use maud::{Markup, html};
use pagekit::words::Words;

use crate::request::carried::Carried;

/// Why a form had to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// Its sender was signed out.
    ForSignIn,
    /// What it does needs a second factor.
    ForFactor,
}

pub(crate) fn go_on(w: Words, carried: &Carried, waited: Waited) -> Markup {
    let lead = match waited {
        Waited::ForSignIn => w.t("go-on-lead"),
        Waited::ForFactor => w.t("go-on-fresh"),
    };
    html! {
        main class="alone" {
            h1 { (w.t("go-on-title")) }
            p class="hint" { (lead) }
            @if !carried.reason().is_empty() { blockquote { (carried.reason()) } }
            form method="post" action=(carried.path) {
                @for (name, value) in &carried.pairs { input type="hidden" name=(name) value=(value); }
                button class="button" type="submit" { (w.t("go-on-submit")) }
            }
            p { a href=(carried.path) { (w.t("go-on-back")) } }
        }
    }
}
