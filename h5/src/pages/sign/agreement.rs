//! What one agrees to when making an account.

use maud::{Markup, html};
use pagekit::words::Words;

use crate::request::visit::Visit;
use crate::view::layout::{heading, page};

pub(crate) async fn show(visit: Visit) -> Markup {
    page(&visit.frame(visit.words.t("agreement-title")), &body(visit.words))
}

pub(crate) fn body(w: Words) -> Markup {
    let parts = [
        (w.t("agreement-what-title"), w.t("agreement-what")),
        (w.t("agreement-why-title"), w.t("agreement-why")),
        (w.t("agreement-long-title"), w.t("agreement-long")),
        (w.t("agreement-you-title"), w.t("agreement-you")),
    ];
    html! {
        div class="column" {
            (heading(None, &w.t("agreement-title")))
            @for (title, text) in parts { section { h2 { (title) } p { (text) } } }
        }
    }
}
