//! What every desk shows of a case: how long it has waited, and who did what with it.

use jiff::{Timestamp, Unit};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::reviews::{AuditAction, AuditEntry};

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

/// What was done with a case and by whom, newest first; `word` names an action.
pub(crate) fn record(
    w: Words,
    history: &[AuditEntry],
    now: Timestamp,
    word: impl Fn(AuditAction) -> &'static str,
) -> Markup {
    html! {
        section class="record" {
            h2 { (w.t("record-title")) }
            @if history.is_empty() { p class="hint" { (w.t("record-empty")) } }
            ol {
                @for entry in history {
                    li {
                        time { (when::near(w.language, entry.at, now)) }
                        span { (entry.staff) }
                        span { (w.t(word(entry.action))) }
                    }
                }
            }
        }
    }
}
