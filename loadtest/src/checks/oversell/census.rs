//! The second witness: the API. Every hold that may be alive is looked up, and free seats and live
//! holds must make the capacity.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use http::StatusCode;
use tokio::time::{Instant, timeout_at};

use super::{free_by_id, some_of};
use crate::checks::seats::{Known, Seat};
use crate::generator::connection::Answer;
use crate::measured::results::{Check, CheckKind, CheckState};
use crate::scenario::api::ApiPlan;
use crate::server::office::{Office, OfficeError};
use crate::server::wire::{HoldReply, HoldsReply, ProblemReply, SittingReply};
use crate::shown::numbers::grouped;

/// Most holds that are looked up; a larger test is judged by the other witnesses.
const HOLDS_MAX: usize = 2_000_000;
/// How long candidates without an answer are asked about again.
const SETTLE_WAIT: Duration = Duration::from_secs(30);
/// Holds lapse and the list is a moment behind, so what does not add up is counted again.
const ROUNDS: u32 = 5;
/// Wait before that.
const ROUND_AFTER: Duration = Duration::from_secs(1);
/// Requests under way at once.
const AT_ONCE: usize = 32;

/// What was seen.
#[derive(Debug)]
pub struct Census {
    /// Does it add up?
    pub check: Check,
    /// The sittings at the end.
    pub sittings: Vec<SittingReply>,
    /// Holds found alive, by the sitting's place.
    pub live: Vec<u64>,
}

/// What became of requests that nobody answered.
#[derive(Debug, Default)]
pub struct Settled {
    /// Seats that candidates turned out to have.
    pub seats: Vec<Seat>,
    /// Candidates of whom nothing could be found out, by the sitting's place.
    pub open: Vec<u64>,
}

/// Finds out what became of requests that nobody answered, by asking the same again: a candidate is told
/// what it has, or that it has nothing. What it is given now, counts as given.
pub async fn settle(office: &Office, plan: &ApiPlan, unsure: &[(u64, usize)], now: Duration) -> Settled {
    let deadline = Instant::now() + SETTLE_WAIT;
    let lanes = (0..AT_ONCE).map(|lane| async move {
        let mut settled = Settled { seats: Vec::new(), open: vec![0; plan.sittings.len()] };
        for (index, sitting) in unsure.iter().skip(lane).step_by(AT_ONCE) {
            let request = || plan.requests.hold(plan.candidate(*index), plan.sittings[*sitting].clone(), None);
            let asked = timeout_at(deadline, office.ask("asking again for a seat", request)).await;
            match asked.ok().and_then(Result::ok).and_then(|answer| told(&answer)) {
                None => settled.open[*sitting] += 1,
                Some(holds) => settled.seats.extend(holds.into_iter().map(|hold| {
                    // It may lapse at any moment, as far as we know: it counts for no peak.
                    Seat { hold, sitting: *sitting, from: now, until: Some(now), known: Known::Held }
                })),
            }
        }
        settled
    });
    let mut all = Settled { seats: Vec::new(), open: vec![0; plan.sittings.len()] };
    for settled in join_all(lanes).await {
        all.seats.extend(settled.seats);
        all.open.iter_mut().zip(settled.open).for_each(|(all, open)| *all += open);
    }
    all
}

/// The ids of the holds a candidate has, none if it was refused; nothing if the answer says neither.
fn told(answer: &Answer) -> Option<Vec<Box<str>>> {
    if answer.status == StatusCode::CONFLICT {
        let code = serde_json::from_slice::<ProblemReply>(&answer.body).ok()?.code;
        // Without its pass a candidate is told nothing of a seat that it may have.
        return (code != "not_admitted").then(Vec::new);
    }
    let reply =
        answer.status.is_success().then(|| serde_json::from_slice::<HoldsReply>(&answer.body).ok()).flatten()?;
    Some(reply.holds.into_iter().map(|hold| hold.id.into()).collect())
}

