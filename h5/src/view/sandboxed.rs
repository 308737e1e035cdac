//! The note on pages that a sandbox answers: what does not really happen, and where pictures for it are drawn.

use maud::{Markup, html};
use pagekit::words::Words;

/// The note with the words of `key`; nothing where no sandbox runs.
pub(crate) fn sandboxed(w: Words, key: &'static str, sandbox_url: Option<&str>) -> Markup {
    html! {
        @if let Some(url) = sandbox_url {
            p class="sandboxed" { (w.t(key)) " " a href={ (url) "specimens" } target="_blank" rel="noopener" { (w.t("sandbox-specimens")) } }
        }
    }
}
