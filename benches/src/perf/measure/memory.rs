//! Redis's memory per outstanding hold, after the ledger has taken the events.

use std::sync::Arc;

use benches::{Bench, requests};
use reservation::ids::SittingNumber;
use testkit::Fsync;

use crate::measure::engine::hold_all;
use crate::options::Options;
use crate::report::Report;

/// Requests in a call when everybody comes at once.
const RUSH: usize = 256;

/// Measures it for holds of a rush, and for holds that came one by one.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let holds = options.sized(1_000_000, 200_000);
    report.progress(&format!("memory of {holds} outstanding holds"));
    report.set("bytes_per_hold", bytes_per_hold(RUSH, holds).await);
    report.set("bytes_per_hold_1", bytes_per_hold(1, holds.min(200_000)).await);
    report.note("bytes_per_hold", format!("{holds} outstanding, made {RUSH} a call"));
    Ok(())
}

async fn bytes_per_hold(batch: usize, holds: u64) -> f64 {
    let bench = Arc::new(Bench::start(Fsync::Off).await);
    let before = bench.memory_bytes().await;
    hold_all(&bench, requests(0, holds, SittingNumber(1)), batch).await;
    bench.trim(&bench.pool).await;
    // Buffers of connections shrink a moment after they were needed.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    bench.memory_bytes().await.saturating_sub(before) as f64 / holds as f64
}
