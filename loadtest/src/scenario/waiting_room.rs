//! A candidate in the waiting room: takes a position, asks again and again how it stands, and asks for a seat once
//! admitted. Some leave, some come back, and some push to the front, which must not help them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::api::{self, ApiPlan};
use crate::checks::waiting_room::Stay;
use crate::generator::chance::Chance;
use crate::generator::connection::Answer;
use crate::generator::worker::{Worker, judge};
use crate::measured::record::{Operation, Outcome};
use crate::server::wire::waiting_room::{PositionReply, PositionState};

/// How long until the next question when the server did not say.
const REFRESH_DEFAULT: Duration = Duration::from_secs(3);
/// Shortest and longest time between two questions, whatever the server says.
const REFRESH: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60));
/// Those who close the page do so after up to so many questions.
const QUESTIONS_BEFORE_LEAVING: usize = 4;
/// Those who come back stay away for so many times the usual time between two questions.
const TIMES_AWAY: u32 = 4;

/// What all candidates know.
#[derive(Debug)]
pub struct WaitingRoomPlan {
    /// What they do once admitted.
    pub api: ApiPlan,
    /// Share of those who close the page for good, 0–1.
    pub leave: f64,
    /// Share of those who close the page for a while, 0–1.
    pub come_back: f64,
    /// Share of those who ask for a seat without being admitted, 0–1.
    pub push: f64,
    /// Longest that anybody waits, from when they came.
    pub wait_max: Duration,
}

/// What a candidate has in mind.
struct Intent {
    /// Asks for a seat while it waits.
    pushes: bool,
    /// Closes the page after so many questions.
    leaves_after: Option<usize>,
    /// Stays away for a while after so many questions.
    away_after: Option<usize>,
}

impl Intent {
    fn of(plan: &WaitingRoomPlan, chance: &mut Chance) -> Self {
        let pushes = chance.happens(plan.push);
        let throw = chance.part();
        let questions = Some(1 + chance.sitting(QUESTIONS_BEFORE_LEAVING));
        let leaves = throw < plan.leave;
        let goes_away = !leaves && throw < plan.leave + plan.come_back;
        Self { pushes, leaves_after: questions.filter(|_| leaves), away_after: questions.filter(|_| goes_away) }
    }
}

/// The way of candidate `index`, who means to come at `intended`.
pub async fn candidate(worker: Arc<Worker>, plan: Arc<WaitingRoomPlan>, index: u64, intended: Instant) {
    worker.sets_out(intended);
    let mut chance = Chance::of(worker.duty.seed, index);
    let Some((mut stay, end)) = wait(&worker, &plan, index, intended, &mut chance).await else { return };
    if let End::LetIn(pass) = end {
        let now = Instant::now();
        let outcome = api::from_the_seat_on(&worker, &plan.api, index, now, pass.as_deref(), &mut chance).await;
        stay.has_seat |= outcome.is_seat();
    }
    worker.note_stay(stay);
}

/// How the waiting ended.
enum End {
    /// Let in, with the pass; without one when there is no waiting room.
    LetIn(Option<String>),
    /// Gone before, or out of patience.
    Left,
}

/// From the position taken to the end of the waiting; nothing when no position was taken.
async fn wait(
    worker: &Worker,
    plan: &WaitingRoomPlan,
    index: u64,
    intended: Instant,
    chance: &mut Chance,
) -> Option<(Stay, End)> {
    let intent = Intent::of(plan, chance);
    let (first_sent, deadline) = (worker.now(), intended + plan.wait_max);
    let mut stay: Option<Stay> = None;
    let (mut next, mut token) = (intended, None::<String>);
    for question in 0.. {
        let operation = if question == 0 { Operation::Enter } else { Operation::Look };
        let request = || plan.api.requests.position(plan.api.candidate(index), token.clone());
        let told = worker.ask_judged(operation, next, chance, request, |answer| judged(operation, answer)).await;
        let (now, reply) = (worker.now(), told.answer.as_ref().and_then(position));
        if let Some(reply) = &reply {
            let stay = stay.get_or_insert(begun(index, (first_sent, now), reply));
            token = reply.token.clone().or(token);
            match reply.state {
                PositionState::Waiting => stay.still_waiting = Some(worker.since_start(told.sent_at)),
                PositionState::Open => return Some((stay.clone(), End::LetIn(None))),
                PositionState::Admitted => {
                    stay.admitted = Some(now);
                    worker.measured().in_room.record(intended.elapsed());
                    return Some((stay.clone(), End::LetIn(reply.pass.clone())));
                }
            }
            if intent.pushes && question == 0 {
                push(worker, plan, stay, chance).await;
            }
        }
        let refresh = refresh(reply.as_ref());
        let pause = if intent.away_after == Some(question) { refresh * TIMES_AWAY } else { refresh };
        next = Instant::now() + pause.mul_f64(0.75 + chance.part() / 2.0);
        if worker.is_stopped() || next > deadline || intent.leaves_after == Some(question) {
            break;
        }
        tokio::time::sleep_until(next.into()).await;
    }
    Some((stay?, End::Left))
}

/// A stay that begins with this answer.
fn begun(index: u64, entered: (Duration, Duration), reply: &PositionReply) -> Stay {
    Stay {
        index,
        entered,
        was_early: reply.state == PositionState::Waiting && reply.ahead.is_none(),
        shuffled_as: reply.shuffled_as.clone(),
        still_waiting: None,
        admitted: None,
        has_seat: false,
        pushed_in: false,
    }
}

/// Asks for a seat without a pass, or with one of its own making.
async fn push(worker: &Worker, plan: &WaitingRoomPlan, stay: &mut Stay, chance: &mut Chance) {
    let sitting = chance.sitting(plan.api.sittings.len());
    let forged = chance.happens(0.5).then(|| format!("forged-{}", stay.index));
    let request = || {
        let candidate = plan.api.candidate(stay.index);
        plan.api.requests.hold(candidate, plan.api.sittings[sitting].clone(), forged.as_deref())
    };
    let told = worker.ask(Operation::Hold, Instant::now(), chance, request).await;
    if told.outcome.is_seat() {
        (stay.has_seat, stay.pushed_in) = (true, true);
        api::note(worker, stay.index, sitting, &told);
    }
}

fn judged(operation: Operation, answer: &Answer) -> Outcome {
    match position(answer).map(|position| position.state) {
        Some(PositionState::Waiting) => Outcome::Waiting,
        Some(PositionState::Admitted) => Outcome::Admitted,
        Some(PositionState::Open) => Outcome::Done,
        None if answer.status.is_success() => Outcome::Failed,
        None => judge(operation, answer),
    }
}

fn position(answer: &Answer) -> Option<PositionReply> {
    answer.status.is_success().then(|| serde_json::from_slice(&answer.body).ok()).flatten()
}

fn refresh(reply: Option<&PositionReply>) -> Duration {
    let said = reply.and_then(|reply| Duration::try_from_secs_f64(reply.refresh_seconds?).ok());
    said.unwrap_or(REFRESH_DEFAULT).clamp(REFRESH.0, REFRESH.1)
}
