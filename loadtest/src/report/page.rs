//! The report's page, from the verdict down to the small print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::charts::Chart;
use super::parts;
use super::plot::hex;
use super::words::Words;
use crate::numbers::{grouped, percent};
use crate::results::{CheckState, Results, Scenario};

const STYLE: &str = include_str!("report.css");
/// The product's mark: nine seats, one taken.
const MARK: &str = include_str!("mark.svg");

/// The whole page.
pub(super) fn page(results: &Results, words: &'static Words, charts: &[Chart]) -> Markup {
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
                    p.product { (PreEscaped(MARK)) (words.product) }
                    h1 { (title) }
                    p.lead { ((words.lead)(results)) }
                    (verdict(results, words))
                    (numbers(results, words))
                }
                main {
                    @for chart in charts { (figure(chart)) }
                    (parts::times(results, words))
                    (parts::checks(results, words))
                    (parts::conditions(results, words))
                    (parts::sittings(results, words))
                    (parts::how(results, words))
                }
                footer { ((words.footer)(results)) }
            }
        }
    }
}

/// The sentence that matters most.
fn verdict(results: &Results, words: &Words) -> Markup {
    let passed = results.checks.iter().any(|check| check.state == CheckState::Passed);
    html! {
        @if results.parameters.scenario == Scenario::Api {
            @if results.is_oversold() {
                p.verdict.bad { span.shape { "✕" } (words.seats_wrong) }
            } @else if passed {
                p.verdict.good { span.shape { "✓" } (words.seats_safe) }
            } @else {
                p.verdict.open { span.shape { "–" } (words.seats_unknown) }
            }
        }
        @if results.interrupted { p.verdict.open { span.shape { "–" } (words.interrupted) } }
        @if results.is_missed() { p.verdict.bad { span.shape { "✕" } (words.conditions_missed) } }
    }
}

/// Four numbers to read from across the room.
fn numbers(results: &Results, words: &Words) -> Markup {
    let figures = &results.figures;
    let number = |name: &str, value: String, note: String| {
        html! { div { dt { (name) } dd.value { (value) } dd.note { (note) } } }
    };
    html! {
        dl.numbers {
            @if results.parameters.scenario == Scenario::Api {
                (number(words.seats_taken, taken(results), (words.seats_taken_note)(results)))
            }
            (number(words.best_second, grouped(figures.throughput_max), (words.best_second_note)(results)))
            (number(words.half_within, (words.time)(figures.p50_ms), (words.half_within_note)(results)))
            (number(words.error_share, percent(figures.error_share), (words.error_note)(results)))
        }
    }
}

/// Seats that are not free at the end, as the server counts; a dash when it was not asked.
fn taken(results: &Results) -> String {
    let seen = results.sittings.iter().map(|sitting| Some(sitting.capacity.saturating_sub(sitting.free?)));
    let taken = seen.sum::<Option<u64>>().filter(|_| !results.sittings.is_empty());
    taken.map_or_else(|| "–".to_owned(), grouped)
}

fn figure(chart: &Chart) -> Markup {
    html! {
        figure {
            h2 { (chart.title) }
            p.caption { (chart.caption) @if let Some(note) = &chart.note { " " strong { (note) } } }
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
