//! A viewer who leaves a page open: a stream of events, opened again when it breaks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{sleep, timeout};

use super::browse::BrowsePlan;
use crate::generator::chance::Chance;
use crate::generator::connection::{CallError, Connection};
use crate::generator::worker::Worker;
use crate::measured::record::{Operation, Outcome};

/// Browsers come again after about three seconds.
const REOPEN_AFTER: Duration = Duration::from_secs(3);

/// Holds stream number `index` open until the test is over. Its latency is the time until the first event.
pub async fn stream(worker: Arc<Worker>, plan: Arc<BrowsePlan>, index: u64) {
    let mut chance = Chance::of(!worker.duty.seed, index);
    while !worker.duty.tally.stop.load(Ordering::Relaxed) {
        let intended = Instant::now();
        let outcome = match timeout(worker.duty.patience.timeout, open(&worker, &plan, &chance)).await {
            Err(_) => Outcome::TimedOut,
            Ok(Err(error)) => {
                worker.measured().problem(format!("stream: {error}"));
                Outcome::Broken
            }
            Ok(Ok((_connection, StatusCode::OK, body))) => {
                read(&worker, body, intended).await;
                // It broke: all that ends a stream from our side ends this task.
                worker.measured().problem("stream: ended by the server".to_owned());
                Outcome::Broken
            }
            Ok(Ok((_, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS, _))) => Outcome::Busy,
            Ok(Ok((_, status, _))) => {
                worker.measured().problem(format!("stream: {}", status.as_u16()));
                Outcome::Failed
            }
        };
        worker.ended(Operation::Stream, outcome, Instant::now());
        sleep(REOPEN_AFTER.mul_f64(0.5 + chance.part())).await;
    }
}

/// Opens it on a connection of its own, which must be kept as long as the stream is read.
async fn open(
    worker: &Worker,
    plan: &BrowsePlan,
    chance: &Chance,
) -> Result<(Connection, StatusCode, Incoming), CallError> {
    let mut connection = Connection::open(worker.crew.target()).await?;
    let (status, _, body) = connection.begin(worker.addressed(plan.requests.events(), chance)).await?;
    Ok((connection, status, body))
}

async fn read(worker: &Worker, mut body: Incoming, intended: Instant) {
    let mut is_first = true;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(data) = frame.data_ref() else { continue };
        if is_first {
            is_first = false;
            worker.ended(Operation::Stream, Outcome::Done, intended);
            worker.duty.tally.streams.fetch_add(1, Ordering::Relaxed);
        }
        let mut measured = worker.measured();
        measured.bytes_received += data.len() as u64;
        measured.events += events_in(data);
    }
    if !is_first {
        worker.duty.tally.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Messages in a piece of a stream: blank lines, without the comments that only show that it lives.
fn events_in(data: &[u8]) -> u64 {
    if data.starts_with(b":") {
        return 0;
    }
    data.windows(2).filter(|pair| pair == b"\n\n").count() as u64
}
