//! The report's page, from the verdict down to the small print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::charts::{Chart, Charts};
use super::parts;
use super::plot::hex;
use super::words::Words;
use crate::measured::results::{CheckState, Results, Scenario};
use crate::shown::numbers::{grouped, percent, rounded};

const STYLE: &str = include_str!("../../report/report.css");
/// The product's mark: nine seats, one taken.
const MARK: &str = include_str!("../../report/mark.svg");

/// Of whom more than this had no good answer, nobody can say that 99 of 100 had one within some time.
const ERROR_SHARE_MAX: f64 = 0.01;

/// The whole page.
pub(super) fn page(results: &Results, words: &'static Words, charts: &Charts) -> Markup {
    let title = (words.title)(results);
    html! {
        (DOCTYPE)
        html lang=(words.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Seathold" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.product { (PreEscaped(MARK)) span { (words.product) } span.when { ((words.began)(results)) } }
                    h1 { (title) }
                    p.lead { ((words.lead)(results)) }
                    (verdict(results, words))
                    (numbers(results, words))
                }
                main {
                    @for chart in &charts.findings { (figure(chart)) }
                    (parts::checks(results, words))
                    (parts::conditions(results, &words.table))
                    (parts::reading(words))
                    (parts::times(results, words))
                    (parts::sittings(results, &words.table))
                    @if let Some(chart) = &charts.arrivals { (figure(chart)) }
                    (parts::how(results, words))
                }
                footer { ((words.footer)(results)) }
            }
        }
    }
}

/// The sentence that matters most.
fn verdict(results: &Results, words: &Words) -> Markup {
    let verdict = &words.verdict;
    let passed = results.checks.iter().any(|check| check.state == CheckState::Passed);
    html! {
        @if results.parameters.scenario.is_about_seats() {
            @if results.is_oversold() {
                p.verdict.bad { span.shape { "✕" } span { (verdict.wrong) } }
            } @else if passed {
                p.verdict.good { span.shape { "✓" } span { (verdict.safe) " " small { ((verdict.safe_why)(results)) } } }
            } @else {
                p.verdict.open { span.shape { "–" } span { (verdict.unknown) } }
            }
        }
        @if results.interrupted { p.verdict.open { span.shape { "–" } span { (verdict.interrupted) } } }
        @if results.is_missed() { p.verdict.bad { span.shape { "✕" } span { (verdict.conditions_missed) } } }
    }
}

/// Three numbers to read from across the room, and some more for those who come nearer.
fn numbers(results: &Results, words: &Words) -> Markup {
    let (figures, names) = (&results.figures, &words.figure);
    let number = |name: &str, value: String, note: String| {
        html! { div { dt { (name) } dd.value { (value) } @if !note.is_empty() { dd.note { (note) } } } }
    };
    let twice_look = if results.is_oversold() { "value bad" } else { "value good" };
    let about_seats = results.parameters.scenario.is_about_seats();
    let stays = results.measured.in_room.quantile(0.5).map(|half| half.as_secs_f64() * 1e3);
    html! {
        dl.numbers {
            @if about_seats {
                (number(names.seats, taken(results), (names.seats_note)(results)))
                div {
                    dt { (names.twice) }
                    dd class=(twice_look) { (twice(results)) }
                    dd.note { ((names.twice_note)(results)) }
                }
            }
            @if figures.error_share > ERROR_SHARE_MAX {
                (number(names.within, "–".to_owned(), names.not_within.to_owned()))
            } @else {
                (number(names.within, (names.time)(figures.p99_ms), (names.within_note)(results)))
            }
        }
        dl.numbers.more {
            (number(names.average, rounded(figures.throughput), String::new()))
            (number(names.best_second, grouped(figures.throughput_max), String::new()))
            @if figures.complete > 0 {
                (number(names.complete, format!("{:.2}", figures.complete_per_second), (names.complete_note)(results)))
            }
            @if let Some(half) = stays { (number(names.in_room, (names.time)(half), String::new())) }
            @if figures.full > 0 { (number(names.turned_away, grouped(figures.full), String::new())) }
            @if results.parameters.scenario == Scenario::Browse {
                (number(names.events, grouped(results.measured.events), String::new()))
            }
            (number(names.error_share, percent(figures.error_share), String::new()))
        }
    }
}

/// Seats that are not free at the end, as the server counts; when it was not asked, those that were given.
fn taken(results: &Results) -> String {
    let seen = results.sittings.iter().map(|sitting| Some(sitting.capacity.saturating_sub(sitting.free?)));
    let taken = seen.sum::<Option<u64>>().filter(|_| !results.sittings.is_empty());
    grouped(taken.unwrap_or(results.figures.seats_given))
}

/// Seats given twice. A check may fail in a way that cannot be counted: then there is no number to be proud of.
fn twice(results: &Results) -> String {
    let was_checked = results.checks.iter().any(|check| check.state == CheckState::Passed);
    match results.figures.oversold {
        0 if results.is_oversold() || !was_checked => "?".to_owned(),
        number => grouped(number),
    }
}

fn figure(chart: &Chart) -> Markup {
    html! {
        figure {
            h2 { (chart.title) }
            @if !chart.caption.is_empty() || chart.note.is_some() {
                p.caption { (chart.caption) @if let Some(note) = &chart.note { " " strong { (note) } } }
            }
            ul.legend {
                @for (colour, name) in &chart.legend {
                    li { (swatch(&hex(*colour))) (name) }
                }
            }
            div.plot { (PreEscaped(&chart.svg)) }
        }
    }
}

/// A small square drawn like the plots, so that the dark scheme changes it as well.
fn swatch(colour: &str) -> Markup {
    html! { svg viewBox="0 0 12 12" aria-hidden="true" { rect width="12" height="12" rx="2" fill=(colour) {} } }
}
