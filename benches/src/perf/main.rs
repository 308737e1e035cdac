//! The published figures, measured side by side in one run: a table on the screen, JSON on request.
//! `ops/perf` calls it, and its `--help` says what each figure is.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]
#![expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]

mod figures;
mod machine;
pub(crate) mod measure;
mod options;
pub(crate) mod programs;
mod report;
mod rounds;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::options::{Cli, Hidden, Options, Part};
use crate::report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    // Private servers and the harness panic with a sentence; that sentence is all that anybody wants to read.
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("a part of the measurement failed");
        eprintln!("perf: {said}{}", panic.location().map(|at| format!(" ({at})")).unwrap_or_default());
    }));
    let Cli { options, hidden } = Cli::parse();
    let work = async {
        match hidden {
            Some(Hidden::View(view)) => programs::viewers::view(&view).await.map(|()| true),
            None => measure(&options).await,
        }
    };
    // Whatever was started ends with the future that owns it.
    let outcome = tokio::select! {
        outcome = work => outcome,
        () = stopped() => {
            eprintln!("perf: stopped");
            return ExitCode::from(130);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("perf: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures what was asked for, shows and writes it; false when a part could not be measured.
async fn measure(options: &Options) -> anyhow::Result<bool> {
    machine::raise_file_limit();
    let mut report = Report::new(options);
    for part in options.parts() {
        let outcome = match part {
            Part::Rounds => Box::pin(measure::side_by_side::measure(options, &mut report)).await,
            Part::Browse => Box::pin(measure::browse::measure(options, &mut report)).await,
            Part::FirstView => Box::pin(measure::first_view::measure(&mut report)).await,
            Part::Streams => Box::pin(measure::streams::measure(options, &mut report)).await,
            Part::Goodput => Box::pin(measure::goodput::measure(options, &mut report)).await,
            Part::Memory => Box::pin(measure::memory::measure(options, &mut report)).await,
            Part::Payments => Box::pin(measure::payments::measure(options, &mut report)).await,
            Part::Growth => Box::pin(measure::growth::measure(options, &mut report)).await,
        };
        if let Err(error) = outcome {
            report.failed(part, &error);
        }
    }
    report.finish();
    print!("{}", report.table());
    if let Some(file) = &options.json {
        report.write(file)?;
    }
    Ok(report.is_whole())
}

/// Ctrl-C, SIGTERM, or the terminal is gone.
async fn stopped() {
    let heard = |kind| signal(kind).expect("signals can be heard");
    let (mut interrupt, mut terminate) = (heard(SignalKind::interrupt()), heard(SignalKind::terminate()));
    let mut hangup = heard(SignalKind::hangup());
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}
