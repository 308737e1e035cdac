//! `loadtest api` from first to last.

use std::sync::Arc;

use super::RunError;
use super::check::{fate_fits, with_holds};
use super::run;
use super::setup::Setup;
use crate::checks::oversell;
use crate::cli::ApiArgs;
use crate::generator::generate::Scene;
use crate::measured::results::{Results, Scenario};
use crate::scenario::api::ApiPlan;

/// Runs `loadtest api`.
pub async fn run_api(arguments: &ApiArgs) -> Result<Results, RunError> {
    fate_fits(arguments.fate)?;
    let setup = Setup::new(&arguments.target, arguments.exam.choice(), &arguments.load).await?;
    let plan = Arc::new(ApiPlan {
        requests: setup.requests.clone(),
        sittings: setup.sitting_ids(),
        confirm: arguments.fate.confirm.0,
        release: arguments.fate.release.0,
        think: arguments.think,
        tag: format!("l{:x}", setup.seed),
    });
    let (ran, mut harvest) = run(&setup, Scene::Api(Arc::clone(&plan)), arguments.output.quiet).await?;
    let settled = oversell::settle(&setup.office, &plan, &harvest.unsure, ran.took).await;
    harvest.seats.extend(settled.seats);
    let ledger = arguments.ledger.address(arguments.target.data.as_deref());
    let (sittings, checks) = with_holds(&setup, ledger, &plan, &harvest.seats, &settled.open).await?;
    let mut results = setup.results(&arguments.load, Scenario::Api, ran, harvest.measured);
    results.parameters.fate(arguments.fate);
    (results.sittings, results.checks) = (sittings, checks);
    results.conclude(&arguments.output.expect);
    Ok(results)
}
