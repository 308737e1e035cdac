//! `loadtest accounts`: makes accounts without haste and writes down who they are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::RunError;
use super::setup::{resolve, seed_of_now};
use crate::cli::AccountsArgs;
use crate::generator::chance::Chance;
use crate::generator::crew::Crew;
use crate::generator::error::GenerateError;
use crate::generator::worker::{Duty, Patience, Tally, Worker};
use crate::scenario::candidate::sign_up;
use crate::server::accounts::{Accounts, AccountsError, Person, Signed};

/// How often a busy server is asked again.
const RETRIES: u32 = 20;

/// Runs `loadtest accounts`; answers how many were made, in a sentence.
pub async fn run_accounts(arguments: &AccountsArgs) -> Result<String, RunError> {
    let target = resolve(&arguments.target).await?;
    let url = target.url.clone();
    let crew = Crew::open(target, arguments.at_once).await.map_err(GenerateError::from)?;
    let reload = Duration::from_secs(1);
    let patience = Patience { timeout: arguments.timeout, retries: RETRIES, retry_after_max: reload * 5, reload };
    let seed = seed_of_now();
    let tally = Arc::new(Tally::default());
    let forwarded = arguments.target.forwarded;
    let worker = Worker::new(crew, Duty { patience, start: Instant::now(), opening: None, seed, forwarded, tally });
    let made = stream::iter(0..u64::from(arguments.number))
        .map(|index| sign_up(&worker, Person::of(seed, index), Chance::of(seed, index)))
        // In their order: candidate number n is the n-th of the file.
        .buffered(arguments.at_once);
    let results: Vec<Result<Signed, &'static str>> = made.collect().await;
    let first_refusal = results.iter().find_map(|result| result.as_ref().err().copied());
    let people: Vec<Signed> = results.into_iter().flatten().collect();
    let count = people.len();
    if let Some(why) = first_refusal.filter(|_| count == 0) {
        return Err(AccountsError::Refused(why.to_owned()).into());
    }
    let written = Accounts::new(url, people).write(&arguments.file);
    written.map_err(|cause| RunError::Write { file: arguments.file.clone(), cause })?;
    let missing = u64::from(arguments.number) - count as u64;
    let note = first_refusal.map_or_else(String::new, |why| format!("; {missing} were not made: {why}"));
    Ok(format!("{count} accounts in {:.0} s{note}", worker.now().as_secs_f64()))
}
