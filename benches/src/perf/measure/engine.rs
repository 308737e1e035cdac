//! The engine without HTTP: `Store::hold` from several tasks, as the lanes of a pool call it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use benches::{Bench, requests};
use reservation::ids::SittingNumber;
use reservation::store::HoldRequest;
use testkit::Fsync;

/// Calls under way at once: few of large batches, as the product does, and more of small ones.
fn calls_at_once(batch: usize) -> usize {
    match batch {
        0..=64 => 8,
        65..=1_000 => 4,
        _ => 2,
    }
}

/// Holds per second in calls of `batch`, on a fresh Redis that has every answered hold on the disk.
///
/// Candidates are made up before the clock starts. What the product does for every hold is inside: building
/// the command, the script, the disk, reading the reply.
pub(crate) async fn holds_per_second(batch: usize, holds: u64) -> f64 {
    let bench = Arc::new(Bench::start(Fsync::Always).await);
    let wanted = requests(0, holds, SittingNumber(1));
    let started = Instant::now();
    hold_all(&bench, wanted, batch).await;
    holds as f64 / started.elapsed().as_secs_f64()
}

/// Asks for all of them in calls of `batch`, several at once.
pub(crate) async fn hold_all(bench: &Arc<Bench>, wanted: Vec<HoldRequest>, batch: usize) {
    let (wanted, next) = (Arc::new(wanted), Arc::new(AtomicUsize::new(0)));
    let callers: Vec<_> = (0..calls_at_once(batch))
        .map(|_| {
            let (bench, wanted, next) = (bench.clone(), wanted.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let first = next.fetch_add(batch, Ordering::Relaxed);
                    let Some(rest) = wanted.get(first..).filter(|rest| !rest.is_empty()) else { break };
                    bench.hold(&bench.pool, &rest[..batch.min(rest.len())]).await;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("every seat is given");
    }
}
