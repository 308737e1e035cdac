//! What all candidates of one generator thread share, and how one of them asks for something:
//! with patience, and again when told to.

mod duty;
mod judge;

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::{sleep_until, timeout_at};

use http::HeaderValue;
pub(crate) use judge::judge;
use judge::pause_of;

pub use duty::{Duty, Harvest, Patience, Tally};

use crate::checks::seats::Seat;
use crate::checks::waiting_room::Stay;
use crate::generator::chance::Chance;
use crate::generator::connection::{Answer, CallError};
use crate::generator::crew::Crew;
use crate::measured::record::{Measured, Operation, Outcome};
use crate::server::wire::{Outgoing, ProblemReply};

/// How long to wait after a second broken connection, and twice that after a third. After the first
/// one there is no wait: servers close idle connections, and that is nobody's fault.
const RETRY_BROKEN_AFTER: Duration = Duration::from_millis(100);

/// Where a proxy says for whom it asks.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// One thread's share of the test.
pub struct Worker {
    /// The connections of the worker.
    pub crew: Crew,
    /// What it must know.
    pub duty: Duty,
    measured: Mutex<Measured>,
    seats: Mutex<Vec<Seat>>,
    unsure: Mutex<Vec<(u64, usize)>>,
    stays: Mutex<Vec<Stay>>,
}

/// How asking for something ended.
pub struct Told {
    /// In one word.
    pub outcome: Outcome,
    /// The deciding answer, if there was one.
    pub answer: Option<Answer>,
    /// When the request of the deciding answer was sent.
    pub sent_at: Instant,
}

impl Worker {
    /// A worker with these connections.
    pub fn new(crew: Crew, duty: Duty) -> Self {
        let (measured, seats, unsure, stays) = Default::default();
        Self { crew, duty, measured, seats, unsure, stays }
    }

    /// Asks the API for something that was meant to be asked at `intended`, until it is decided, and records it.
    pub async fn ask(
        &self,
        operation: Operation,
        intended: Instant,
        chance: &mut Chance,
        request: impl Fn() -> Outgoing,
    ) -> Told {
        self.ask_judged(operation, intended, chance, request, |answer| judge(operation, answer)).await
    }

    /// The same, for answers that are not the API's.
    pub async fn ask_judged(
        &self,
        operation: Operation,
        intended: Instant,
        chance: &mut Chance,
        request: impl Fn() -> Outgoing,
        judge: impl Fn(&Answer) -> Outcome,
    ) -> Told {
        let told = self.until_decided(operation, intended, chance, request, judge).await;
        self.ended(operation, told.outcome, intended);
        told
    }

    async fn until_decided(
        &self,
        operation: Operation,
        intended: Instant,
        chance: &mut Chance,
        request: impl Fn() -> Outgoing,
        judge: impl Fn(&Answer) -> Outcome,
    ) -> Told {
        let patience = &self.duty.patience;
        let mut begun = intended;
        let mut attempt = 0;
        loop {
            let mut sent_at = Instant::now();
            let call = self.call(self.addressed(request(), chance), &mut sent_at);
            let result = timeout_at((begun + patience.timeout).into(), call).await;
            let may_repeat = attempt < patience.retries && !self.is_stopped();
            let wait = match result {
                Ok(Ok(answer)) => match pause_of(&answer) {
                    Some(pause) if may_repeat => pause.min(patience.retry_after_max),
                    _ => {
                        let outcome = judge(&answer);
                        self.note_problem(operation, outcome, &answer);
                        return Told { outcome, answer: Some(answer), sent_at };
                    }
                },
                Ok(Err(_)) if may_repeat && attempt == 0 => Duration::ZERO,
                Ok(Err(_)) if may_repeat => RETRY_BROKEN_AFTER * 2_u32.saturating_pow(attempt - 1),
                Ok(Err(error)) => {
                    self.measured().problem(format!("{}: {error}", operation.as_str()));
                    return Told { outcome: Outcome::Broken, answer: None, sent_at };
                }
                Err(_) => return Told { outcome: Outcome::TimedOut, answer: None, sent_at },
            };
            self.measured().repeated += 1;
            attempt += 1;
            // Everybody who was turned away in one second must not be back in one instant.
            begun = Instant::now() + wait.mul_f64(1.0 + chance.part() / 2.0);
            sleep_until(begun.into()).await;
        }
    }

    /// The request with the candidate's own address, if candidates have any.
    pub(crate) fn addressed(&self, mut request: Outgoing, chance: &Chance) -> Outgoing {
        if self.duty.forwarded {
            let address = HeaderValue::try_from(chance.address().to_string()).expect("digits and dots are visible");
            request.headers_mut().insert(FORWARDED_FOR, address);
        }
        request
    }

