//! The command line, and how long each thing is measured.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures Seathold on this machine. `ops/perf --help` says what each figure is.
#[derive(Debug, Parser)]
#[command(name = "perf")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) hidden: Option<Hidden>,
}

/// What to measure, and how long.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Under four minutes: shorter spans, two rounds, fewer holds and streams
    #[arg(long)]
    pub(crate) quick: bool,
    /// Also write the figures as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Offer so many holds a second where latency is measured, instead of a share of what was carried
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=9_999_999))]
    pub(crate) rate: Option<u32>,
    /// Measure only this part; may be given several times
    #[arg(long, value_name = "PART")]
    pub(crate) only: Vec<Part>,
}

/// What is measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Everything that is compared: HTTP, engine, redis-benchmark, pgbench, sync; then latency
    Rounds,
    /// Pages and lists
    Browse,
    /// First visits on a slow network
    FirstView,
    /// Event streams held open
    Streams,
    /// Ten times too much
    Goodput,
    /// Bytes per hold
    Memory,
    /// Payments: notifications, seats for them, a bill
    Payments,
    /// Many outstanding holds
    Growth,
}

/// What perf starts itself for.
#[derive(Debug, Subcommand)]
pub(crate) enum Hidden {
    /// Holds event streams open until its standard input ends
    #[command(hide = true)]
    View(View),
}

/// The options of [`Hidden::View`].
#[derive(Debug, Args)]
pub(crate) struct View {
    /// Whose events: the whole address.
    pub(crate) url: String,
    /// How many streams.
    #[arg(long)]
    pub(crate) streams: usize,
    /// From which address of this machine.
    #[arg(long)]
    pub(crate) from: Ipv4Addr,
}

impl Options {
    /// The parts to measure, in order.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let all = Part::value_variants().iter().copied();
        all.filter(|part| self.only.is_empty() || self.only.contains(part)).collect()
    }

    /// How often things that are compared take turns.
    pub(crate) fn rounds(&self) -> usize {
        if self.quick { 2 } else { 5 }
    }

    /// How long one turn lasts. wrk takes whole seconds.
    pub(crate) fn turn(&self) -> Duration {
        Duration::from_secs(if self.quick { 2 } else { 5 })
    }

    /// The larger number in a full run, the smaller in a quick one.
    pub(crate) fn sized<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}
