//! How fast events become rows of the ledger, every commit on the disk, with nothing else going on.

use std::sync::Arc;
use std::time::Instant;

use benches::{Bench, requests};
use reservation::ids::SittingNumber;
use testkit::Fsync;

use crate::measure::engine::hold_all;

/// Rows per second from a stream of so many holds, made `batch` a call.
pub(crate) async fn rows_per_second(rows: u64, batch: usize) -> f64 {
    let bench = Arc::new(Bench::start(Fsync::Off).await);
    hold_all(&bench, requests(0, rows, SittingNumber(1)), batch).await;
    let started = Instant::now();
    bench.sync().await;
    rows as f64 / started.elapsed().as_secs_f64()
}
