//! When something did not go: what happened, what to do, a way on. Asks no store, so that it always shows.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::pictures::clean::PICTURE_BYTES_MAX;

use crate::failure::Failure;
use crate::view::layout::{Frame, heading};

/// The page's title.
pub(crate) fn title(w: Words, failure: Failure) -> String {
    match failure {
        Failure::Bad | Failure::Cut => w.t("error-bad-title"),
        Failure::Forbidden => w.t("error-forbidden-title"),
        Failure::NotFound => w.t("error-not-found-title"),
        Failure::Method => w.t("error-method-title"),
        Failure::TooLarge => w.t("error-too-large-title"),
        Failure::TooMany { .. } => w.t("error-too-many-title"),
        Failure::Broken => w.t("error-broken-title"),
        Failure::Unavailable => w.t("error-unavailable-title"),
    }
    .into_owned()
}

fn text(w: Words, failure: Failure) -> String {
    match failure {
        Failure::Bad | Failure::Cut => w.t("error-bad-text"),
        Failure::Forbidden => w.t("error-forbidden-text"),
        Failure::NotFound => w.t("error-not-found-text"),
        Failure::Method => w.t("error-method-text"),
        Failure::TooLarge => w.with("error-too-large-text", &[("limit", (PICTURE_BYTES_MAX / (1024 * 1024)).into())]),
        Failure::TooMany { seconds } => w.with("error-too-many-text", &[("seconds", seconds.into())]),
        Failure::Broken => w.t("error-broken-text"),
        Failure::Unavailable => w.t("error-unavailable-text"),
    }
    .into_owned()
}

pub(crate) fn page(frame: &Frame<'_>, failure: Failure) -> Markup {
    crate::view::layout::page(frame, &body(frame.words, failure, frame.path))
}

/// `path` is what was asked for: where waiting helps, it is asked for again.
pub(crate) fn body(w: Words, failure: Failure, path: &str) -> Markup {
    let waiting_helps = matches!(failure, Failure::TooMany { .. } | Failure::Unavailable);
    html! {
        div class="column narrow" {
            (heading(Some(failure.status().as_str()), &title(w, failure)))
            p class="lead" { (text(w, failure)) }
            p class="ways" {
                @if waiting_helps && path != "/" {
                    a class="button" href=(path) { (w.t("error-again")) }
                    a class="button second" href="/" { (w.t("error-home")) }
                } @else {
                    a class="button" href="/" { (w.t("error-home")) }
                    a class="button second" href="/me" { (w.t("error-me")) }
                }
            }
        }
    }
}

/// A refusal that no form can show: the sentence, and the way back.
pub(crate) fn sentence(w: Words, title: &str, text: &str, back: &str) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, title))
            p class="lead" { (text) }
            p { a class="button" href=(back) { (w.t("exam-back")) } }
        }
    }
}
