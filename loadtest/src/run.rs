//! One test from first to last: prepare, run, settle, check, conclude.

mod browse;
mod merge;
mod setup;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

pub use browse::run_browse;
pub use merge::run_merge;
pub use setup::{RunError, prepare};

use crate::cli::{ApiArgs, LoadError};
use crate::generate::{Running, Scene};
use crate::machine::{Machine, cpu_seconds};
use crate::oversell;
use crate::record::Measured;
use crate::results::{Check, CheckKind, CheckState, FORMAT, Figures, Parameters, Process, Results, Scenario};
use crate::scenario::api::ApiPlan;
use crate::seats::Seat;
use crate::worker::Harvest;
use setup::Setup;

/// Runs `loadtest api`.
pub async fn run_api(arguments: &ApiArgs) -> Result<Results, RunError> {
    if arguments.confirm.0 + arguments.release.0 > 1.0 {
        return Err(LoadError::Shares.into());
    }
    let setup = Setup::new(&arguments.target, &arguments.exam, &arguments.load).await?;
    let plan = Arc::new(ApiPlan {
        requests: setup.requests.clone(),
        sittings: setup.sitting_ids(),
        confirm: arguments.confirm.0,
        release: arguments.release.0,
        think: arguments.think,
        tag: format!("l{:x}", setup.seed),
    });
    let (ran, mut harvest) = run(&setup, Scene::Api(Arc::clone(&plan)), arguments.output.quiet).await?;
    let settled = oversell::settle(&setup.office, &plan, &harvest.unsure, ran.took).await;
    harvest.seats.extend(settled.seats);
    let (sittings, checks) = check(&setup, arguments, &plan, &harvest.seats, &settled.open).await?;
    let mut results = setup.results(&arguments.load, Scenario::Api, ran, harvest.measured);
    let parameters = &mut results.parameters;
    (parameters.confirm, parameters.release) = (arguments.confirm.0, arguments.release.0);
    (results.sittings, results.checks) = (sittings, checks);
    results.conclude(&arguments.output.expect);
    Ok(results)
}

/// Asks all witnesses.
async fn check(
    setup: &Setup,
    arguments: &ApiArgs,
    plan: &ApiPlan,
    seats: &[Seat],
    open: &[u64],
) -> Result<(Vec<crate::results::SittingReport>, Vec<Check>), RunError> {
    let mut reports = oversell::reports(&setup.sittings, seats);
    let mut checks = oversell::told(&reports, seats);
    if let Some(shard) = setup.shard_of_many() {
        // The other shards' holds are unknown here, and they may still be at it.
        let detail = format!("shard {shard} knows only its own holds; let merge ask the server (--url)");
        checks.push(Check { kind: CheckKind::Census, state: CheckState::Skipped, detail });
        return Ok((reports, checks));
    }
    let census = oversell::census(&setup.office, plan, seats, open, setup.is_ours).await?;
    for report in &mut reports {
        report.free = census.sittings.iter().find(|it| it.id.as_str() == report.id).map(|it| it.free);
    }
    checks.push(census.check);
    checks.push(match &arguments.database_url {
        Some(url) => oversell::ledger::ledger(url, &setup.exam, &census.sittings).await,
        None => Check {
            kind: CheckKind::Ledger,
            state: CheckState::Skipped,
            detail: "the ledger was not asked; name it with --database-url".to_owned(),
        },
    });
    Ok((reports, checks))
}

/// What the rush itself left behind, beside the harvest.
struct Ran {
    started_at: jiff::Timestamp,
    took: Duration,
    interrupted: bool,
    cpu_seconds: f64,
    free: Vec<crate::results::FreePoint>,
}

/// Lets everybody come, and waits until the last one is through.
async fn run(setup: &Setup, scene: Scene, quiet: bool) -> Result<(Ran, Harvest), RunError> {
    let plan = setup.plan(scene);
    let running = Running::launch(&setup.target, &plan).await?;
    let cpu_before = cpu_seconds();
    let seen = watch::watch(setup, &plan, &running, quiet).await;
    let cpu_seconds = cpu_seconds() - cpu_before;
    let (started_at, took) = (running.started_at, running.start.elapsed());
    let harvests = running.harvest()?;
    let mut whole = Harvest::default();
    for harvest in harvests {
        whole.measured.merge(&harvest.measured, 0);
        whole.seats.extend(harvest.seats);
        whole.unsure.extend(harvest.unsure);
    }
    Ok((Ran { started_at, took, interrupted: seen.interrupted, cpu_seconds, free: seen.free }, whole))
}

impl Setup {
    fn results(&self, load: &crate::cli::LoadArgs, scenario: Scenario, ran: Ran, measured: Measured) -> Results {
        let parameters = Parameters {
            scenario,
            url: self.target.url.clone(),
            exam: self.exam.clone(),
            arrivals: self.profile.shape.to_string(),
            candidates: self.profile.candidates,
            seconds: self.profile.length.as_secs_f64(),
            seats: self.sittings.iter().map(|sitting| sitting.capacity).sum(),
            sittings: self.sittings.len(),
            confirm: 0.0,
            release: 0.0,
            streams: 0,
            seed: self.seed,
            timeout_seconds: load.timeout.as_secs_f64(),
            retries: load.retries,
        };
        let process = Process {
            machine: Machine::here(),
            connections: load.connections,
            threads: load.threads(),
            cpu_seconds: ran.cpu_seconds,
            beside_server: self.target.is_local(),
            shard: load.shard,
        };
        Results {
            format: FORMAT,
            parameters,
            started_at: ran.started_at.round(jiff::Unit::Millisecond).unwrap_or(ran.started_at),
            took_seconds: SignedDuration::try_from(ran.took).map_or(0.0, |took| took.as_secs_f64()),
            interrupted: ran.interrupted,
            processes: vec![process],
            measured,
            free: ran.free,
            sittings: Vec::new(),
            checks: Vec::new(),
            figures: Figures::default(),
            expectations: Vec::new(),
        }
    }
}
