//! What several desks show: how long a case has waited, who did what with it, a kind of document, a field to type in.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::{Timestamp, Unit};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::document::DocumentKind;
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

/// A picture of somebody, which no cache keeps.
pub(crate) fn jpeg(jpeg: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, "image/jpeg"), (CONTENT_DISPOSITION, "inline"), (CACHE_CONTROL, "no-store")];
    (headers, jpeg).into_response()
}

/// What a kind of document is called.
pub(crate) fn kind_name(w: Words, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::ResidentId => w.t("kind-resident-id"),
        DocumentKind::HkMacauPermit => w.t("kind-hk-macau-permit"),
        DocumentKind::TaiwanPermit => w.t("kind-taiwan-permit"),
        DocumentKind::Passport => w.t("kind-passport"),
        DocumentKind::HongKongId => w.t("kind-hong-kong-id"),
        DocumentKind::MacauId => w.t("kind-macau-id"),
        DocumentKind::ForeignResidentId => w.t("kind-foreign-resident-id"),
    }
    .into_owned()
}

/// A field of one line.
#[derive(Default)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) value: &'a str,
    pub(crate) hint: Option<&'a str>,
    pub(crate) is_optional: bool,
    /// Most characters.
    pub(crate) max: u16,
}

/// A field with its label above and its hint below. Nothing of it is remembered or corrected by the browser.
pub(crate) fn field(field: &Field<'_>) -> Markup {
    let hint = format!("{}-hint", field.name);
    html! {
        div class="field" {
            label for=(field.name) { (field.label) }
            div class="input" {
                input id=(field.name) name=(field.name) value=(field.value) required[!field.is_optional]
                    maxlength=(field.max) autocomplete="off" autocapitalize="characters" spellcheck="false"
                    aria-describedby=[field.hint.map(|_| &hint)];
            }
            @if let Some(text) = field.hint { p class="hint" id=(hint) { (text) } }
        }
    }
}
