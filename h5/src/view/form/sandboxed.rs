//! The note on pages that a sandbox answers: what does not really happen, and where pictures for it are drawn.

use maud::{Markup, html};
use pagekit::words::Words;

/// The note with these words; nothing where no sandbox runs.
pub(crate) fn sandboxed(w: Words, words: &str, sandbox_url: Option<&str>) -> Markup {
    html! {
        @if let Some(url) = sandbox_url {
            p class="sandboxed" { (words) " " a href={ (url) "specimens" } target="_blank" rel="noopener" { (w.t("sandbox-specimens")) } }
        }
    }
}
