//! `loadtest abuse` from first to last.

use super::RunError;
use crate::abuse::findings::Findings;
use crate::abuse::play::play;
use crate::cli::AbuseArgs;
use crate::shown::progress::Preparing;

/// Runs `loadtest abuse`.
pub async fn run_abuse(arguments: &AbuseArgs) -> Result<Findings, RunError> {
    let steps = 1 + if arguments.only.is_empty() { 7 } else { arguments.only.len() as u64 };
    let progress = Preparing::new(arguments.quiet, "attacks", steps);
    let findings = play(arguments, || progress.step()).await?;
    progress.finish();
    Ok(findings)
}
