//! Parts of the report below the plots: tables and small print.

use maud::{Markup, html};

use super::words::Words;
use crate::expect::in_words;
use crate::latencies::Latencies;
use crate::numbers::grouped;
use crate::record::{Operation, OperationMeasured, Outcome};
use crate::results::{CheckState, Results, latency_of};

/// More sittings than these are folded away.
const SITTINGS_SHOWN: usize = 12;
/// The quantiles that are shown.
const QUANTILES: [(f64, &str); 4] = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9")];

/// How long each step took, and how it ended.
pub(super) fn times(results: &Results, words: &Words) -> Markup {
    let kinds = Operation::ALL.into_iter().filter_map(|kind| Some((kind, results.measured.operations.get(&kind)?)));
    let kinds: Vec<_> = kinds.collect();
    html! {
        section {
            h2 { (words.times_title) }
            div.wide {
                table {
                    thead {
                        tr {
                            th { (words.step) }
                            th.number { (words.count) }
                            @for (_, name) in QUANTILES { th.number { (name) } }
                            th.number { (words.max) }
                            th { (words.ended_how) }
                        }
                    }
                    tbody {
                        @for (kind, measured) in &kinds {
                            @let count = measured.outcomes.values().sum();
                            (row((words.operation)(*kind), &measured.latency, count, &ended(measured, words)))
                        }
                        @if kinds.len() > 1 {
                            (row(words.all, &latency_of(results, None), results.figures.operations, ""))
                        }
                    }
                }
            }
        }
    }
}

fn row(name: &str, latency: &Latencies, count: u64, ended: &str) -> Markup {
    html! {
        tr {
            th scope="row" { (name) }
            td.number { (grouped(count)) }
            @for (share, _) in QUANTILES { td.number { (latency.quantile(share).map(in_words).unwrap_or_default()) } }
            td.number { (latency.max().map(in_words).unwrap_or_default()) }
            td.words { (ended) }
        }
    }
}

fn ended(measured: &OperationMeasured, words: &Words) -> String {
    let known = Outcome::ALL.into_iter().filter_map(|it| Some((it, *measured.outcomes.get(&it)?)));
    let parts: Vec<String> = known.map(|(it, count)| format!("{} {}", grouped(count), (words.outcome)(it))).collect();
    parts.join(" · ")
}

/// What was checked about seats.
pub(super) fn checks(results: &Results, words: &Words) -> Markup {
    html! {
        @if !results.checks.is_empty() {
            section {
                h2 { (words.checks_title) }
                ul.checks {
                    @for check in &results.checks {
                        @let (class, shape, state) = match check.state {
                            CheckState::Passed => ("good", "✓", words.passed),
                            CheckState::Failed => ("bad", "✕", words.failed),
                            CheckState::Skipped => ("open", "–", words.skipped),
                        };
                        li class=(class) {
                            span.shape aria-hidden="true" { (shape) }
                            div {
                                strong { ((words.check)(check.kind)) } " " span.state { (state) }
                                p { ((words.check_detail)(check, results)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Conditions and what came of them.
pub(super) fn conditions(results: &Results, words: &Words) -> Markup {
    html! {
        @if !results.expectations.is_empty() {
            section {
                h2 { (words.conditions_title) }
                div.wide {
                    table {
                        thead { tr { th { (words.condition) } th.number { (words.measured) } th {} } }
                        tbody {
                            @for verdict in &results.expectations {
                                tr {
                                    th scope="row" { code { (verdict.expectation) } }
                                    td.number { (verdict.measured) }
                                    @if verdict.is_met {
                                        td.good { "✓ " (words.met) }
                                    } @else {
                                        td.bad { "✕ " (words.missed) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The sittings.
pub(super) fn sittings(results: &Results, words: &Words) -> Markup {
    let columns = [words.seats, words.peak, words.times_given, words.paid, words.given_back, words.free_at_end];
    let table = html! {
        div.wide {
            table {
                thead {
                    tr {
                        th { (words.sitting) }
                        @for name in columns {
                            th.number { (name) }
                        }
                    }
                }
                tbody {
                    @for sitting in &results.sittings {
                        tr {
                            th scope="row" { (sitting.id) }
                            td.number { (grouped(sitting.capacity)) }
                            td.number.bad[sitting.peak > sitting.capacity] { (grouped(sitting.peak)) }
                            td.number { (grouped(sitting.given)) }
                            td.number { (grouped(sitting.confirmed)) }
                            td.number { (grouped(sitting.released)) }
                            td.number { (sitting.free.map(grouped).unwrap_or_default()) }
                        }
                    }
                }
            }
        }
    };
    html! {
        @if !results.sittings.is_empty() {
            section {
                @if results.sittings.len() > SITTINGS_SHOWN {
                    details {
                        summary { h2 { (words.sittings_title) " (" (results.sittings.len()) ")" } }
                        (table)
                    }
                } @else {
                    h2 { (words.sittings_title) }
                    (table)
                }
            }
        }
    }
}

/// How it was measured, and on what.
pub(super) fn how(results: &Results, words: &Words) -> Markup {
    let problems = &results.measured.problems;
    html! {
        section {
            h2 { (words.how_title) }
            p { (words.method) }
            @if results.processes.iter().any(|process| process.beside_server) { p { (words.beside_server) } }
            dl.facts {
                @for (name, value) in (words.facts)(results) { dt { (name) } dd { (value) } }
            }
            @if !problems.is_empty() {
                h2 { (words.problems_title) }
                ul.problems {
                    @for (problem, count) in problems { li { (grouped(*count)) " × " code { (problem) } } }
                }
            }
        }
    }
}
