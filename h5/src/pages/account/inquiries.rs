//! What one asked in writing, as a part of 个人中心.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::people::candidates::inquiries::Inquiry;

use crate::view::icons::{Icon, icon};

/// How many of one's questions were answered, and the way to the answers.
pub(crate) fn section(w: Words, own: &[Inquiry]) -> Markup {
    let answered = own.iter().filter(|one| one.answer.is_some()).count();
    let waiting = own.len() - answered;
    html! {
        @if !own.is_empty() {
            section id="inquiries" {
                h2 { (w.t("help-own")) }
                dl class="rows" {
                    div {
                        dt { (w.t("help-title")) }
                        dd { (w.with("help-own-count", &[("answered", answered.into()), ("waiting", waiting.into())])) }
                        dd class="row-do" { a href="/help?from=/me#inquiries" { (w.t("me-identity-look")) (icon(Icon::Chevron)) } }
                    }
                }
            }
        }
    }
}
