//! Labelled values: what, when, how much.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;

/// A list of labelled values.
pub(crate) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl class="facts" {
            @for (label, value) in rows {
                div { dt { (label) } dd { (value) } }
            }
        }
    }
}

/// A sitting as orders show it.
#[derive(Debug, Clone)]
pub(crate) struct SittingLine {
    /// The subject that is sat.
    pub(crate) title: String,
    /// Where; empty when nobody said.
    pub(crate) venue: String,
    /// When; absent when nobody said.
    pub(crate) starts_at: Option<Timestamp>,
}

/// Sittings one below the other: what, when, where; with the year where `now` is not in it, or is absent: papers have it.
pub(crate) fn sitting_lines(w: Words, sittings: &[SittingLine], now: Option<Timestamp>) -> Markup {
    html! {
        ul class="lines" {
            @for sitting in sittings {
                li {
                    span class="line-title" { (sitting.title) }
                    @if let Some(at) = sitting.starts_at { (moment(w, at, now)) }
                    @if !sitting.venue.is_empty() { span class="line-venue" { (sitting.venue) } }
                }
            }
        }
    }
}

/// A moment in running text: a line may break between day and time, and not within.
pub(crate) fn pieces(w: Words, [day, time]: &[String; 2]) -> Markup {
    let gap = if w.language == Language::En { " " } else { "" };
    html! { span class="whole" { (day) } (gap) span class="whole" { (time) } }
}

/// A name that breaks after a middle dot and nowhere else: `阿卜杜·买买提`.
pub(crate) fn person_name(name: &str) -> Markup {
    html! {
        span class="keep" {
            // Chromium breaks before the dot as well, unless it is one piece with what stands before it.
            @for part in name.split_inclusive('·') { span class="whole" { (part) } }
        }
    }
}

/// Day and time, large enough to be read at arm's length; with the year as lines have it.
pub(crate) fn moment(w: Words, at: Timestamp, now: Option<Timestamp>) -> Markup {
    html! {
        time class="when" datetime=(when::machine(at)) {
            span class="day" { (when::dated_day(w.language, at, now)) } span class="clock" { (when::clock(at)) }
        }
    }
}

/// Hex digits that stay together on a line.
const HEX_GROUP: usize = 4;

/// Hex digits that break between groups, so that none hangs alone on a line.
pub(crate) fn digits(hex: &str) -> Markup {
    let groups = hex.as_bytes().chunks(HEX_GROUP).map(|group| String::from_utf8_lossy(group));
    html! { code { @for group in groups { (group) wbr; } } }
}

/// Labelled values whose labels were made here.
pub(crate) fn list(rows: &[(String, Markup)]) -> Markup {
    facts(&rows.iter().map(|(label, value)| (label.as_str(), value.clone())).collect::<Vec<_>>())
}
