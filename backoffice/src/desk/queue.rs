//! The queue of a desk: who waits, since when, and where one is in it.

use jiff::{Timestamp, Unit};
use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::case::{CaseId, CaseKind};

use crate::desk::frame::{follows, keycap};

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
    pub(crate) case: CaseId,
    /// Should it have been decided?
    pub(crate) is_overdue: bool,
    /// Who else works on it.
    pub(crate) by: Option<String>,
    /// Is it the case on the right?
    pub(crate) is_here: bool,
}

/// Those who wait of these kinds, the first due first, of `count` in all. What somebody else works on is passed over by the
/// keys.
pub(crate) fn queue(
    w: Words,
    title: &str,
    kinds: &[CaseKind],
    waiting: &[Waiting],
    count: u64,
    now: Timestamp,
) -> Markup {
    let here = waiting.iter().position(|one| one.is_here);
    let neighbour = |is_next: bool| {
        // A decided case is not in the queue: the first one follows it.
        let (before, after) = match here {
            Some(here) => (&waiting[..here], &waiting[here + 1..]),
            None => (&waiting[..0], waiting),
        };
        let is_free = |one: &&Waiting| one.by.is_none();
        let found = if is_next { after.iter().find(is_free) } else { before.iter().rev().find(is_free) };
        found.map(|one| &one.href)
    };
    let rest = count.saturating_sub(waiting.len() as u64);
    html! {
        nav class="queue" aria-label=(title) data-follows=(follows(kinds)) {
            div class="queue-head" {
                h2 { (title) }
                div {
                    a class="plain" data-key="j" href=[neighbour(true)] { (keycap("J")) (w.t("queue-next")) }
                    a class="plain" data-key="k" href=[neighbour(false)] { (keycap("K")) (w.t("queue-previous")) }
                }
            }
            ol {
                @for one in waiting {
                    li data-case=(one.case.0) data-taken[one.by.is_some()] {
                        a href=(one.href) aria-current=[one.is_here.then_some("true")] {
                            span class="name" { (one.name) }
                            span class="amount" { (one.note) }
                            span class="number" { (one.about) }
                            span class="since" data-overdue[one.is_overdue] {
                                @if one.is_overdue { (w.t("queue-overdue")) " · " }
                                (waited(w, one.since, now))
                            }
                            span class="taken" data-said {
                                @if let Some(name) = &one.by { (w.with("queue-taken", &[("name", name.clone().into())])) }
                            }
                        }
                    }
                }
            }
            @if rest > 0 { p class="hint" { (w.with("queue-more", &[("count", rest.into())])) } }
        }
    }
}

/// What a page says that shows no case: how many wait, and the way to the first of them. It is opened by whoever sits there,
/// and not by a page that asks by itself: that would claim it, and write down a look. Unseen until something has come.
pub(crate) fn came(w: Words, desk: &str, count: u64, is_attended: bool) -> Markup {
    html! {
        p data-came hidden[is_attended || count == 0] {
            span data-count { (w.with("waiting", &[("count", count.into())])) } " "
            a class="button" href=(desk) { (w.t("queue-came")) }
        }
    }
}

/// How long something has waited, in its largest fitting unit.
pub(crate) fn waited(w: Words, since: Timestamp, now: Timestamp) -> String {
    let minutes = now.since((Unit::Minute, since)).map_or(0, |span| span.get_minutes().max(0));
    match minutes {
        0 => w.t("waited-now"),
        1..60 => w.with("waited-minutes", &[("count", minutes.into())]),
        60..1440 => w.with("waited-hours", &[("count", (minutes / 60).into())]),
        _ => w.with("waited-days", &[("count", (minutes / 1440).into())]),
    }
    .into_owned()
}
