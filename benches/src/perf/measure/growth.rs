//! Does a hold cost more when millions are outstanding? Two pools of one Redis take turns, call by call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::{Bench, places, requests};
use reservation::ids::SittingNumber;
use reservation::pool::Pool;
use reservation::store::HoldRequest;
use testkit::Fsync;

use crate::measure::engine::hold_all;
use crate::options::Options;
use crate::report::Report;
use crate::rounds::Rounds;

const MANY: u64 = 10_000_000;
const MANY_QUICK: u64 = 4_000_000;
const FEW: u64 = 1_000;
/// Requests in a call.
const BATCH: u64 = 256;
/// Calls of each pool whose time is summed before they are compared.
const BLOCK: usize = 16;
const BLOCKS: usize = 40;
/// Holds that are made at a time, so that this process stays small.
const SLICE: u64 = 800_000;
/// First of the candidates that are timed: beyond all that are there already.
const TIMED: u64 = 500_000_000;

/// Measures time per hold in a pool with millions outstanding over that in one with a thousand.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let many = options.sized(MANY, MANY_QUICK);
    report.progress(&format!("{many} outstanding holds are made, 8,000 a call"));
    // Without fsync: waiting for the disk would hide a growing cost.
    let bench = Arc::new(Bench::start(Fsync::Off).await);
    keep_the_file(&bench).await?;
    // The last of them are the ones that are timed: the sitting has no more seats than that.
    let made = many - BATCH;
    for first in (0..made).step_by(usize::try_from(SLICE)?) {
        hold_all(&bench, requests(first, SLICE.min(made - first), SittingNumber(1)), 8_000).await;
        bench.trim(&bench.pool).await;
    }
    let (large, small) = (&bench.pool, bench.add_pool("small", 1).await);
    bench.hold(&small, &requests(0, FEW, SittingNumber(1))).await;
    report.progress("calls of 256, in turn to that pool and to one with a thousand outstanding");
    let rounds = turns(&bench, large, &small).await;
    report.set_some("cost_growth_1k_10m", rounds.ratio("large", "small"));
    report.note(
        "cost_growth_1k_10m",
        format!("{many} outstanding against {FEW}, {BATCH} holds a call, no fsync on either side"),
    );
    Ok(())
}

/// Keeps Redis from writing its file anew in the middle: that would meet one pool and not the other.
async fn keep_the_file(bench: &Bench) -> anyhow::Result<()> {
    let mut redis = bench.stores.redis_connection().await;
    let mut command = redis::cmd("CONFIG");
    command.arg("SET").arg("auto-aof-rewrite-percentage").arg(0);
    let _: () = command.query_async(&mut redis).await?;
    Ok(())
}

async fn turns(bench: &Bench, large: &Pool, small: &Pool) -> Rounds {
    let mut rounds = Rounds::default();
    for block in 0..BLOCKS {
        let (mut in_large, mut in_small) = (Duration::ZERO, Duration::ZERO);
        for call in 0..BLOCK {
            let first = TIMED + ((block * BLOCK + call) as u64) * BATCH;
            let wanted = requests(first, BATCH, SittingNumber(1));
            // Each goes first every other time.
            if call % 2 == 0 {
                in_large += timed(bench, large, &wanted).await;
                in_small += timed(bench, small, &wanted).await;
            } else {
                in_small += timed(bench, small, &wanted).await;
                in_large += timed(bench, large, &wanted).await;
            }
        }
        rounds.push("large", in_large.as_secs_f64());
        rounds.push("small", in_small.as_secs_f64());
    }
    rounds
}

/// How long one call takes; its seats are given back, so that as many stay outstanding.
async fn timed(bench: &Bench, pool: &Pool, wanted: &[HoldRequest]) -> Duration {
    let started = Instant::now();
    let seats = bench.hold(pool, wanted).await;
    let took = started.elapsed();
    bench.release(pool, &places(wanted, &seats)).await;
    took
}
