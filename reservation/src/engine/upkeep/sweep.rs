//! Background work of a pool: lapsed holds back to the free count, and what died half way finished.

use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::counter;
use tokio_util::sync::CancellationToken;

use crate::engine::lanes::RunningPool;
use crate::engine::seats::hold::at_ms;
use crate::engine::upkeep::compare::Told;
use crate::engine::{Engine, HoldError};
use crate::ledger::holds;
use crate::pool::Pool;
use crate::store::{LOOK_EVERY, Store};

/// A lapsed seat is free again after at most this and one script call.
const SWEEP_EVERY: Duration = Duration::from_millis(200);
/// A pool in which no clock runs out, as far as this process has heard, is asked so often all the same: somebody may
/// have emptied it, set its clock, or opened it anew.
const SWEEP_IDLE: Duration = Duration::from_secs(2);
/// Expiry entries of one sweep; each has up to 256 holds.
const SWEEP_ENTRIES: usize = 16;
const FINISH_EVERY: Duration = Duration::from_secs(1);
/// Whatever is younger may still be under way.
pub(in crate::engine) const FINISH_AFTER_SECONDS: f64 = 3.0;
const FINISH_AFTER_MS: i64 = 3_000;
/// So many rounds of finishing after the whole pool was compared with the ledger, it begins again. Between, each round
/// compares a slice, small enough that nobody who asks for a seat feels it.
const COMPARE_ROUNDS: u32 = 5;

/// Sweeps until `stop`.
pub(in crate::engine) async fn sweep(engine: Engine, pool: Arc<Pool>, stop: CancellationToken) {
    let (mut again, mut swept) = (false, None::<Instant>);
    loop {
        if !again {
            tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(SWEEP_EVERY) => {} }
        }
        if stop.is_cancelled() {
            return;
        }
        let (store, keys) = (&engine.inner.store, &pool.keys);
        if !again && swept.is_some_and(|at| at.elapsed() < SWEEP_IDLE) && !needs_sweep(store, &pool) {
            continue;
        }
        swept = Some(Instant::now());
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

/// Does a clock run out now, or is the pool to be opened?
fn needs_sweep(store: &Store, pool: &Pool) -> bool {
    let Some(now_ms) = store.now_ms(&pool.keys).filter(|_| store.is_trusted(&pool.keys)) else { return true };
    pool.board.first_deadline().is_some_and(|second| second <= now_ms / 1_000 + 1)
}

/// Looks who the servers that give out seats are, so that no pool has to ask for itself, until the engine stops.
pub(in crate::engine) async fn look(engine: Engine) {
    let looking = async {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            engine.inner.store.look().await;
        }
    };
    tokio::select! { () = engine.inner.stop.cancelled() => {}, () = looking => {} }
}

/// Finishes what died half way, as long as this process is the pool's writer, until `stop`.
pub(in crate::engine) async fn finish(engine: Engine, pool: Arc<RunningPool>, stop: CancellationToken) {
    let (mut rounds, mut compared, mut told) = (0_u32, 0, Told::default());
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
        if compared > 0 || rounds.is_multiple_of(COMPARE_ROUNDS) {
            match engine.compare(&pool, compared, &mut told).await {
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
