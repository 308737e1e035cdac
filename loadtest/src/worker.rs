//! What all candidates of one generator thread share, and how one of them asks for something:
//! with patience, and again when told to.

mod judge;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use judge::{judge, pause_of};

use crate::chance::Chance;
use crate::connection::{Answer, CallError};
use crate::crew::Crew;
use crate::record::{Measured, Operation, Outcome};
use crate::seats::Seat;
use crate::wire::{Outgoing, ProblemReply};

/// How long to wait after a second broken connection, and twice that after a third. After the first
/// one there is no wait: servers close idle connections, and that is nobody's fault.
const RETRY_BROKEN_AFTER: Duration = Duration::from_millis(100);

/// How patient candidates are.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// With one request, the wait for a connection included.
    pub timeout: Duration,
    /// How often a request is repeated after 429, 503 or a broken connection.
    pub retries: u32,
    /// Longest Retry-After that is honoured; a longer one counts as this.
    pub retry_after_max: Duration,
}

/// Counts that the screen shows while the test runs; all threads add to them.
#[derive(Debug, Default)]
pub struct Tally {
    /// Candidates who have come.
    pub came: AtomicU64,
    /// Operations that ended.
    pub ended: AtomicU64,
    /// Seats given.
    pub given: AtomicU64,
    /// Told that it is full.
    pub full: AtomicU64,
    /// Errors.
    pub errors: AtomicU64,
    /// Streams that have had their first event.
    pub streams: AtomicU64,
    /// The operator wants it to end.
    pub stop: AtomicBool,
}

/// One thread's share of the test.
pub struct Worker {
    /// Its connections.
    pub crew: Crew,
    /// How patient candidates are.
    pub patience: Patience,
    /// The zero of all times.
    pub start: Instant,
    /// The seed of all chance.
    pub seed: u64,
    /// What everybody sees.
    pub tally: Arc<Tally>,
    measured: Mutex<Measured>,
    seats: Mutex<Vec<Seat>>,
    unsure: Mutex<Vec<(u64, usize)>>,
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

/// What a thread brings home.
#[derive(Default)]
pub struct Harvest {
    /// Latencies and counts.
    pub measured: Measured,
    /// Seats that its candidates were given.
    pub seats: Vec<Seat>,
    /// Candidates (by index) whose request for a seat in a sitting (by place) was never answered.
    pub unsure: Vec<(u64, usize)>,
}

impl Worker {
    /// A worker with these connections; `start` is the zero of all times.
    pub fn new(crew: Crew, patience: Patience, start: Instant, seed: u64, tally: Arc<Tally>) -> Self {
        let (measured, seats, unsure) = Default::default();
        Self { crew, patience, start, seed, tally, measured, seats, unsure }
    }

    /// Asks for something that was meant to be asked at `intended`, until it is decided, and records it.
    pub async fn ask(
        &self,
        operation: Operation,
        intended: Instant,
        chance: &mut Chance,
        request: impl Fn() -> Outgoing,
    ) -> Told {
        let told = self.until_decided(operation, intended, chance, request).await;
        self.ended(operation, told.outcome, intended);
        told
    }

    async fn until_decided(
        &self,
        operation: Operation,
        intended: Instant,
        chance: &mut Chance,
        request: impl Fn() -> Outgoing,
    ) -> Told {
        let mut begun = intended;
        let mut attempt = 0;
        loop {
            let mut sent_at = Instant::now();
            let call = self.call(request(), &mut sent_at);
            let result = timeout_at((begun + self.patience.timeout).into(), call).await;
            let may_repeat = attempt < self.patience.retries && !self.tally.stop.load(Ordering::Relaxed);
            let wait = match result {
                Ok(Ok(answer)) => match pause_of(&answer) {
                    Some(pause) if may_repeat => pause.min(self.patience.retry_after_max),
                    _ => {
                        let outcome = judge(operation, &answer);
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
            tokio::time::sleep_until(begun.into()).await;
        }
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
        self.measured().start_lag.record(intended.elapsed());
    }

    /// Records an operation that was meant to start at `intended` and ends now.
    pub fn ended(&self, operation: Operation, outcome: Outcome, intended: Instant) {
        let (intended, now) = (self.since_start(intended), self.now());
        self.measured().operation(operation, outcome, intended, now);
        let tally = &self.tally;
        tally.ended.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Outcome::Given | Outcome::Kept => tally.given.fetch_add(1, Ordering::Relaxed),
            Outcome::Full => tally.full.fetch_add(1, Ordering::Relaxed),
            outcome if outcome.is_error() => tally.errors.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }

    /// Now, counted from the start.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// A moment, counted from the start.
    pub fn since_start(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.start)
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

    /// What was brought home, when all is over.
    pub fn harvest(&self) -> Harvest {
        Harvest {
            measured: std::mem::take(&mut self.measured()),
            seats: std::mem::take(&mut self.seats.lock().unwrap_or_else(PoisonError::into_inner)),
            unsure: std::mem::take(&mut self.unsure.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn note_problem(&self, operation: Operation, outcome: Outcome, answer: &Answer) {
        if outcome.is_error() || outcome == Outcome::Refused {
            let code =
                serde_json::from_slice::<ProblemReply>(&answer.body).map_or_else(|_| String::new(), |it| it.code);
            self.measured()
                .problem(format!("{}: {} {code}", operation.as_str(), answer.status.as_u16()).trim_end().to_owned());
        }
    }
}
