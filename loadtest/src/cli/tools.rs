//! What is done before and after a test.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use super::values;
use super::{LedgerArgs, NewExamArgs, OutputArgs, TargetArgs};

/// The arguments of `loadtest prepare`.
#[derive(Debug, Args)]
pub struct PrepareArgs {
    /// The server to prepare.
    #[command(flatten)]
    pub target: TargetArgs,
    /// What to create.
    #[command(flatten)]
    pub new: NewExamArgs,
    /// When it opens, such as 2026-11-22T09:00:00+08:00. Default: it is open
    #[arg(long, value_name = "TIME", help_heading = "Exam")]
    pub opens_at: Option<Timestamp>,
    /// Write exam.toml and sittings.csv into this directory for `seathold exam import`, instead of creating the
    /// exam by the API: only imported exams have pages
    #[arg(long, value_name = "DIR", help_heading = "Exam")]
    pub definition: Option<PathBuf>,
}

/// The arguments of `loadtest accounts`.
#[derive(Debug, Args)]
pub struct AccountsArgs {
    /// The server that gets them.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How many. Each costs the server an Argon2 hash: some 40 to 60 a second on a core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub number: u32,
    /// Where to write who they are and their cookies. Whoever has it is signed in as all of them
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// How many sign up at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = values::count::<1, 64>)]
    pub at_once: usize,
    /// Patience with one sign-up
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = values::duration)]
    pub timeout: Duration,
}

/// The arguments of `loadtest report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// JSON results of a test, as --json wrote them
    pub file: PathBuf,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The arguments of `loadtest merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The JSON results of all shards of one test
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Ask this server, where the shards' exam is, how many seats are free now, and compare
    #[arg(long, value_name = "URL", help_heading = "Target")]
    pub url: Option<String>,
    /// Ask it even if it is another machine than this one
    #[arg(long, requires = "url", help_heading = "Target")]
    pub allow_remote: bool,
    /// The data directory of a server on this machine, whose private ledger is compared too
    #[arg(long, value_name = "DIR", requires = "url", env = "SEATHOLD_DATA", help_heading = "Target")]
    pub data: Option<PathBuf>,
    /// The ledger to count in.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}
