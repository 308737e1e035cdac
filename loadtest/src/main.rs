//! The `loadtest` program: reads the command line, runs a test, shows and judges it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use loadtest::cli::{Cli, Command, OutputArgs};
use loadtest::measured::results::Results;
use loadtest::run::{
    RunError, prepare, run_abuse, run_accounts, run_api, run_browse, run_candidate, run_merge, run_waiting_room,
};
use loadtest::shown::abuse::{abuse_report, abuse_table};
use loadtest::shown::report::report;
use loadtest::shown::table::table;

/// See the end of `--help`.
const NOT_RUN: u8 = 1;
const EXPECTATION_MISSED: u8 = 3;
const SEATS_WRONG: u8 = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("loadtest: {error}");
            NOT_RUN.into()
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, RunError> {
    match command {
        Command::Rush(arguments) => {
            let arguments = arguments.into_api();
            conclude(&run_api(&arguments).await?, &arguments.output)
        }
        Command::Api(arguments) => conclude(&run_api(&arguments).await?, &arguments.output),
        Command::Candidate(arguments) => conclude(&run_candidate(&arguments).await?, &arguments.output),
        Command::WaitingRoom(arguments) => conclude(&run_waiting_room(&arguments).await?, &arguments.output),
        Command::Browse(arguments) => conclude(&run_browse(&arguments).await?, &arguments.output),
        Command::Prepare(arguments) => {
            println!("{}", prepare(&arguments).await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Accounts(arguments) => {
            println!("{}", run_accounts(&arguments).await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Abuse(arguments) => {
            let findings = run_abuse(&arguments).await?;
            print!("{}", abuse_table(&findings));
            if let Some(file) = &arguments.json {
                let text = serde_json::to_string_pretty(&findings).expect("findings are plain data");
                write(file, &(text + "\n"))?;
            }
            if let Some(file) = &arguments.html {
                write(file, &abuse_report(&findings))?;
            }
            Ok(if findings.is_lost() { EXPECTATION_MISSED.into() } else { ExitCode::SUCCESS })
        }
        Command::Report(arguments) => {
            let mut results = Results::read(&arguments.file)?;
            results.conclude_again(&arguments.output.expect);
            conclude(&results, &arguments.output)
        }
        Command::Merge(arguments) => conclude(&run_merge(&arguments).await?, &arguments.output),
    }
}

/// Shows the results, writes what was asked for, and says how it ended.
fn conclude(results: &Results, output: &OutputArgs) -> Result<ExitCode, RunError> {
    print!("{}", table(results));
    if let Some(file) = &output.json {
        let text = serde_json::to_string_pretty(results).expect("results are plain data");
        write(file, &(text + "\n"))?;
    }
    if let Some(file) = &output.html {
        write(file, &report(results, output.language)?)?;
    }
    Ok(match (results.is_oversold(), results.is_missed()) {
        (true, _) => SEATS_WRONG.into(),
        (false, true) => EXPECTATION_MISSED.into(),
        (false, false) => ExitCode::SUCCESS,
    })
}

fn write(file: &Path, text: &str) -> Result<(), RunError> {
    std::fs::write(file, text).map_err(|cause| RunError::Write { file: file.to_owned(), cause })
}
