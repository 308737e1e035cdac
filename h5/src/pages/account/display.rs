//! How pages are drawn, as a part of 个人中心.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::people::accounts::Display;

use crate::view::layout::display_link;

/// As they are drawn now, and the link that draws them the other way.
pub(crate) fn section(w: Words, now: Display) -> Markup {
    let (word, hint) = match now {
        Display::Ordinary => (w.t("display-ordinary"), w.t("display-hint")),
        Display::Elder => (w.t("display-elder"), w.t("display-hint-elder")),
    };
    html! {
        section id="display" {
            h2 { (w.t("display-title")) }
            dl class="rows" {
                div {
                    dt { (w.t("display-now")) }
                    dd { (word) }
                    dd class="row-do" { (display_link(w, now, "/me#display")) }
                }
            }
            p class="hint" { (hint) }
        }
    }
}
