//! `loadtest waiting-room` from first to last.

use std::sync::Arc;
use std::time::Duration;

use super::RunError;
use super::check::{fate_fits, with_holds};
use super::run;
use super::setup::Setup;
use crate::checks::oversell;
use crate::checks::waiting_room::{admission, fairness};
use crate::cli::{ExamChoice, NewExamArgs, WaitingRoomArgs, WaitingRoomMode};
use crate::generator::generate::Scene;
use crate::measured::results::{Results, Scenario};
use crate::scenario::api::ApiPlan;
use crate::scenario::waiting_room::WaitingRoomPlan;
use crate::server::wire::waiting_room::WaitingRoomReply;

/// Runs `loadtest waiting-room`.
pub async fn run_waiting_room(arguments: &WaitingRoomArgs) -> Result<Results, RunError> {
    fate_fits(arguments.fate)?;
    let mode = arguments.exam.new.waiting_room.or(Some(WaitingRoomMode::On));
    let new = NewExamArgs { waiting_room: mode, ..arguments.exam.new.clone() };
    let exam = arguments.exam.exam.as_ref().map_or(ExamChoice::New(&new), ExamChoice::Existing);
    let mut setup = Setup::new(&arguments.target, exam, &arguments.load).await?;
    setup.wait_at_least(arguments.wait_max);
    let api = ApiPlan {
        requests: setup.requests.clone(),
        sittings: setup.sitting_ids(),
        confirm: arguments.fate.confirm.0,
        release: arguments.fate.release.0,
        think: Duration::ZERO,
        tag: format!("w{:x}", setup.seed),
    };
    let (leave, come_back, push) = (arguments.leave.0, arguments.come_back.0, arguments.push.0);
    let plan = Arc::new(WaitingRoomPlan { api, leave, come_back, push, wait_max: arguments.wait_max });
    let (ran, mut harvest) = run(&setup, Scene::WaitingRoom(Arc::clone(&plan)), arguments.output.quiet).await?;
    let settled = oversell::settle(&setup.office, &plan.api, &harvest.unsure, ran.took).await;
    harvest.seats.extend(settled.seats);
    let ledger = arguments.ledger.address(arguments.target.data.as_deref());
    let (sittings, mut checks) = with_holds(&setup, ledger, &plan.api, &harvest.seats, &settled.open).await?;
    let room: Option<WaitingRoomReply> = setup.office.room(&setup.requests).await.ok();
    checks.push(admission(&harvest.stays, room.as_ref()));
    checks.push(fairness(&harvest.stays, room.as_ref(), |index| plan.api.candidate(index).to_string()));
    let mut results = setup.results(&arguments.load, Scenario::WaitingRoom, ran, harvest.measured);
    results.parameters.fate(arguments.fate);
    (results.sittings, results.checks) = (sittings, checks);
    results.conclude(&arguments.output.expect);
    Ok(results)
}
