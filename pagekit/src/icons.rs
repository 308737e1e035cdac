//! A handful of line icons drawn on one 20-unit grid. They decorate words and are never alone.

use maud::{Markup, html};

/// Which icon is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// It leads on to another page.
    Chevron,
    /// Something is done.
    Tick,
    /// The clock runs, or somebody works on it.
    Clock,
    /// Refused or lapsed.
    Cross,
    /// This must be read.
    Alert,
    /// Take a picture.
    Camera,
    /// Choose a picture.
    Album,
    /// Save to this device.
    Save,
    /// Copy to the clipboard.
    Copy,
}

/// The icon, hidden from screen readers.
pub fn icon(which: Icon) -> Markup {
    let path = match which {
        Icon::Chevron => "M7.5 4.5 13 10l-5.5 5.5",
        Icon::Tick => "M4 10.5 8.2 14.7 16 6",
        Icon::Clock => "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 6v4.3l2.8 1.7",
        Icon::Cross => "M5.5 5.5l9 9M14.5 5.5l-9 9",
        Icon::Alert => "M10 2.8 18 16.7H2L10 2.8M10 8v4M10 14.2v.3",
        Icon::Camera => "M2.5 6.5h3.2L7.2 4h5.6l1.5 2.5h3.2v10h-15zM10 8.4a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6",
        Icon::Album => "M2.5 4h15v12h-15zM2.5 13.5 7 9.5l4 4 2.5-2 4 3.2M13.2 7.2v.2",
        Icon::Save => "M10 3v9.5M6 9l4 4 4-4M3 16.5h14",
        Icon::Copy => "M7 7h9.5v9.5H7zM13 4V3.5H3.5V13H4",
    };
    html! {
        svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" {
            path d=(path) {}
        }
    }
}

/// The site's mark: nine seats, one of them yours.
pub fn mark() -> Markup {
    html! {
        svg class="mark" viewBox="0 0 26 26" width="26" height="26" aria-hidden="true" {
            @for row in 0..3u8 {
                @for column in 0..3u8 {
                    rect class=[(row == 1 && column == 1).then_some("mine")]
                        x=(1 + column * 9) y=(1 + row * 9) width="6" height="6" rx="1.5" {}
                }
            }
        }
    }
}

/// How full, as a shape: an empty ring, a half disc, a barred disc. The style sheet shows one by `data-level`.
pub fn pie() -> Markup {
    html! {
        svg class="pie" viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" {
            circle cx="10" cy="10" r="8" {}
            path class="half" d="M10 2a8 8 0 0 1 0 16z" {}
            path class="bar" d="M6 10h8" {}
        }
    }
}
