//! Asking all witnesses, after the rush.

use super::RunError;
use super::setup::Setup;
use crate::checks::oversell;
use crate::checks::oversell::{census, lasting};
use crate::checks::seats::Seat;
use crate::cli::FateArgs;
use crate::cli::LoadError;
use crate::measured::results::{Check, CheckKind, CheckState, SittingReport};
use crate::scenario::api::ApiPlan;

/// Shares are no more than the whole.
pub(super) fn fate_fits(fate: FateArgs) -> Result<(), RunError> {
    if fate.confirm.0 + fate.release.0 > 1.0 { Err(LoadError::Shares.into()) } else { Ok(()) }
}

/// All witnesses, when holds have ids that the API knows.
pub(super) async fn with_holds(
    setup: &Setup,
    ledger: Option<String>,
    plan: &ApiPlan,
    seats: &[Seat],
    open: &[u64],
) -> Result<(Vec<SittingReport>, Vec<Check>), RunError> {
    let mut reports = oversell::reports(&setup.sittings, seats);
    let mut checks = oversell::told(&reports, seats);
    if let Some(skipped) = shard_alone(setup) {
        checks.push(skipped);
        return Ok((reports, checks));
    }
    let census = census(&setup.office, plan, seats, open, setup.is_ours).await?;
    for report in &mut reports {
        report.free = census.sittings.iter().find(|it| it.id.as_str() == report.id).map(|it| it.free);
    }
    checks.push(census.check);
    checks.push(in_ledger(ledger, &setup.exam, &census.sittings).await);
    Ok((reports, checks))
}

/// The witnesses that need no hold's id: what candidates were told, the public list, the ledger.
pub(super) async fn without_holds(
    setup: &Setup,
    ledger: Option<String>,
    seats: &[Seat],
) -> Result<(Vec<SittingReport>, Vec<Check>), RunError> {
    let mut reports = oversell::reports(&setup.sittings, seats);
    let mut checks = oversell::told(&reports, seats);
    if let Some(skipped) = shard_alone(setup) {
        checks.push(skipped);
        return Ok((reports, checks));
    }
    let seen = setup.office.sittings(&setup.requests).await?;
    checks.push(lasting(&mut reports, &seen));
    checks.push(in_ledger(ledger, &setup.exam, &seen).await);
    Ok((reports, checks))
}

/// The other shards' holds are unknown here, and they may still be at it.
fn shard_alone(setup: &Setup) -> Option<Check> {
    let shard = setup.shard_of_many()?;
    let detail = format!("shard {shard} knows only its own holds; let merge ask the server (--url)");
    Some(Check { kind: CheckKind::Census, state: CheckState::Skipped, detail })
}

async fn in_ledger(address: Option<String>, exam: &str, seen: &[crate::server::wire::SittingReply]) -> Check {
    match address {
        Some(address) => oversell::ledger::ledger(&address, exam, seen).await,
        None => Check {
            kind: CheckKind::Ledger,
            state: CheckState::Skipped,
            detail: "the ledger was not asked; name it with --database-url, or --data".to_owned(),
        },
    }
}
