//! One test from first to last: prepare, run, settle, check, conclude.

mod abuse;
mod accounts;
mod api;
mod assemble;
mod browse;
mod candidate;
mod check;
mod error;
mod merge;
mod prepare;
mod setup;
mod waiting_room;
mod watch;

use std::time::Duration;

pub use abuse::run_abuse;
pub use accounts::run_accounts;
pub use api::run_api;
pub use browse::run_browse;
pub use candidate::run_candidate;
pub use error::RunError;
pub use merge::run_merge;
pub use prepare::prepare;
pub use waiting_room::run_waiting_room;

use crate::generator::generate::{Running, Scene};
use crate::generator::worker::Harvest;
use crate::measured::machine::cpu_seconds;
use crate::measured::results::{FreePoint, WaitingRoomPoint};
use setup::Setup;

/// What the rush itself left behind, beside the harvest.
struct Ran {
    started_at: jiff::Timestamp,
    took: Duration,
    interrupted: bool,
    cpu_seconds: f64,
    free: Vec<FreePoint>,
    room: Vec<WaitingRoomPoint>,
}

/// Lets everybody come, and waits until the last one is through.
async fn run(setup: &Setup, scene: Scene, quiet: bool) -> Result<(Ran, Harvest), RunError> {
    let plan = setup.plan(scene);
    let running = Running::launch(&setup.target, &plan).await?;
    let cpu_before = cpu_seconds();
    let seen = watch::watch(setup, &plan, &running, quiet).await;
    let cpu_seconds = cpu_seconds() - cpu_before;
    let (started_at, took) = (running.started_at, running.start.elapsed());
    let mut whole = Harvest::default();
    for harvest in running.harvest()? {
        whole.add(harvest);
    }
    let watch::Seen { free, room, interrupted } = seen;
    Ok((Ran { started_at, took, interrupted, cpu_seconds, free, room }, whole))
}
