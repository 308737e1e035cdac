//! A page that says what happened and where to go on: a letter is on its way, a link is no longer good.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::people::accounts::LinkError;

use crate::failure::Failure;
use crate::view::icons::{Icon, icon};
use crate::view::layout::{Frame, page};

/// What it says.
pub(crate) struct Outcome {
    pub(crate) icon: Icon,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) more: Option<String>,
    pub(crate) next: (String, String),
}

/// The page, under its own title.
pub(crate) fn show(frame: Frame<'_>, outcome: &Outcome) -> Markup {
    page(&Frame { title: outcome.title.clone(), ..frame }, &body(outcome))
}

pub(crate) fn body(outcome: &Outcome) -> Markup {
    html! {
        div class="column narrow" {
            div class="outcome" {
                span class="outcome-mark" { (icon(outcome.icon)) }
                h1 { (outcome.title) }
                p { (outcome.text) }
            }
            @if let Some(more) = &outcome.more { p class="hint" { (more) } }
            p { a class="button second" href=(outcome.next.0) { (outcome.next.1) } }
        }
    }
}

/// A letter is on its way to this mailbox, if it is the right one.
pub(crate) fn letter(w: Words, text: String, next: (&str, String)) -> Outcome {
    Outcome {
        icon: Icon::Clock,
        title: w.t("letter-title").into_owned(),
        text,
        more: Some(w.t("letter-more").into_owned()),
        next: (next.0.to_owned(), next.1),
    }
}

/// The link did nothing, and where to get another.
pub(crate) fn dead_link(w: Words, error: LinkError, again: &str) -> Result<Outcome, Failure> {
    let text = match error {
        LinkError::Used => w.t("link-used"),
        LinkError::Expired => w.t("link-expired"),
        LinkError::Unknown => w.t("link-unknown"),
        LinkError::Taken => w.t("link-taken"),
        LinkError::Network => w.t("link-network"),
        LinkError::Store(error) => return Err(error.into()),
    };
    Ok(Outcome {
        icon: Icon::Alert,
        title: w.t("link-title").into_owned(),
        text: text.into_owned(),
        more: None,
        next: (again.to_owned(), w.t("link-again").into_owned()),
    })
}
