//! Many waiting requests of one pool → one script call.
//!
//! Whatever waits when a call returns goes out as the next call. There is no timer: a request
//! that finds the engine idle goes out alone, at once.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, histogram};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::HoldError;
use crate::store::event::StreamId;
use crate::store::reply::Reply;

/// Most requests in one call: beyond it a call takes longer without carrying more per second.
const BATCH_MAX: usize = 256;
/// Most requests that wait; the next one hears at once that it should come again.
pub(in crate::engine) const QUEUE_MAX: usize = 16_384;
/// A request that waited so long is not worth asking for: its client is about to give up.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Calls under way at a time. One leaves Redis idle while its answer travels; many make batches small.
/// With Redis on the same machine one and two give the same rate (measured: 58,000 holds/s each over HTTP).
const FLIGHTS: usize = 2;

/// One request's part of a script's reply.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Answered<A> {
    /// The script's answer to the one request.
    pub(in crate::engine) answer: A,
    /// The event that the call wrote.
    pub(in crate::engine) event: Option<StreamId>,
    /// The lineage that the event belongs to.
    pub(in crate::engine) lineage: i64,
    /// Redis's clock, in ms since 1970.
    pub(in crate::engine) now_ms: i64,
}

struct Waiting<Q, A> {
    request: Q,
    since: Instant,
    reply_to: oneshot::Sender<Result<Answered<A>, HoldError>>,
}

/// A queue in front of one script of one pool, and the tasks that empty it.
#[derive(Debug)]
pub(in crate::engine) struct Lane<Q, A> {
    queue: mpsc::Sender<Waiting<Q, A>>,
}

impl<Q: Send + 'static, A: Send + 'static> Lane<Q, A> {
    /// A lane whose batches go through `call`, until `stop`.
    pub(in crate::engine) fn open<C, F>(
        name: &'static str,
        tasks: &TaskTracker,
        stop: &CancellationToken,
        call: C,
    ) -> Self
    where
        C: Fn(Vec<Q>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(Reply<A>, i64), HoldError>> + Send + 'static,
    {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let (waiting, call) = (Arc::new(Mutex::new(waiting)), Arc::new(call));
        for _ in 0..FLIGHTS {
            let (waiting, call, stop) = (waiting.clone(), call.clone(), stop.clone());
            tasks.spawn(async move {
                tokio::select! { () = stop.cancelled() => {}, () = fly(name, &waiting, &*call) => {} }
            });
        }
        Self { queue }
    }

    /// How many requests wait now.
    pub(in crate::engine) fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Asks, together with whoever else is waiting.
    pub(in crate::engine) async fn ask(&self, request: Q) -> Result<Answered<A>, HoldError> {
        let (reply_to, reply) = oneshot::channel();
        let waiting = Waiting { request, since: Instant::now(), reply_to };
        self.queue.try_send(waiting).map_err(|_| {
            counter!("seathold_queue_refusals_total").increment(1);
            HoldError::Unavailable("too many requests are waiting".to_owned())
        })?;
        reply.await.unwrap_or_else(|_| Err(HoldError::Unavailable("the engine is stopping".to_owned())))
    }
}

/// Takes whatever waits, asks, tells everybody; again and again.
async fn fly<Q, A, F>(
    name: &'static str,
    waiting: &Mutex<mpsc::Receiver<Waiting<Q, A>>>,
    call: &(impl Fn(Vec<Q>) -> F + Sync),
) where
    F: Future<Output = Result<(Reply<A>, i64), HoldError>>,
{
    let mut batch = Vec::with_capacity(BATCH_MAX);
    loop {
        if waiting.lock().await.recv_many(&mut batch, BATCH_MAX).await == 0 {
            return;
        }
        let (mut requests, mut reply_to) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for waiting in batch.drain(..) {
            if waiting.since.elapsed() > WAIT_MAX {
                let late = HoldError::Unavailable("waited too long".to_owned());
                // Whoever is gone needs no answer, here and below.
                let _ = waiting.reply_to.send(Err(late));
            } else if !waiting.reply_to.is_closed() {
                requests.push(waiting.request);
                reply_to.push(waiting.reply_to);
            }
        }
        if requests.is_empty() {
            continue;
        }
        histogram!("seathold_batch_requests", "script" => name)
            .record(u32::try_from(requests.len()).unwrap_or(u32::MAX));
        match call(requests).await {
            Ok((Reply { event, now_ms, answers, .. }, lineage)) if answers.len() == reply_to.len() => {
                for (answer, reply_to) in answers.into_iter().zip(reply_to) {
                    let _ = reply_to.send(Ok(Answered { answer, event, lineage, now_ms }));
                }
            }
            outcome => {
                let why =
                    outcome.err().map_or_else(|| "Redis gave too few answers".to_owned(), |error| error.to_string());
                for reply_to in reply_to {
                    let _ = reply_to.send(Err(HoldError::Unavailable(why.clone())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(answers: Vec<u64>) -> Reply<u64> {
        Reply { event: None, now_ms: 0, free: vec![], answers }
    }

    #[tokio::test]
    async fn what_waits_goes_out_together_and_everybody_gets_his_own_answer() {
        let sizes = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = sizes.clone();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let lane = Lane::open("test", &tasks, &stop, move |requests: Vec<u64>| {
            seen.lock().unwrap().push(requests.len());
            async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok((reply(requests.into_iter().map(|n| n * 2).collect()), 1))
            }
        });
        let answers = futures_util::future::join_all((0..1_000u64).map(|n| lane.ask(n))).await;
        for (n, answer) in (0..).zip(answers) {
            assert_eq!(answer.unwrap().answer, n * 2);
        }
        let sizes = sizes.lock().unwrap();
        assert!(sizes.len() <= 8 && sizes.iter().all(|size| *size <= BATCH_MAX), "{sizes:?}");
        stop.cancel();
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_too_long_is_told_and_not_asked_for() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let lane = Lane::open("test", &tasks, &stop, |requests: Vec<u64>| async move {
            tokio::time::sleep(WAIT_MAX * 2).await;
            Ok((reply(requests), 1))
        });
        let answers = futures_util::future::join_all((0..1_000u64).map(|n| lane.ask(n))).await;
        let answered = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(answered, FLIGHTS * BATCH_MAX, "the first calls' requests; the rest waited behind them");
        stop.cancel();
    }

    #[tokio::test]
    async fn a_failed_call_fails_its_own_batch_only() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let lane = Lane::open("test", &tasks, &stop, |requests: Vec<u64>| async move {
            if requests.contains(&7) {
                return Err(HoldError::Unavailable("seven".to_owned()));
            }
            Ok((reply(requests), 1))
        });
        assert!(lane.ask(7).await.is_err());
        assert_eq!(lane.ask(8).await.unwrap().answer, 8);
        stop.cancel();
    }
}
