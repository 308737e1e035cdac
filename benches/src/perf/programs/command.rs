//! Running other people's measuring programs: found where packages put them, bounded in time, ended with us.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;

/// Where packages keep Postgres's programs by version, when not on PATH: below a directory, in those named so.
const VERSIONED: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
];

/// Where the program is, on PATH or among Postgres's own.
pub(crate) fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for (parent, prefix) in VERSIONED {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        dirs.extend(named.map(|entry| entry.path().join("bin")));
    }
    let found = dirs.into_iter().map(|dir| dir.join(name)).find(|path| path.is_file());
    found.with_context(|| format!("{name} is missing: ops/perf installs it"))
}

/// A program that was built beside this one.
pub(crate) fn own_program(name: &str) -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name(name);
    if beside.is_file() {
        return Ok(beside);
    }
    bail!("{} is missing: build it with cargo build --release --package {name}", beside.display())
}

/// What the program writes; an error when it fails, or has not ended after `limit`.
pub(crate) async fn output(command: &mut Command, limit: Duration) -> anyhow::Result<String> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let running = command.spawn().with_context(|| format!("{name} cannot be started"))?;
    let ended = tokio::time::timeout(limit, running.wait_with_output()).await;
    let output = ended.with_context(|| format!("{name} did not end within {limit:?}"))??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {}", output.status, last_lines(&format!("{text}\n{said}")));
    }
    Ok(text)
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join(" | ")
}
