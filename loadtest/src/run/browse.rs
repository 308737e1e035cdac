//! `loadtest browse` from first to last.

use std::sync::Arc;

use super::RunError;
use super::run;
use super::setup::{Setup, check_files};
use crate::cli::BrowseArgs;
use crate::generator::generate::Scene;
use crate::measured::results::{Results, Scenario};
use crate::scenario::browse::BrowsePlan;

/// Runs `loadtest browse`.
pub async fn run_browse(arguments: &BrowseArgs) -> Result<Results, RunError> {
    check_files(arguments.load.connections + arguments.streams)?;
    let setup = Setup::new(&arguments.target, arguments.exam.choice(), &arguments.load).await?;
    let plan = BrowsePlan {
        requests: setup.requests.clone(),
        pages: arguments.paths.clone(),
        list: arguments.list_share.0,
        streams: arguments.streams,
    };
    let (ran, harvest) = run(&setup, Scene::Browse(Arc::new(plan)), arguments.output.quiet).await?;
    let mut results = setup.results(&arguments.load, Scenario::Browse, ran, harvest.measured);
    results.parameters.streams = arguments.streams;
    results.conclude(&arguments.output.expect);
    Ok(results)
}
