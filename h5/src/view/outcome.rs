//! A page that says what happened and where to go on: a letter is on its way, a link is no longer good.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::accounts::LinkError;

use crate::failure::Failure;
use crate::request::visit::Visit;
use crate::view::icons::{Icon, icon};
use crate::view::layout::page;

/// What it says.
pub(crate) struct Said {
    pub(crate) icon: Icon,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) more: Option<String>,
    pub(crate) next: (String, String),
}

pub(crate) fn show(visit: &Visit, said: &Said) -> Markup {
    page(&visit.frame(said.title.clone()), &body(said))
}

pub(crate) fn body(said: &Said) -> Markup {
    html! {
        div class="column narrow" {
            div class="outcome" {
                span class="outcome-mark" { (icon(said.icon)) }
                h1 { (said.title) }
                p { (said.text) }
            }
            @if let Some(more) = &said.more { p class="hint" { (more) } }
            p { a class="button second" href=(said.next.0) { (said.next.1) } }
        }
    }
}

/// A letter is on its way to this mailbox, if it is the right one.
pub(crate) fn letter(w: Words, text: String, next: (&str, String)) -> Said {
    Said {
        icon: Icon::Clock,
        title: w.t("letter-title").into_owned(),
        text,
        more: Some(w.t("letter-more").into_owned()),
        next: (next.0.to_owned(), next.1),
    }
}

/// The link did nothing, and where to get another.
pub(crate) fn dead_link(w: Words, error: LinkError, again: &str) -> Result<Said, Failure> {
    let text = match error {
        LinkError::Used => w.t("link-used"),
        LinkError::Expired => w.t("link-expired"),
        LinkError::Unknown => w.t("link-unknown"),
        LinkError::Taken => w.t("link-taken"),
        LinkError::Store(error) => return Err(error.into()),
    };
    Ok(Said {
        icon: Icon::Alert,
        title: w.t("link-title").into_owned(),
        text: text.into_owned(),
        more: None,
        next: (again.to_owned(), w.t("link-again").into_owned()),
    })
}
