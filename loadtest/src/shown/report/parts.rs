//! Parts of the report below the plots: tables and small print.

use maud::{Markup, html};

use super::words::{TableWords, Words};
use crate::measured::expect::in_words;
use crate::measured::latencies::Latencies;
use crate::measured::record::{Operation, OperationMeasured, Outcome};
use crate::measured::results::{CheckState, Results, latency_of};
use crate::shown::numbers::grouped;

/// More sittings than these are folded away.
const SITTINGS_SHOWN: usize = 12;
/// The quantiles that are shown.
const QUANTILES: [(f64, &str); 4] = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9")];

/// How long each step took, and how it ended.
pub(super) fn times(results: &Results, words: &Words) -> Markup {
    let kinds = Operation::ALL.iter().filter_map(|kind| Some((*kind, results.measured.operations.get(kind)?)));
    let kinds: Vec<_> = kinds.collect();
    let names = &words.table;
    html! {
        section {
            h2 { (names.times_title) }
            div.wide {
                table {
                    thead {
                        tr {
                            th { (names.step) }
                            th.number { (names.count) }
                            @for (_, name) in QUANTILES { th.number { (name) } }
                            th.number { (names.max) }
                            th { (names.ended_how) }
                        }
                    }
                    tbody {
                        @for (kind, measured) in &kinds {
                            @let count = measured.outcomes.values().sum();
                            (row((words.operation)(*kind), &measured.latency, count, &ended(measured, words)))
                        }
                        @if kinds.len() > 1 {
                            (row(names.all, &latency_of(results, None), results.figures.operations, ""))
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
    let known = Outcome::ALL.iter().filter_map(|it| Some((*it, *measured.outcomes.get(it)?)));
    let parts: Vec<String> = known.map(|(it, count)| format!("{} {}", grouped(count), (words.outcome)(it))).collect();
    parts.join(" · ")
}

/// What was checked about seats.
pub(super) fn checks(results: &Results, words: &Words) -> Markup {
    let names = &words.checks;
    html! {
        @if !results.checks.is_empty() {
            section {
                h2 { (names.title) }
                p.caption { (names.lead) }
                ul.checks {
                    @for check in &results.checks {
                        @let (class, shape, state) = match check.state {
                            CheckState::Passed => ("good", "✓", names.passed),
                            CheckState::Failed => ("bad", "✕", names.failed),
                            CheckState::Skipped => ("open", "–", names.skipped),
                        };
                        li class=(class) {
                            span.shape aria-hidden="true" { (shape) }
                            div {
                                strong { ((names.name)(check.kind)) } " " span.state { (state) }
                                p { ((names.detail)(check, results)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Conditions and what came of them.
pub(super) fn conditions(results: &Results, words: &TableWords) -> Markup {
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

/// The table of the sittings.
pub(super) fn sittings(results: &Results, words: &TableWords) -> Markup {
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

/// How to read it.
pub(super) fn reading(words: &Words) -> Markup {
    html! {
        section {
            h2 { (words.how.reading_title) }
            ul.reading { @for sentence in words.how.reading { li { (sentence) } } }
        }
    }
}

/// What was the limit, how it was measured, and on what.
pub(super) fn how(results: &Results, words: &Words) -> Markup {
    let (how, problems) = (&words.how, &results.measured.problems);
    html! {
        section {
            h2 { (how.limit_title) }
            p { ((how.limit)(results)) }
            @if results.processes.iter().any(|process| process.beside_server) { p { (how.beside_server) } }
            h2 { (how.facts_title) }
            dl.facts {
                @for (name, value) in (how.facts)(results) { dt { (name) } dd { (value) } }
            }
            @if !problems.is_empty() {
                h2 { (how.problems_title) }
                ul.problems {
                    @for (problem, count) in problems { li { (grouped(*count)) " × " code { (problem) } } }
                }
            }
        }
    }
}
