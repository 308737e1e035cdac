//! The record of a case: who did what with it, and when.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::actor::Actor;

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
                        span { (who(w, entry)) }
                        span {
                            @match word(&entry.action) { Some(word) => (w.t(word)), None => (entry.action.as_str()) }
                            @if is_earlier(entry) { (w.t("record-earlier")) }
                            @if let Some(detail) = &entry.detail { ": " (detail) }
                        }
                    }
                }
            }
        }
    }
}

/// What somebody who acted is called.
fn who(w: Words, entry: &AuditEntry) -> String {
    match (&entry.actor, &entry.staff_name) {
        (Actor::Staff(_), Some(name)) => name.clone(),
        (Actor::Staff(_), None) => w.t("actor-staff").into_owned(),
        (Actor::Candidate(_), _) => w.t("actor-candidate").into_owned(),
        (Actor::System, _) => w.t("actor-system").into_owned(),
        (Actor::Gateway(name), _) => w.with("actor-gateway", &[("name", name.to_string().into())]).into_owned(),
    }
}