/// Counts live holds and compares. `is_ours`: nobody else acts in this exam, so it must add up exactly, but
/// for those who are `open`: they may have a seat.
pub async fn census(
    office: &Office,
    plan: &ApiPlan,
    seats: &[Seat],
    open: &[u64],
    is_ours: bool,
) -> Result<Census, OfficeError> {
    let asked: Vec<&Seat> = seats.iter().filter(|seat| seat.known != Known::Released).collect();
    let mut sittings = office.sittings(&plan.requests).await?;
    if asked.len() > HOLDS_MAX {
        let detail = format!("{} holds are more than are looked up one by one ({HOLDS_MAX})", asked.len());
        let check = Check { kind: CheckKind::Census, state: CheckState::Skipped, detail };
        return Ok(Census { check, sittings, live: Vec::new() });
    }
    let mut round = 1;
    loop {
        let live = count_live(office, plan, &asked).await?;
        let after = office.sittings(&plan.requests).await?;
        // Only a count during which nothing moved says something.
        let is_still = free_by_id(&sittings) == free_by_id(&after);
        sittings = after;
        let wrong = wrong(plan, &sittings, &live, is_ours.then_some(open));
        if (is_still && wrong.is_empty()) || round == ROUNDS {
            return Ok(Census {
                check: verdict(&wrong, &live, &sittings, is_still, is_ours && open.iter().all(|open| *open == 0)),
                sittings,
                live,
            });
        }
        round += 1;
        tokio::time::sleep(ROUND_AFTER).await;
    }
}

/// Sittings that do not add up, in words. Without `open`, others hold seats here too.
fn wrong(plan: &ApiPlan, sittings: &[SittingReply], live: &[u64], open: Option<&[u64]>) -> Vec<String> {
    let compare = |sitting: &SittingReply| {
        let place = plan.sittings.iter().position(|id| *id == sitting.id)?;
        let (sum, live) = (sitting.free + live[place], live[place]);
        let is_enough = open.is_none_or(|open| sum + open[place] >= sitting.capacity);
        let fits = sum <= sitting.capacity && is_enough;
        (!fits).then(|| format!("{}: {} free and {live} held out of {}", sitting.id, sitting.free, sitting.capacity))
    };
    sittings.iter().filter_map(compare).collect()
}

fn verdict(wrong: &[String], live: &[u64], sittings: &[SittingReply], is_still: bool, is_ours: bool) -> Check {
    let (live, free): (u64, u64) = (live.iter().sum(), sittings.iter().map(|sitting| sitting.free).sum());
    let capacity: u64 = sittings.iter().map(|sitting| sitting.capacity).sum();
    let counted = |whose: &str, relation: &str| {
        let (live, free, capacity) = (grouped(live), grouped(free), grouped(capacity));
        format!("{live} live holds{whose}, looked up one by one, and {free} free seats are {relation}{capacity}")
    };
    let (state, detail) = match (wrong.is_empty(), is_still) {
        (false, _) => (CheckState::Failed, some_of(wrong)),
        (true, false) => (CheckState::Skipped, "seats changed hands in each of five counts".to_owned()),
        (true, true) if is_ours => (CheckState::Passed, counted("", "")),
        (true, true) => (CheckState::Passed, counted(" of ours", "no more than ")),
    };
    Check { kind: CheckKind::Census, state, detail }
}

async fn count_live(office: &Office, plan: &ApiPlan, seats: &[&Seat]) -> Result<Vec<u64>, OfficeError> {
    let lanes = (0..AT_ONCE).map(|lane| async move {
        let mut live = vec![0_u64; plan.sittings.len()];
        for seat in seats.iter().skip(lane).step_by(AT_ONCE) {
            let answer = office.ask("looking a hold up", || plan.requests.find(&seat.hold)).await?;
            // Unknown: it ended long ago, or never was. Either way nobody sits there.
            let hold = serde_json::from_slice::<HoldReply>(&answer.body).ok().filter(|_| answer.status.is_success());
            if hold.is_some_and(|hold| matches!(&*hold.state, "held" | "frozen" | "confirmed")) {
                live[seat.sitting] += 1;
            }
        }
        Ok::<_, OfficeError>(live)
    });
    let lanes = try_join_all(lanes).await?;
    let add = |total: Vec<u64>, lane: Vec<u64>| total.iter().zip(lane).map(|(a, b)| a + b).collect();
    Ok(lanes.into_iter().fold(vec![0; plan.sittings.len()], add))
}
