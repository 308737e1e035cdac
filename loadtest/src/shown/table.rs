//! Results as a table for the terminal.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measured::expect::in_words;
use crate::measured::latencies::Latencies;
use crate::measured::record::{Operation, OperationMeasured, Outcome};
use crate::measured::results::{CheckKind, CheckState, Limit, Results, Scenario, latency_of};
use crate::shown::numbers::{bytes, counted, grouped, percent, rounded};

/// The quantiles that are shown.
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];
/// Width of a line's name.
const NAME: usize = 14;

/// All that matters, in some thirty lines.
pub fn table(results: &Results) -> String {
    let mut text = String::new();
    head(&mut text, results);
    latencies(&mut text, results);
    outcomes(&mut text, results);
    figures(&mut text, results);
    verdicts(&mut text, results);
    text
}

fn line(text: &mut String, name: &str, rest: &str) {
    let _ = writeln!(text, "{name:<NAME$}{rest}");
}

fn head(text: &mut String, results: &Results) {
    let parameters = &results.parameters;
    let who = match parameters.scenario {
        Scenario::Api | Scenario::Candidate | Scenario::WaitingRoom => format!(
            "{} in {} s ({}) for {} in {}",
            counted(parameters.candidates, "candidate"),
            parameters.seconds,
            parameters.arrivals,
            counted(parameters.seats, "seat"),
            counted(parameters.sittings as u64, "sitting")
        ),
        Scenario::Browse => format!(
            "{} in {} s ({}), {}",
            counted(parameters.candidates, "view"),
            parameters.seconds,
            parameters.arrivals,
            counted(parameters.streams as u64, "stream")
        ),
    };
    let ended = if results.interrupted { ", ended early" } else { "" };
    let _ = writeln!(text, "\n{who}{ended}");
    let _ = writeln!(text, "{} · exam {} · seed {}\n", parameters.url, parameters.exam, parameters.seed);
}

fn latencies(text: &mut String, results: &Results) {
    let _ = writeln!(
        text,
        "{:<NAME$}{:>12}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "operation", "count", "p50", "p90", "p99", "p99.9", "max"
    );
    let kinds = Operation::ALL.iter().copied().filter_map(|kind| Some((kind, results.measured.operations.get(&kind)?)));
    for (kind, measured) in kinds.clone() {
        latency_line(text, kind.as_str(), count(measured), &measured.latency);
    }
    if kinds.count() > 1 {
        latency_line(text, "all", results.figures.operations, &latency_of(results, None));
    }
    for (name, latency) in [
        ("in the room", &results.measured.in_room),
        ("start lag", &results.measured.start_lag),
        ("conn. wait", &results.measured.connection_wait),
    ]
    .into_iter()
    .filter(|(_, latency)| latency.count() > 0)
    {
        latency_line(text, name, latency.count(), latency);
    }
    text.push('\n');
}

fn latency_line(text: &mut String, name: &str, count: u64, latency: &Latencies) {
    let shown = |time: Option<Duration>| time.map_or("–".to_owned(), in_words);
    let _ = write!(text, "{name:<NAME$}{:>12}", grouped(count));
    for share in QUANTILES {
        let _ = write!(text, "{:>10}", shown(latency.quantile(share)));
    }
    let _ = writeln!(text, "{:>10}", shown(latency.max()));
}

fn count(measured: &OperationMeasured) -> u64 {
    measured.outcomes.values().sum()
}

fn outcomes(text: &mut String, results: &Results) {
    for (kind, measured) in &results.measured.operations {
        let known = Outcome::ALL.iter().copied().filter_map(|it| Some((it, *measured.outcomes.get(&it)?)));
        let words: Vec<String> = known.map(|(it, count)| format!("{} {}", grouped(count), it.as_str())).collect();
        line(text, kind.as_str(), &words.join(" · "));
    }
    for (words, count) in &results.measured.problems {
        line(text, "", &format!("{} × {words}", grouped(*count)));
    }
    text.push('\n');
}

fn figures(text: &mut String, results: &Results) {
    let (figures, measured) = (&results.figures, &results.measured);
    let throughput = format!(
        "{} good answers a second while they came, {} in the best second",
        rounded(figures.throughput),
        grouped(figures.throughput_max)
    );
    line(text, "throughput", &throughput);
    if figures.complete > 0 {
        let complete = format!(
            "{} reached the receipt, {:.2} a second from the first to the last",
            counted(figures.complete, "candidate"),
            figures.complete_per_second
        );
        line(text, "complete", &complete);
    }
    let unfinished =
        if measured.unfinished > 0 { format!(", {} left unfinished", measured.unfinished) } else { String::new() };
    let errors = format!(
        "{} ({}){unfinished}; {} requests repeated",
        grouped(figures.errors),
        percent(figures.error_share),
        grouped(measured.repeated)
    );
    line(text, "errors", &errors);
    if measured.events > 0 {
        line(
            text,
            "events",
            &format!("{} received on {} streams", grouped(measured.events), results.parameters.streams),
        );
    }
    let connections: usize = results.processes.iter().map(|process| process.connections).sum();
    let machine = &results.processes[0].machine;
    let place = if results.processes.iter().all(|process| process.beside_server) { ", beside the server" } else { "" };
    let generator = format!(
        "{} connections, {:.2} cores busy of {} ({}){place}; {} received",
        grouped(connections as u64),
        figures.generator_cores,
        machine.cores,
        machine.kernel,
        bytes(measured.bytes_received)
    );
    line(text, "generator", &generator);
    let late = match figures.limit() {
        Limit::Generator => format!("the generator was late; at worst {} were overdue", grouped(figures.overdue_max)),
        Limit::Server => "the generator kept up".to_owned(),
    };
    let ceiling = figures.ceiling.map_or_else(String::new, |ceiling| {
        format!("; its ceiling is {} answers of /healthz a second", rounded(ceiling))
    });
    line(text, "limit", &format!("{late}{ceiling}"));
}

fn verdicts(text: &mut String, results: &Results) {
    for check in &results.checks {
        let name = match check.kind {
            CheckKind::Peak => "seats",
            CheckKind::UniqueIds => "hold ids",
            CheckKind::Census => "census",
            CheckKind::Ledger => "ledger",
            CheckKind::Admission => "admission",
            CheckKind::Order => "order",
        };
        let state = match check.state {
            CheckState::Passed => "ok      ",
            CheckState::Failed => "FAILED  ",
            CheckState::Skipped => "skipped ",
        };
        line(text, name, &format!("{state}{}", check.detail));
    }
    for verdict in &results.expectations {
        let state = if verdict.is_met { "met     " } else { "MISSED  " };
        line(text, "expect", &format!("{state}{}: measured {}", verdict.expectation, verdict.measured));
    }
}
