//! The generator threads. Each has a runtime, connections and candidates of its own and shares
//! nothing with the others while it runs; what they measured is added up afterwards.

mod plan;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use crate::generator::crew::Crew;
use crate::generator::error::GenerateError;
use crate::generator::ticker::Ticker;
use crate::generator::worker::{Duty, Harvest, Tally, Worker};
use crate::measured::record::Outcome;
use crate::measured::results::Shard;
use crate::scenario::browse::BrowsePlan;
use crate::scenario::streams;
use crate::server::target::Target;

pub use plan::{Plan, Scene};

/// From when all threads are ready until the first candidate may come.
const LEAD: Duration = Duration::from_millis(200);
/// Candidates who are late are sent off this many at a time, then answers are read.
const BURST: u32 = 16;
/// Streams are opened over this long, or over the whole test if it is shorter.
const STREAMS_OPEN_IN: Duration = Duration::from_secs(5);

/// How often it is looked whether the operator wants it to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Longest wait for answers after that.
const STOP_WAIT_MAX: Duration = Duration::from_secs(10);

/// The threads at work.
pub struct Running {
    /// The zero of all times.
    pub start: Instant,
    /// The same by the calendar.
    pub started_at: Timestamp,
    /// What everybody sees.
    pub tally: Arc<Tally>,
    threads: Vec<JoinHandle<Result<Harvest, GenerateError>>>,
}

impl Running {
    /// Starts the threads, waits until each has its connections, and sets the start.
    pub async fn launch(target: &Target, plan: &Plan) -> Result<Self, GenerateError> {
        let tally = Arc::new(Tally::default());
        let (ready, mut are_ready) = mpsc::channel(plan.threads);
        let (set_start, start) = watch::channel(None);
        let mut threads = Vec::with_capacity(plan.threads);
        for number in 0..plan.threads {
            let (target, plan, tally) = (target.clone(), plan.clone(), Arc::clone(&tally));
            let (ready, start) = (ready.clone(), start.clone());
            let thread = std::thread::Builder::new().name(format!("generator-{number}"));
            threads.push(thread.spawn(move || work(number, target, &plan, tally, &ready, start))?);
        }
        drop(ready);
        for _ in 0..plan.threads {
            are_ready.recv().await.ok_or(GenerateError::Died)??;
        }
        let now = Timestamp::now();
        let lead = plan.start_at.map_or(LEAD, |at| at.duration_since(now).unsigned_abs());
        let lead = if plan.start_at.is_some_and(|at| at < now) { Duration::ZERO } else { lead };
        let start = Instant::now() + lead;
        set_start.send_replace(Some(start));
        Ok(Self { start, started_at: now + lead, tally, threads })
    }

    /// Are all threads through?
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// What the threads brought home. Blocks until all are through.
    pub fn harvest(self) -> Result<Vec<Harvest>, GenerateError> {
        let join = |thread: JoinHandle<_>| thread.join().map_err(|_| GenerateError::Died)?;
        self.threads.into_iter().map(join).collect()
    }
}

fn work(
    number: usize,
    target: Target,
    plan: &Plan,
    tally: Arc<Tally>,
    ready: &mpsc::Sender<Result<(), GenerateError>>,
    mut start: watch::Receiver<Option<Instant>>,
) -> Result<Harvest, GenerateError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // The first threads take one more when it does not come out even; each has at least one.
        let connections = plan.connections.saturating_sub(number).div_ceil(plan.threads).max(1);
        let crew = match Crew::open(target, connections).await {
            Ok(crew) => crew,
            Err(error) => {
                let _ = ready.send(Err(error.into())).await;
                return Err(GenerateError::Died);
            }
        };
        let _ = ready.send(Ok(())).await;
        let Ok(start) = start.wait_for(Option::is_some).await.map(|start| *start) else {
            return Err(GenerateError::Died);
        };
        let start = start.expect("it was waited for");
        let duty = Duty {
            patience: plan.patience,
            start,
            opening: plan.profile.opening.map(|opening| opening.at),
            seed: plan.seed,
            forwarded: plan.forwarded,
            tally,
        };
        let worker = Arc::new(Worker::new(crew, duty));
        if let Scene::Browse(browse) = &plan.scene {
            open_streams(&worker, browse, number, plan);
        }
        send_off(&worker, number, plan).await?;
        Ok(worker.harvest())
    })
}

