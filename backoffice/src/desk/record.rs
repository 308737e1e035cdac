//! The record of a case: who did what with it, and when.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::payments::{AuditAction, AuditEntry};

/// What was done with a case and by whom, newest first; `word` names an action, and one without a word shows as it is
/// written down. What was about another picture than the one that is `shown` says so.
pub(crate) fn record(
    w: Words,
    history: &[AuditEntry],
    shown: Option<&str>,
    now: Timestamp,
    word: impl Fn(&AuditAction) -> Option<&'static str>,
) -> Markup {
    let is_earlier = |entry: &AuditEntry| entry.seen.as_deref().zip(shown).is_some_and(|(seen, shown)| seen != shown);
    html! {
        section class="record" {
            h2 { (w.t("record-title")) }
            @if history.is_empty() { p class="hint" { (w.t("record-empty")) } }
            ol {
                @for entry in history {
                    li {
                        time { (when::near(w.language, entry.at, now)) }
                        span { (entry.staff) }
                        span {
                            @match word(&entry.action) { Some(word) => (w.t(word)), None => (entry.action.as_str()) }
                            @if is_earlier(entry) { (w.t("record-earlier")) }
                        }
                    }
                }
            }
        }
    }
}
