//! `seathold`: reads the command line, runs it, and turns a failure into one sentence and an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use seathold::cli::Cli;
use seathold::{commands, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::log_to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(Box::pin(commands::run(cli))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "seathold: {error:#}");
    ExitCode::FAILURE
}
