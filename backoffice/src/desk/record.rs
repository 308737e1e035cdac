//! The record of a case: who did what with it, and when.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::actor::Actor;

use crate::desk::words::document_shown;

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
                            @if let Some(detail) = detail(w, entry) { ": " (detail) }
                        }
                    }
                }
            }
        }
    }
}

/// What was done with a case at whatever desk, as a key of the catalogue.
pub(crate) fn of_cases(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::TookOverCase => Some(key("action-took-over")),
        AuditAction::NotedDecision => Some(key("action-noted")),
        AuditAction::TookBackDecision => Some(key("action-took-back")),
        AuditAction::DroppedDecision => Some(key("action-dropped")),
        AuditAction::SecondOpinion => Some(key("action-second-opinion")),
        _ => None,
    }
}

/// Why, or what else there is to say; of a decision that was not carried out the audit keeps a word for why.
fn detail(w: Words, entry: &AuditEntry) -> Option<String> {
    // Whom a card was compared with is nothing to read.
    let detail = entry.detail.as_deref().filter(|_| entry.action != AuditAction::CardUnsure)?;
    if entry.action == AuditAction::SeenInPerson {
        return Some(document_shown(w, detail).unwrap_or_else(|| detail.to_owned()));
    }
    let words = match entry.action {
        AuditAction::DroppedDecision => &DROPPED[..],
        AuditAction::SecondOpinion => &OPINIONS,
        _ => &[],
    };
    let known = words.iter().find(|(word, _)| *word == detail);
    Some(known.map_or_else(|| detail.to_owned(), |(_, key)| w.t(key).into_owned()))
}

/// What became of an opinion: the word of the audit, and the key of the catalogue.
const OPINIONS: [(&str, &str); 2] = [("asked", key("second-opinion-asked")), ("stands", key("second-opinion-stands"))];

/// Why a decision was not carried out: the word of the audit, and the key of the catalogue.
const DROPPED: [(&str, &str); 10] = [
    ("staff_gone", key("dropped-staff-gone")),
    ("forbidden", key("dropped-forbidden")),
    ("moved", key("dropped-moved")),
    ("not_looked", key("dropped-not-looked")),
    ("claimed", key("dropped-claimed")),
    ("changed", key("dropped-changed")),
    ("other_account", key("dropped-other-account")),
    ("needs_first", key("dropped-needs-first")),
    ("seat_gone", key("dropped-seat-gone")),
    ("unreadable", key("dropped-unreadable")),
];

/// What somebody who acted is called.
pub(crate) fn who(w: Words, entry: &AuditEntry) -> String {
    match (&entry.actor, &entry.staff_name) {
        (Actor::Staff(_), Some(name)) => name.clone(),
        (Actor::Staff(_), None) => w.t("actor-staff").into_owned(),
        (Actor::Candidate(_), _) => w.t("actor-candidate").into_owned(),
        (Actor::System, _) => w.t("actor-system").into_owned(),
        (Actor::Gateway(name), _) => w.with("actor-gateway", &[("name", name.to_string().into())]).into_owned(),
    }
}
