//! When something did not go: what happened, what to do, a way on.

use maud::{Markup, html};
use pagekit::words::Words;

use crate::request::failure::Failure;

/// The page's title.
pub(crate) fn title(w: Words, failure: Failure) -> String {
    match failure {
        Failure::Bad => w.t("error-bad-title"),
        Failure::Forbidden => w.t("error-forbidden-title"),
        Failure::Forged => w.t("error-forged-title"),
        Failure::NotFresh => w.t("error-not-fresh-title"),
        Failure::NotFound => w.t("error-not-found-title"),
        Failure::TooLarge => w.t("error-too-large-title"),
        Failure::Broken => w.t("error-broken-title"),
        Failure::Unavailable => w.t("error-unavailable-title"),
    }
    .into_owned()
}

pub(crate) fn body(w: Words, failure: Failure) -> Markup {
    let text = match failure {
        Failure::Bad => w.t("error-bad-text"),
        Failure::Forbidden => w.t("error-forbidden-text"),
        Failure::Forged => w.t("error-forged-text"),
        Failure::NotFresh => w.t("error-not-fresh-text"),
        Failure::NotFound => w.t("error-not-found-text"),
        Failure::TooLarge => w.t("error-too-large-text"),
        Failure::Broken => w.t("error-broken-text"),
        Failure::Unavailable => w.t("error-unavailable-text"),
    };
    html! {
        main class="alone" {
            h1 { (title(w, failure)) }
            p { (text) }
            @if failure == Failure::NotFresh { p { a class="button" href="/factor" { (w.t("factor-title")) } } }
            @else { p { a class="button" href="/" { (w.t("to-queue")) } } }
            @if failure == Failure::Forbidden { p { a href="/roles" { (w.t("roles-link")) } } }
        }
    }
}
