//! The queue of a desk: who waits, since when, and where one is in it.

use jiff::{Timestamp, Unit};
use maud::{Markup, html};
use pagekit::words::Words;

use crate::desk::frame::keycap;

/// Seconds after which an empty queue looks again.
pub(crate) const RELOAD_SECONDS: u32 = 20;

/// One line of the queue.
pub(crate) struct Waiting {
    pub(crate) href: String,
    pub(crate) name: String,
    /// On the right of the name: an amount, a kind.
    pub(crate) note: String,
    /// Below the name: a number, an exam.
    pub(crate) about: String,
    pub(crate) since: Timestamp,
    /// Is it the case on the right?
    pub(crate) is_here: bool,
}

/// Those who wait, the longest waiting first, of `count` in all.
pub(crate) fn queue(w: Words, title: &str, waiting: &[Waiting], count: u64, now: Timestamp) -> Markup {
    let here = waiting.iter().position(|one| one.is_here);
    let neighbour = |step: isize| {
        let index = match here {
            Some(here) => here.checked_add_signed(step)?,
            // A decided case is not in the queue: the first one follows it.
            None if step > 0 => 0,
            None => return None,
        };
        waiting.get(index).map(|one| &one.href)
    };
    let rest = count.saturating_sub(waiting.len() as u64);
    html! {
        nav class="queue" aria-label=(title) {
            div class="queue-head" {
                h2 { (title) }
                div {
                    a class="plain" data-key="j" href=[neighbour(1)] { (keycap("J")) (w.t("queue-next")) }
                    a class="plain" data-key="k" href=[neighbour(-1)] { (keycap("K")) (w.t("queue-previous")) }
                }
            }
            ol {
                @for one in waiting {
                    li {
                        a href=(one.href) aria-current=[one.is_here.then_some("true")] {
                            span class="name" { (one.name) }
                            span class="amount" { (one.note) }
                            span class="number" { (one.about) }
                            span class="since" { (waited(w, one.since, now)) }
                        }
                    }
                }
            }
            @if rest > 0 { p class="hint" { (w.with("queue-more", &[("count", rest.into())])) } }
        }
    }
}

/// How long something has waited, in its largest fitting unit.
fn waited(w: Words, since: Timestamp, now: Timestamp) -> String {
    let minutes = now.since((Unit::Minute, since)).map_or(0, |span| span.get_minutes().max(0));
    match minutes {
        0 => w.t("waited-now"),
        1..60 => w.with("waited-minutes", &[("count", minutes.into())]),
        60..1440 => w.with("waited-hours", &[("count", (minutes / 60).into())]),
        _ => w.with("waited-days", &[("count", (minutes / 1440).into())]),
    }
    .into_owned()
}
