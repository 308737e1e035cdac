//! Feeds a pool's board from its event stream, in every process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::ledger::{LedgerError, holds, pools};
use crate::pool::Pool;
use crate::pool::board::{CountsRead, DeadlinesRead};
use crate::restore::OpenError;
use crate::store::event::StreamId;
use crate::store::{READ_ENTRIES_MAX, Store, StoreError, identity_of};

/// Whoever has not read for so long may have missed events that were trimmed: starts over.
const GAP_MAX: Duration = Duration::from_secs(5);
const AFTER_FAULT: Duration = Duration::from_millis(200);
/// Reads come no closer than this: what this process does its board knows without them, and nobody
/// sees that others' seats are a moment older.
const PACE: Duration = Duration::from_millis(20);

/// Feeds until `stop`; starts over after a fault, a gap, or a restore.
pub(in crate::engine) async fn feed(engine: Engine, pool: Arc<Pool>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = feed_lineage(&engine, &pool) => outcome,
        };
        if let Err(error) = outcome {
            tracing::debug!(pool = %pool.id, %error, "the board stands still");
            // A server that is demoted tells those who wait for an event so at once, and nobody else.
            let _ = engine.inner.store.look_now(&pool.keys).await;
            tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(AFTER_FAULT) => {} }
        }
    }
}

async fn feed_lineage(engine: &Engine, pool: &Pool) -> Result<(), OpenError> {
    let lineage = pool.epochs().lineage;
    if lineage == 0 {
        tokio::time::sleep(AFTER_FAULT).await;
        return Ok(());
    }
    let store = &engine.inner.store;
    let mut reader = store.reader(&pool.keys).await?;
    let identity = identity_of(&mut reader).await.map_err(StoreError::from)?;
    if !store.trusts(&pool.keys, &identity) {
        return Err(StoreError::Unverified.into());
    }
    let mut position = reset(engine, pool).await?;
    let mut read_at = Instant::now();
    // Another process may be trusted with the pool by now, while the reader still waits at the old one.
    while pool.epochs().lineage == lineage && read_at.elapsed() < GAP_MAX && store.trusts(&pool.keys, &identity) {
        read_at = Instant::now();
        let events = tokio::select! {
            events = Store::read(&mut reader, &pool.keys, position) => events?,
            () = pool.restored.notified() => return Ok(()),
        };
        if let Some(newest) = events.last() {
            position = newest.id;
            pool.board.apply(&events);
            if events.len() < READ_ENTRIES_MAX {
                tokio::time::sleep(PACE).await;
            }
        }
    }
    Ok(())
}

/// Starts the board over; answers the event after which to read on.
pub(in crate::engine) async fn reset(engine: &Engine, pool: &Pool) -> Result<StreamId, OpenError> {
    let numbers = engine.numbers_of(pool);
    let mut client = engine.inner.ledger.client().await?;
    // One snapshot: the deadlines are those at the cursor, and every later event is counted once.
    let tx = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(LedgerError::from)?;
    let row = pools::get(&*tx, &pool.id).await?.ok_or(OpenError::Unknown)?;
    let deadlines = holds::deadlines(&*tx, &pool.exam, &numbers).await?;
    drop(tx);
    let store = &engine.inner.store;
    let after = store.tail(&pool.keys).await?.unwrap_or_default();
    let counts = store.counts(&pool.keys).await?;
    let before = store.tail(&pool.keys).await?.unwrap_or_default();
    pool.board.reset(&CountsRead { counts, after, before }, DeadlinesRead { deadlines, cursor: row.cursor });
    Ok(row.cursor)
}
