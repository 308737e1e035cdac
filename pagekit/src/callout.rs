//! A boxed sentence that must be read: what happened, then what to do.

use maud::{Markup, html};

use crate::icons::{Icon, icon};

/// How serious it is. Said by icon and words too, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It informs, and asks for nothing.
    Plain,
    /// It went well.
    Good,
    /// It asks to take care.
    Care,
    /// It did not go.
    Bad,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Care => "care",
            Self::Bad => "bad",
        }
    }

    /// The icon that goes with it.
    pub fn icon(self) -> Icon {
        match self {
            Self::Plain => Icon::Clock,
            Self::Good => Icon::Tick,
            Self::Care => Icon::Alert,
            Self::Bad => Icon::Cross,
        }
    }
}

/// Draws the box with its title and body.
pub fn callout(tone: Tone, title: &str, body: &Markup) -> Markup {
    html! {
        section class="callout" data-tone=(tone.name()) {
            (icon(tone.icon()))
            div { h2 { (title) } (body) }
        }
    }
}

/// A state as a small label: icon and word.
pub fn tag(tone: Tone, word: &str) -> Markup {
    html! { span class="tag" data-tone=(tone.name()) { (icon(tone.icon())) (word) } }
}
