//! How to show what was measured.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::measured::expect::Expectation;

/// How to show what was measured.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Results")]
pub struct OutputArgs {
    /// Write everything that was measured as JSON, histograms included; `merge` and `report` read it
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report with plots: one HTML file that needs nothing else, to show or to print
    #[arg(long, alias = "report", value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// The report's language
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// A condition; may be given several times. One that is missed makes the exit status 3.
    ///
    /// Latencies over all operations or one of them: p50=5ms, p99.9=200ms, hold.p99=50ms, max=1s, mean=3ms.
    /// Others: errors=0.1%, throughput=5000 (good answers a second while candidates came), given=20000
    /// (seats), lag=2ms (how late the generator itself was, p99)
    #[arg(long, value_name = "CONDITION", verbatim_doc_comment)]
    pub expect: Vec<Expectation>,
    /// No progress on the screen
    #[arg(long)]
    pub quiet: bool,
}

/// The report's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Words in English
    En,
    /// Words in Chinese (中文)
    Zh,
}
