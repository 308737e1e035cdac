//! A candidate who wants a seat: hold, then pay (freeze, confirm), give it back, or walk away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use reservation::ids::{CandidateId, Reference, SittingId};

use crate::checks::seats::{Known, Seat};
use crate::generator::chance::{Chance, Fate};
use crate::generator::worker::{Told, Worker};
use crate::measured::record::{Operation, Outcome};
use crate::server::wire::{HoldReply, HoldsReply, Requests};

/// What all candidates know.
#[derive(Debug)]
pub struct ApiPlan {
    /// The requests that are sent.
    pub requests: Requests,
    /// The sittings there are.
    pub sittings: Vec<SittingId>,
    /// Share of seat holders who pay, 0–1.
    pub confirm: f64,
    /// Share of seat holders who give the seat back, 0–1.
    pub release: f64,
    /// Pause between a candidate's steps.
    pub think: Duration,
    /// What tells this run's candidates from those of another one in the same exam.
    pub tag: String,
}

impl ApiPlan {
    /// The name of candidate `index`.
    pub fn candidate(&self, index: u64) -> CandidateId {
        format!("{}-{index}", self.tag).parse().expect("a short tag and a number make a name")
    }

    fn reference(&self, index: u64) -> Reference {
        format!("pay-{}-{index}", self.tag).parse().expect("a short tag and a number make a reference")
    }
}

/// How often somebody who was too early comes back.
const RETURNS_MAX: u32 = 50;

/// The way of candidate `index`, who means to come at `intended`.
pub async fn candidate(worker: Arc<Worker>, plan: Arc<ApiPlan>, index: u64, intended: Instant) {
    worker.sets_out(intended);
    let mut chance = Chance::of(worker.duty.seed, index);
    from_the_seat_on(&worker, &plan, index, intended, None, &mut chance).await;
}

/// From the request for a seat to the end, with the pass out of a waiting room, if there is one. Answers how the
/// request ended.
pub(super) async fn from_the_seat_on(
    worker: &Worker,
    plan: &ApiPlan,
    index: u64,
    mut intended: Instant,
    pass: Option<&str>,
    chance: &mut Chance,
) -> Outcome {
    let sitting = chance.sitting(plan.sittings.len());
    let fate = chance.fate(plan.confirm, plan.release);
    let request = || plan.requests.hold(plan.candidate(index), plan.sittings[sitting].clone(), pass);
    let mut told = worker.ask(Operation::Hold, intended, chance, request).await;
    for _ in 0..RETURNS_MAX {
        if told.outcome != Outcome::NotOpen || worker.is_stopped() {
            break;
        }
        intended = worker.until_next_try(chance).await;
        told = worker.ask(Operation::Hold, intended, chance, request).await;
    }
    let outcome = told.outcome;
    let Some((place, hold)) = note(worker, index, sitting, &told) else { return outcome };
    match fate {
        Fate::Confirm => {
            let next = worker.think(plan.think, chance).await;
            pay(worker, plan, index, Held { place, sitting, hold }, next, chance).await;
        }
        Fate::Release => {
            let next = worker.think(plan.think, chance).await;
            give_back(worker, plan, place, &hold, next, chance).await;
        }
        Fate::WalkAway => {}
    }
    outcome
}

/// A seat in a candidate's hands.
struct Held {
    place: usize,
    sitting: usize,
    hold: String,
}

/// Notes what a request for a seat led to; answers where it is noted, and the hold's id.
pub(super) fn note(worker: &Worker, index: u64, sitting: usize, told: &Told) -> Option<(usize, String)> {
    match told.outcome {
        Outcome::Given | Outcome::Kept => {}
        // No answer: perhaps there is a seat. Asked again when the rush is over.
        Outcome::TimedOut | Outcome::Broken | Outcome::Busy | Outcome::Failed => {
            worker.note_unsure(index, sitting);
            return None;
        }
        _ => return None,
    }
    let reply = told.answer.as_ref().and_then(|answer| serde_json::from_slice::<HoldsReply>(&answer.body).ok());
    let Some((reply, hold)) = reply.and_then(|mut reply| reply.holds.pop().map(|hold| (reply, hold))) else {
        worker.measured().problem("hold: an answer without a hold".to_owned());
        worker.note_unsure(index, sitting);
        return None;
    };
    // The server decided after we sent, so its deadline lies at least this far from then.
    let promised = hold.expires_at.duration_since(reply.server_time).max(SignedDuration::ZERO).unsigned_abs();
    let until = worker.since_start(told.sent_at) + promised;
    let seat =
        Seat { hold: hold.id.as_str().into(), sitting, from: worker.now(), until: Some(until), known: Known::Held };
    Some((worker.note_seat(seat), hold.id))
}

/// Freezes and confirms.
async fn pay(worker: &Worker, plan: &ApiPlan, index: u64, held: Held, intended: Instant, chance: &mut Chance) {
    let Held { place, sitting, hold } = held;
    let frozen = worker.ask(Operation::Freeze, intended, chance, || plan.requests.freeze(&hold)).await;
    match frozen.outcome {
        Outcome::Done => worker.change_seat(place, |seat| (seat.until, seat.known) = (None, Known::Frozen)),
        // It lapsed in the meantime.
        Outcome::Refused => return,
        _ => return worker.change_seat(place, |seat| seat.known = Known::Unsure),
    }
    let next = worker.think(plan.think, chance).await;
    let request = || plan.requests.confirm(&hold, plan.reference(index));
    let told = worker.ask(Operation::Confirm, next, chance, request).await;
    if told.outcome != Outcome::Done {
        return worker.change_seat(place, |seat| seat.known = Known::Unsure);
    }
    let reply = told.answer.as_ref().and_then(|answer| serde_json::from_slice::<HoldReply>(&answer.body).ok());
    match reply {
        Some(reply) if reply.id == hold => worker.change_seat(place, |seat| seat.known = Known::Confirmed),
        // A frozen hold never ends by itself: another id means another seat, and both are taken.
        Some(reply) => {
            worker.change_seat(place, |seat| seat.known = Known::Unsure);
            let (hold, from) = (reply.id.into(), worker.now());
            worker.note_seat(Seat { hold, sitting, from, until: None, known: Known::Confirmed });
        }
        None => worker.measured().problem("confirm: an answer without a hold".to_owned()),
    }
}

/// Gives the seat back.
async fn give_back(worker: &Worker, plan: &ApiPlan, place: usize, hold: &str, intended: Instant, chance: &mut Chance) {
    // From the moment it is asked for, the seat may be somebody else's.
    let now = worker.now();
    worker.change_seat(place, |seat| seat.ends_at(now));
    let told = worker.ask(Operation::Release, intended, chance, || plan.requests.release(hold)).await;
    let known = if told.outcome == Outcome::Done { Known::Released } else { Known::Unsure };
    worker.change_seat(place, |seat| seat.known = known);
}