/// Sends this thread's candidates off, each at its time, and waits for them.
async fn send_off(worker: &Arc<Worker>, number: usize, plan: &Plan) -> Result<(), GenerateError> {
    let (ticker, tracker) = (Ticker::new()?, TaskTracker::new());
    let backlog = plan.backlog.div_ceil(plan.threads);
    let mut late = 0;
    for index in members(plan.profile.candidates, plan.shard, plan.threads, number) {
        let after = plan.profile.arrival(index, plan.seed);
        let intended = worker.duty.start + after;
        if Instant::now() < intended {
            ticker.until(intended).await?;
            late = 0;
        } else {
            late += 1;
            if late % BURST == 0 {
                tokio::task::yield_now().await;
            }
        }
        if worker.is_stopped() {
            break;
        }
        worker.measured().arrival(after);
        worker.duty.tally.came.fetch_add(1, Ordering::Relaxed);
        if worker.crew.waiting() >= backlog {
            worker.ended(plan.scene.first(), Outcome::NotSent, intended);
            continue;
        }
        plan.scene.send_off(worker, &tracker, index, intended);
    }
    tracker.close();
    drain(worker, &tracker, plan).await;
    // Streams are read until the end of the test, even when nobody else comes.
    while matches!(plan.scene, Scene::Browse(_)) && worker.now() < plan.profile.length && !worker.is_stopped() {
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Waits for those who are under way; when the operator wants it to end, only for the answers to what has been asked.
async fn drain(worker: &Worker, tracker: &TaskTracker, plan: &Plan) {
    let stopped = async {
        while !worker.is_stopped() {
            sleep(LOOK_EVERY).await;
        }
        sleep(plan.patience.timeout.min(STOP_WAIT_MAX)).await;
    };
    tokio::select! {
        () = tracker.wait() => {}
        () = sleep(plan.drain) => {}
        () = stopped => {}
    }
    worker.measured().unfinished += tracker.len() as u64;
}

/// Opens this thread's streams, spread over the first seconds.
fn open_streams(worker: &Arc<Worker>, browse: &Arc<BrowsePlan>, number: usize, plan: &Plan) {
    let streams = browse.streams as u64;
    let span = STREAMS_OPEN_IN.min(plan.profile.length / 2);
    for index in members(streams, plan.shard, plan.threads, number) {
        #[expect(clippy::cast_precision_loss, reason = "at most some ten thousand streams")]
        let after = span.mul_f64(index as f64 / streams as f64);
        let (worker, browse) = (Arc::clone(worker), Arc::clone(browse));
        tokio::spawn(async move {
            tokio::time::sleep_until((worker.duty.start + after).into()).await;
            streams::stream(worker, browse, index).await;
        });
    }
}

/// Which of `count` belong to thread `number` of `threads` in this shard: every n-th, so that each
/// thread of each shard has an even share at any time.
fn members(count: u64, shard: Shard, threads: usize, number: usize) -> impl Iterator<Item = u64> {
    let (of, first) = (u64::from(shard.of), u64::from(shard.index - 1));
    let (threads, number) = (threads as u64, number as u64);
    (0..).map(move |turn| (turn * threads + number) * of + first).take_while(move |index| *index < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_candidate_belongs_to_exactly_one_thread_of_one_shard() {
        let mut all = Vec::new();
        for (index, threads) in [(1, 2), (2, 1), (3, 4)] {
            for number in 0..threads {
                all.extend(members(1_000, Shard { index, of: 3 }, threads, number));
            }
        }
        all.sort_unstable();
        assert_eq!(all, (0..1_000).collect::<Vec<_>>());
    }
}
