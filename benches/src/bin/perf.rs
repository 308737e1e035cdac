//! The published figures, measured side by side in one run: a table on the screen, JSON on request.
//! `ops/perf` calls it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]
#![expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::Bench;
use clap::Parser;
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use testkit::Fsync;

/// Measures the hold engine on this machine.
#[derive(Parser)]
struct Arguments {
    /// A short run: less precise.
    #[arg(long)]
    quick: bool,
    /// Also write the figures as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A figure that was measured elsewhere in the same run.
    #[arg(long, value_name = "NAME=VALUE", value_parser = figure)]
    figure: Vec<(String, f64)>,
}

fn figure(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE")?;
    Ok((name.to_owned(), value.parse().map_err(|_| "VALUE is a number")?))
}

/// Requests in one script call, and how many calls are in flight.
const SIZES: [(u64, usize); 3] = [(1, 64), (32, 8), (256, 4)];

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let span = Duration::from_secs(if arguments.quick { 2 } else { 6 });
    let rounds = if arguments.quick { 1 } else { 3 };
    let mut figures = Map::new();

    eprintln!("holds per second, appendfsync always …");
    let mut best = [Vec::new(), Vec::new(), Vec::new()];
    // Rounds are interleaved: a noisy neighbour meets all sizes alike.
    for _ in 0..rounds {
        for ((size, in_flight), best) in SIZES.iter().zip(&mut best) {
            let bench = Bench::start(Fsync::Always).await;
            best.push(holds_per_second(&bench, *size, *in_flight, span).await);
        }
    }
    for ((size, _), mut rates) in SIZES.iter().zip(best) {
        rates.sort_by(f64::total_cmp);
        figures.insert(format!("engine_hps_{size}"), json!(rates[rates.len() / 2].round()));
    }

    eprintln!("bytes of Redis memory per hold …");
    let holds = if arguments.quick { 100_000 } else { 1_000_000 };
    for (size, in_flight) in SIZES {
        let bench = Bench::start(Fsync::Off).await;
        let before = bench.memory_bytes().await;
        fill(&bench, size, in_flight, holds).await;
        let bytes = (bench.memory_bytes().await - before) as f64 / holds as f64;
        figures.insert(format!("bytes_per_hold_{size}"), json!((bytes * 10.0).round() / 10.0));
    }

    eprintln!("rows per second from the stream into the ledger …");
    for (size, in_flight) in SIZES {
        let bench = Bench::start(Fsync::Off).await;
        let rows = if arguments.quick { 20_000 } else { 200_000 };
        fill(&bench, size, in_flight, rows).await;
        let started = Instant::now();
        bench.sync().await;
        figures
            .insert(format!("sync_rows_per_s_{size}"), json!((rows as f64 / started.elapsed().as_secs_f64()).round()));
    }

    figures.extend(arguments.figure.into_iter().map(|(name, value)| (name, json!(value))));

    println!("{:<24}{:>14}", "figure", "value");
    for (name, value) in &figures {
        println!("{name:<24}{value:>14}");
    }
    if let Some(file) = arguments.json {
        let text = serde_json::to_string_pretty(&Value::Object(figures)).expect("figures are plain data");
        std::fs::write(&file, text + "\n").unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// Keeps `in_flight` calls of `size` requests under way for `span`.
async fn holds_per_second(bench: &Bench, size: u64, in_flight: usize, span: Duration) -> f64 {
    let next = AtomicU64::new(0);
    let started = Instant::now();
    join_all((0..in_flight).map(|_| async {
        while started.elapsed() < span {
            bench.hold(next.fetch_add(size, Ordering::Relaxed), size).await;
        }
    }))
    .await;
    next.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

/// Makes `holds` holds, `size` a call.
async fn fill(bench: &Bench, size: u64, in_flight: usize, holds: u64) {
    let next = AtomicU64::new(0);
    join_all((0..in_flight).map(|_| async {
        loop {
            let first = next.fetch_add(size, Ordering::Relaxed);
            if first >= holds {
                break;
            }
            bench.hold(first, size.min(holds - first)).await;
        }
    }))
    .await;
}
