//! The command line: what may be asked for, with its defaults and bounds.

mod abuse;
mod exam;
mod help;
mod load;
mod output;
mod rush;
mod scenarios;
mod tools;
pub mod values;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

pub use abuse::AbuseArgs;
pub use exam::{Acknowledge, ExamArgs, ExamChoice, NewExamArgs, WaitingRoomMode};
pub use load::{LoadArgs, LoadError};
pub use output::{Language, OutputArgs};
pub use rush::RushArgs;
pub use scenarios::{ApiArgs, Arrive, BrowseArgs, CandidateArgs, FateArgs, WaitingRoomArgs};
pub use tools::{AccountsArgs, MergeArgs, PrepareArgs, ReportArgs};
pub use values::shard;

/// The program's arguments.
#[derive(Debug, Parser)]
#[command(name = "loadtest", version, about = help::ABOUT, long_about = help::LONG_ABOUT, after_long_help = help::AFTER)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The whole rush in one go, with a report to show: 200,000 candidates for 20,000 seats within a minute
    Rush(RushArgs),
    /// Candidates who want seats: hold, then pay (freeze, confirm), release, or walk away
    Api(ApiArgs),
    /// Candidates who go the whole way through the pages, as browsers without scripts do
    ///
    /// From the list of exams they go where the pages lead, through whichever steps the exam has: an account by document
    /// number, with a code by SMS that is read at the demo's sandbox; consent and both sides of the identity card, which
    /// the server reads; the notice; the face check, by file; the registration form; the choice of a sitting; the page
    /// to pay on, the picture of the payment, the receipt. An exam without steps has the last three. Any other step, such
    /// as the query of a roster, is counted as a wrong page and named.
    ///
    /// Each page and each form has figures of its own, and those who reach the receipt are counted. Cards and faces are
    /// drawn before the start: some 80 ms of a core each.
    Candidate(CandidateArgs),
    /// Candidates who wait to be admitted before they may ask for a seat
    WaitingRoom(WaitingRoomArgs),
    /// Viewers who look: the list of sittings, pages, and streams of events held open
    Browse(BrowseArgs),
    /// Create an exam for shards or for the pages, and print its id
    Prepare(PrepareArgs),
    /// Make accounts beforehand, signed in, for `candidate`
    Accounts(AccountsArgs),
    /// Play attackers against a server on this machine, and say what they get
    ///
    /// Few passwords for many accounts, leaked passwords, codes by SMS for the money they cost, a farm of accounts that
    /// hold seats, seats given back and taken again, captchas read by a program, codes for a new password guessed: each
    /// for its time, with honest candidates beside it, some of them behind the attacker's own address. What honest
    /// candidates lose makes the exit status 3.
    ///
    /// Each comes from an address of its own in X-Forwarded-For, which the server must believe:
    /// seathold serve --demo --trusted-proxy 127.0.0.1
    Abuse(AbuseArgs),
    /// Show JSON results again: as a table, or as a report in another language
    Report(ReportArgs),
    /// Add the JSON results of all shards up
    Merge(MergeArgs),
}

/// At whom to aim.
#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub struct TargetArgs {
    /// The server's root. Plain HTTP
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", env = "SEATHOLD_URL")]
    pub url: String,
    /// Aim at another machine than this one. Only with its owner's consent: a load test of somebody
    /// else's server is an attack
    #[arg(long)]
    pub allow_remote: bool,
    /// The data directory of a server on this machine: its demo's keys are used, and its private ledger is
    /// compared, where nothing else is named
    #[arg(long, value_name = "DIR", env = "SEATHOLD_DATA")]
    pub data: Option<PathBuf>,
    /// File with an API key of scope `hold`. Default: the admin key
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// File with an API key of scope `admin`, to create an exam with
    #[arg(long, value_name = "FILE")]
    pub admin_key_file: Option<PathBuf>,
    /// Connect from so many addresses of this machine in turn, 127.0.0.1 and up. One address has ports for
    /// some 28,000 connections
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=250))]
    pub sources: u8,
    /// Give each candidate an address of its own in X-Forwarded-For, as a proxy does that the server trusts
    #[arg(long)]
    pub forwarded: bool,
}

impl TargetArgs {
    /// The file with the admin key, if one is named or the data directory has one.
    pub fn admin_key_file(&self) -> Option<PathBuf> {
        self.admin_key_file.clone().or_else(|| self.in_data("api-key-admin"))
    }

    /// The file with the key to ask for seats with, likewise.
    pub fn key_file(&self) -> Option<PathBuf> {
        self.key_file.clone().or_else(|| self.in_data("api-key-hold"))
    }

    fn in_data(&self, name: &str) -> Option<PathBuf> {
        Some(self.data.as_deref()?.join(name)).filter(|file| file.is_file())
    }
}

/// The ledger to compare with.
#[derive(Debug, Args)]
#[command(next_help_heading = "Results")]
pub struct LedgerArgs {
    /// Also compare with the ledger in this Postgres: a URL or `host=… user=… dbname=…`. Default: the private
    /// one below --data
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

impl LedgerArgs {
    /// The address of the ledger, if one is named or a private one runs below `data`.
    pub fn address(&self, data: Option<&Path>) -> Option<String> {
        self.database_url.clone().or_else(|| {
            let socket = data?.join("postgres/socket").canonicalize().ok()?;
            let host = socket.to_str()?.replace('\\', r"\\").replace('\'', r"\'");
            Some(format!("host='{host}' user=seathold dbname=seathold"))
        })
    }
}

#[cfg(test)]
#[path = "cli/tests.rs"]
mod tests;
