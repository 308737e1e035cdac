//! Background work of a pool: lapsed holds back to the free count, and what died half way finished.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio_util::sync::CancellationToken;

use crate::engine::lanes::RunningPool;
use crate::engine::seats::hold::at_ms;
use crate::engine::{Engine, HoldError};
use crate::ledger::holds;
use crate::pool::Pool;

/// A lapsed seat is free again after at most this and one script call.
const SWEEP_EVERY: Duration = Duration::from_millis(200);
/// Expiry entries of one sweep; each has up to 256 holds.
const SWEEP_ENTRIES: usize = 16;
const FINISH_EVERY: Duration = Duration::from_secs(1);
/// Whatever is younger may still be under way.
pub(in crate::engine) const FINISH_AFTER_SECONDS: f64 = 3.0;
const FINISH_AFTER_MS: i64 = 3_000;
/// Every so many rounds of finishing, a slice of the pool is compared with the ledger.
const COMPARE_ROUNDS: u32 = 5;

/// Sweeps until `stop`.
pub(in crate::engine) async fn sweep(engine: Engine, pool: Arc<Pool>, stop: CancellationToken) {
    let mut again = false;
    loop {
        if !again {
            tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(SWEEP_EVERY) => {} }
        }
        if stop.is_cancelled() {
            return;
        }
        let (store, keys) = (&engine.inner.store, &pool.keys);
        again = match engine.call(&pool, |moment| store.sweep(keys, moment, SWEEP_ENTRIES)).await {
            Ok((reply, _)) => {
                let (lapsed, due) = reply.answers.first().copied().unwrap_or_default();
                counter!("seathold_holds_expired_total").increment(lapsed);
                due > 0
            }
            // Said where it happened; the next round asks again.
            Err(_) => false,
        };
    }
}

/// Finishes what died half way, as long as this process is the pool's writer, until `stop`.
pub(in crate::engine) async fn finish(engine: Engine, pool: Arc<RunningPool>, stop: CancellationToken) {
    let (mut rounds, mut compared) = (0_u32, 0);
    loop {
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(FINISH_EVERY) => {} }
        if !pool.is_writer() {
            continue;
        }
        if pool.take_unfinished()
            && let Err(error) = finish_once(&engine, &pool).await
        {
            tracing::warn!(pool = %pool.id, %error, "could not finish what was left half done");
        }
        rounds += 1;
        if rounds.is_multiple_of(COMPARE_ROUNDS) {
            match engine.compare(&pool, compared).await {
                Ok(next) => compared = next,
                Err(error) => tracing::debug!(pool = %pool.id, %error, "Redis and the ledger are not compared now"),
            }
        }
    }
}

async fn finish_once(engine: &Engine, pool: &RunningPool) -> Result<(), HoldError> {
    let numbers: Vec<i32> = engine.numbers_of(pool);
    let client = engine.inner.ledger.client().await?;
    let unsettled = holds::unsettled(&**client, &pool.exam, &numbers, FINISH_AFTER_SECONDS).await?;
    // Those were written by Redis's clock, which need not be Postgres's.
    let before = at_ms(engine.inner.store.now_ms(&pool.keys).unwrap_or_default() - FINISH_AFTER_MS);
    let to_confirm = holds::to_confirm(&**client, &pool.exam, &numbers, before).await?;
    drop(client);
    if !unsettled.is_empty() {
        tracing::info!(pool = %pool.id, holds = unsettled.len(), "carrying the ledger's decisions to Redis");
        engine.settle(pool, &unsettled).await?;
    }
    for row in to_confirm {
        if let Some(reference) = &row.reference {
            tracing::info!(pool = %pool.id, "finishing a confirmation");
            match engine.confirm_in_ledger(pool, &row.place, reference).await {
                Ok(_) | Err(HoldError::Full { .. } | HoldError::OtherReference(_) | HoldError::Expired(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    engine.reconcile_capacities(pool).await
}
