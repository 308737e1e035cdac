//! The frame of the wall's pages: a quiet head that the wall mode leaves out, the parts, and nothing that moves but them.

use maud::{DOCTYPE, Markup, html};
use pagekit::assets::Assets;
use pagekit::icons::mark;
use pagekit::local_path::query_value;
use pagekit::words::Words;

use super::parts::Parts;

/// Without a script a page looks again after so many seconds.
pub(super) const REFRESH_SECONDS: u32 = 2;

/// What the frame needs to know.
pub(crate) struct Shell<'a> {
    pub(crate) words: Words,
    pub(crate) assets: &'a Assets,
    /// What the exam is called.
    pub(crate) title: String,
    /// Where one is, path and query.
    pub(crate) path: &'a str,
    /// Dark, for a screen that hangs on a wall?
    pub(crate) is_wall: bool,
    pub(crate) is_demo: bool,
    /// Where the parts keep coming from; absent where they stand still.
    pub(crate) stream: Option<String>,
    /// Does what comes from there come to an end, as what was does?
    pub(crate) is_once: bool,
    /// Where a browser without scripts goes next, and after how many seconds.
    pub(crate) refresh: Option<(u32, String)>,
    /// Other views of the same: where, and what they are called.
    pub(crate) links: Vec<(String, String)>,
    /// What stands above the parts.
    pub(crate) above: Markup,
}

/// A whole page.
pub(crate) fn page(shell: &Shell<'_>, parts: &Parts) -> Markup {
    let w = shell.words;
    html! {
        (DOCTYPE)
        html lang=(w.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (shell.title) " · " (w.t("wall")) }
                link rel="stylesheet" href=(shell.assets.href("wall.css"));
                link rel="icon" type="image/svg+xml" href=(shell.assets.href("mark.svg"));
                @if let Some((seconds, to)) = &shell.refresh {
                    noscript { meta http-equiv="refresh" content=(format!("{seconds}; url={to}")); }
                }
                @if shell.stream.is_some() { script type="module" src=(shell.assets.href("wall.js")) {} }
            }
            body class=[shell.is_wall.then_some("wall")] {
                header class="head" {
                    a class="home" href="/wall" { (mark()) span class="unseen" { (w.t("wall-all")) } }
                    h1 { (shell.title) }
                    @if shell.is_demo { span class="demo" { (w.t("demo")) } }
                    nav aria-label=(w.t("wall-views")) {
                        @for (href, name) in &shell.links { a href=(href) { (name) } }
                        (language(shell))
                    }
                }
                (shell.above)
                main data-stream=[shell.stream.as_deref()] data-once=[shell.is_once.then_some("")] data-late=(w.t("wall-late")) {
                    @for (name, part) in parts.all() { div id=(name) { (maud::PreEscaped(&*part)) } }
                }
            }
        }
    }
}

/// The same page in the other language.
fn language(shell: &Shell<'_>) -> Markup {
    let other = shell.words.language.other();
    let href = format!("/language?to={}&next={}", other.name(), query_value(shell.path));
    html! { a href=(href) lang=(other.tag()) hreflang=(other.tag()) { (shell.words.t("language-switch")) } }
}
