//! The line below what waits for somebody else: the page turns by itself when it is decided.

use maud::{Markup, html};
use pagekit::words::Words;

/// What is asked, and what it said when the page was drawn.
pub(crate) struct Waits<'a> {
    /// Where it is asked: a path of ours that answers `{"state":"…"}`.
    pub(crate) ask: &'a str,
    /// The answer that changes nothing on this page.
    pub(crate) was: &'a str,
    /// Seconds between two questions, where somebody acts right now; without it they become ever rarer.
    pub(crate) every_seconds: Option<u8>,
    /// What is said meanwhile, where the usual sentence says too little.
    pub(crate) live: Option<&'a str>,
}

impl<'a> Waits<'a> {
    /// For something that takes somebody else hours or days.
    pub(crate) fn patiently(ask: &'a str, was: &'a str) -> Self {
        Self { ask, was, every_seconds: None, live: None }
    }
}

/// The line. Where a page has it, the frame adds its script; without scripts it is a link that loads the page anew.
pub(crate) fn waits(w: Words, waits: &Waits<'_>) -> Markup {
    let usual = w.t("waits-live");
    html! {
        div class="waits" data-waits=(waits.ask) data-was=(waits.was) data-every=[waits.every_seconds]
            data-live=(waits.live.unwrap_or(&usual)) data-done=(w.t("waits-done"))
            data-ready=(w.t("waits-ready")) {
            p class="hint" role="status" { a href="" { (w.t("waits-reload")) } }
        }
    }
}
