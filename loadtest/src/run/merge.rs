//! `loadtest merge`: adds shards up and, if there is a server to ask, compares the whole with it.

use super::RunError;
use crate::checks::oversell::lasting;
use crate::checks::oversell::ledger::ledger;
use crate::cli::MergeArgs;
use crate::measured::results::{Results, merge};
use crate::server::office::Office;
use crate::server::target::Target;
use crate::server::wire::Requests;

/// Runs `loadtest merge`.
pub async fn run_merge(arguments: &MergeArgs) -> Result<Results, RunError> {
    let shards = arguments.files.iter().map(|file| Results::read(file)).collect::<Result<Vec<_>, _>>()?;
    let mut whole = merge(shards)?;
    if let Some(url) = &arguments.url {
        let target = Target::resolve(url, arguments.allow_remote).await?;
        let exam = whole.parameters.exam.clone();
        let requests = Requests::new(&target, &exam, None).map_err(|_| RunError::NoSittings(exam.clone()))?;
        let seen = Office::open(&target).await?.sittings(&requests).await?;
        let check = lasting(&mut whole.sittings, &seen);
        whole.checks.push(check);
        if let Some(address) = arguments.ledger.address(arguments.data.as_deref()) {
            whole.checks.push(ledger(&address, &exam, &seen).await);
        }
    }
    whole.conclude(&arguments.output.expect);
    Ok(whole)
}
