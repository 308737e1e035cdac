//! What attackers are played with.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values;
use crate::abuse::attack::Attack;

/// The arguments of `loadtest abuse`.
#[derive(Debug, Clone, Args)]
pub struct AbuseArgs {
    /// The server's root. Plain HTTP, on this machine only: there is no way to aim this at another one
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        env = "SEATHOLD_URL",
        help_heading = "Target"
    )]
    pub url: String,
    /// The exam whose seats are taken; accounts are made for it, by document number
    #[arg(long, value_name = "ID", default_value = "campus-english", help_heading = "Target")]
    pub exam: String,
    /// Play this attack only; may be given several times. Default: all
    #[arg(long, value_enum, value_name = "ATTACK")]
    pub only: Vec<Attack>,
    /// How long each attack lasts, at most ten minutes
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = lasting)]
    pub lasts: Duration,
    /// How much of an attack goes on at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = values::count::<1, 64>)]
    pub at_once: usize,
    /// Accounts that are attacked, made beforehand
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(2..=2000))]
    pub victims: u16,
    /// Honest candidates beside each attack
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub honest: u16,
    /// Who the people are; another number, other people. Default: the time
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Write what was found as JSON
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub json: Option<PathBuf>,
    /// Write a report: one HTML file that needs nothing else
    #[arg(long, alias = "report", value_name = "FILE", help_heading = "Results")]
    pub html: Option<PathBuf>,
    /// No progress on the screen
    #[arg(long, help_heading = "Results")]
    pub quiet: bool,
}

/// At most ten minutes, at least a second.
fn lasting(text: &str) -> Result<Duration, String> {
    let lasts = values::duration(text)?;
    let is_bounded = (Duration::from_secs(1)..=Duration::from_secs(600)).contains(&lasts);
    if is_bounded { Ok(lasts) } else { Err("an attack lasts from 1s to 10min".to_owned()) }
}
