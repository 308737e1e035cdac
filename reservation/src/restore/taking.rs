//! Everything that Redis has and the ledger does not, taken into the ledger while nobody gives out a seat; what the
//! ledger refuses is parked.

use std::ops::Range;

use deadpool_postgres::Transaction;
use metrics::counter;
use redis::aio::MultiplexedConnection;

use super::OpenError;
use super::fold::fold;
use super::salvage::salvage;
use crate::hold::HoldState;
use crate::ids::PoolId;
use crate::ledger::holds::fold::{self as rows, Columns, FoldRow};
use crate::ledger::pools::PoolRow;
use crate::ledger::{LedgerError, parked_events, waits};
use crate::pool::Pool;
use crate::store::event::{Event, StreamId};
use crate::store::{Link, Store, StoreError, identity_of};

/// Takes the pool under `fence`, an epoch that nobody knows, so that no seat is given out, and folds all events behind
/// the row's cursor; answers how many the ledger did not take. Where Redis lacks the entry at the cursor, what it knows
/// alone is taken over instead.
///
/// `reader` must lead to the link's process, else [`StoreError::Unverified`].
pub(crate) async fn take_all(
    link: &Link,
    reader: &mut MultiplexedConnection,
    (pool, row): (&Pool, &PoolRow),
    fence: i64,
    tx: &Transaction<'_>,
) -> Result<u64, OpenError> {
    if !link.adopt(&pool.keys, fence, row.cursor, row.cursor_epoch).await? {
        salvage(link, (pool, row), fence, tx).await?;
        return Ok(0);
    }
    let (mut parked, mut after) = (0, row.cursor);
    loop {
        let events = Store::read_now(reader, &pool.keys, after).await?;
        let Some(newest) = events.last() else { break };
        after = newest.id;
        parked += take_or_park(tx, pool, row.lineage, &events).await?;
    }
    let process = identity_of(reader).await.map_err(StoreError::from)?;
    if process == link.process() { Ok(parked) } else { Err(StoreError::Unverified.into()) }
}

/// Counts events that the ledger did not take, once what became of them is committed.
pub(crate) fn count_parked(parked: u64) {
    counter!("seathold_parked_events_total").increment(parked);
}

/// Folds events as far as the ledger takes them; answers how many it did not.
async fn take_or_park(tx: &Transaction<'_>, pool: &Pool, lineage: i64, events: &[Event]) -> Result<u64, OpenError> {
    let newest = events.last().map(|event| event.id).unwrap_or_default();
    let mut parked = 0;
    for event in events.iter().filter(|event| event.is_foreign()) {
        parked_events::park(&**tx, &pool.id, (event.id, lineage), None, "it cannot be read").await?;
        parked += 1;
    }
    let folded = fold(events);
    for columns in [&folded.ended, &folded.live, &folded.fresh] {
        parked += write_or_park(tx, pool, (newest, lineage), columns).await?;
    }
    rows::settle(tx, &pool.exam, &folded.settled).await?;
    waits::upsert(tx, &pool.exam, &pool.id, &folded.waits).await?;
    Ok(parked)
}

/// Writes rows; halves what is refused until the rows to blame stand alone.
async fn write_or_park(
    tx: &Transaction<'_>,
    pool: &Pool,
    at: (StreamId, i64),
    columns: &Columns<'_>,
) -> Result<u64, LedgerError> {
    let mut parked = 0;
    let mut waiting: Vec<Range<usize>> = std::iter::once(0..columns.len()).collect();
    while let Some(range) = waiting.pop().filter(|range| !range.is_empty()) {
        match try_write(tx, pool, &columns.part(range.clone())).await {
            Ok(()) => {}
            Err(error) if error.is_refusal() && range.len() == 1 => {
                park(tx, &pool.id, at, &columns.row(range.start), &error).await?;
                let refused = FoldRow { state: HoldState::Cancelled, ..columns.row(range.start) };
                // So that its candidate hears what became of it. If even that is refused, it is in the table alone.
                let _ = try_write(tx, pool, &vec![refused].into()).await;
                parked += 1;
            }
            Err(error) if error.is_refusal() => {
                let middle = range.start + range.len() / 2;
                waiting.extend([middle..range.end, range.start..middle]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(parked)
}

async fn park(
    tx: &Transaction<'_>,
    pool: &PoolId,
    at: (StreamId, i64),
    row: &FoldRow<'_>,
    why: &LedgerError,
) -> Result<(), LedgerError> {
    tracing::error!(%pool, event = %at.0, generation = row.generation.0, %why, "the ledger does not take an event: parked");
    parked_events::park(&**tx, pool, at, Some(row), &why.to_string()).await
}

async fn try_write(tx: &Transaction<'_>, pool: &Pool, columns: &Columns<'_>) -> Result<(), LedgerError> {
    tx.batch_execute("SAVEPOINT part").await?;
    let outcome = rows::upsert(tx, &pool.exam, columns).await;
    let end = if outcome.is_ok() { "RELEASE SAVEPOINT part" } else { "ROLLBACK TO SAVEPOINT part" };
    // Of a connection that broke, the first error says why.
    match tx.batch_execute(end).await {
        Err(error) if outcome.is_ok() => Err(error.into()),
        _ => outcome.map(drop),
    }
}