    /// One request and its answer, over the next connection.
    async fn call(&self, request: Outgoing, sent_at: &mut Instant) -> Result<Answer, CallError> {
        let asked_at = *sent_at;
        let mut turn = self.crew.turn().await;
        let mut connection = turn.connection().await?;
        *sent_at = Instant::now();
        self.measured().connection_wait.record(sent_at.saturating_duration_since(asked_at));
        let answer = connection.call(request).await?;
        turn.give_back(connection);
        self.measured().bytes_received += answer.body.len() as u64;
        Ok(answer)
    }

    /// Somebody who meant to come at `intended` sets out now.
    pub fn sets_out(&self, intended: Instant) {
        let (intended, now) = (self.since_start(intended), self.now());
        self.measured().sets_out(intended, now);
    }

    /// Records an operation that was meant to start at `intended` and ends now.
    pub fn ended(&self, operation: Operation, outcome: Outcome, intended: Instant) {
        let (intended, now) = (self.since_start(intended), self.now());
        self.measured().operation(operation, outcome, intended, now);
        let tally = &self.duty.tally;
        tally.ended.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Outcome::Given | Outcome::Kept => tally.given.fetch_add(1, Ordering::Relaxed),
            Outcome::Admitted => tally.admitted.fetch_add(1, Ordering::Relaxed),
            Outcome::Full => tally.full.fetch_add(1, Ordering::Relaxed),
            outcome if outcome.is_error() => tally.errors.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }

    /// A candidate has reached the end of the way now.
    pub fn is_through(&self) {
        let now = self.now();
        self.measured().through(now);
    }

    /// Does the operator want it to end?
    pub fn is_stopped(&self) -> bool {
        self.duty.tally.stop.load(Ordering::Relaxed)
    }

    /// Waits until somebody who was too early comes back: soon after the opening, or after the usual time between
    /// two tries when that has passed or is unknown. Answers the moment.
    pub async fn until_next_try(&self, chance: &mut Chance) -> Instant {
        let (now, reload) = (Instant::now(), self.duty.patience.reload);
        let opening = self.duty.opening.map(|opening| self.duty.start + opening);
        let next = match opening.filter(|opening| *opening > now) {
            Some(opening) => opening + reload.mul_f64(chance.part()),
            None => now + chance.about(reload),
        };
        sleep_until(next.into()).await;
        next
    }

    /// Waits about `pause`, and answers when the next step was meant to begin.
    pub async fn think(&self, pause: Duration, chance: &mut Chance) -> Instant {
        let next = Instant::now() + chance.about(pause);
        if !pause.is_zero() {
            sleep_until(next.into()).await;
        }
        next
    }

    /// Now, counted from the start.
    pub fn now(&self) -> Duration {
        self.duty.start.elapsed()
    }

    /// A moment, counted from the start.
    pub fn since_start(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.duty.start)
    }

    /// What was measured so far. Never held across an await: only this thread uses it while it runs.
    pub fn measured(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a seat and answers its place in the notes.
    pub fn note_seat(&self, seat: Seat) -> usize {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.push(seat);
        seats.len() - 1
    }

    /// Changes a seat's note.
    pub fn change_seat(&self, place: usize, change: impl FnOnce(&mut Seat)) {
        change(&mut self.seats.lock().unwrap_or_else(PoisonError::into_inner)[place]);
    }

    /// Notes that candidate `index` may or may not have a seat in `sitting`.
    pub fn note_unsure(&self, index: u64, sitting: usize) {
        self.unsure.lock().unwrap_or_else(PoisonError::into_inner).push((index, sitting));
    }

    /// Notes what a candidate lived through in the waiting room.
    pub fn note_stay(&self, stay: Stay) {
        self.stays.lock().unwrap_or_else(PoisonError::into_inner).push(stay);
    }

    /// What was brought home, when all is over.
    pub fn harvest(&self) -> Harvest {
        Harvest {
            measured: std::mem::take(&mut self.measured()),
            seats: std::mem::take(&mut self.seats.lock().unwrap_or_else(PoisonError::into_inner)),
            unsure: std::mem::take(&mut self.unsure.lock().unwrap_or_else(PoisonError::into_inner)),
            stays: std::mem::take(&mut self.stays.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn note_problem(&self, operation: Operation, outcome: Outcome, answer: &Answer) {
        if outcome.is_error() || outcome == Outcome::Refused {
            let word = if outcome == Outcome::WrongPage { outcome.as_str() } else { "" };
            let code =
                serde_json::from_slice::<ProblemReply>(&answer.body).map_or_else(|_| word.to_owned(), |it| it.code);
            self.measured()
                .problem(format!("{}: {} {code}", operation.as_str(), answer.status.as_u16()).trim_end().to_owned());
        }
    }
}
