//! What happens when the ledger and Redis contradict each other: one event that the ledger does not take is parked,
//! the rest goes on, and Redis is loaded anew from the ledger.

use std::ops::Range;

use deadpool_postgres::Transaction;
use metrics::counter;

use super::fold::fold;
use super::{OpenError, Writer};
use crate::hold::HoldState;
use crate::ids::PoolId;
use crate::ledger::holds::fold::{self as rows, Columns, FoldRow};
use crate::ledger::pools::{self, PoolRow};
use crate::ledger::{LedgerError, parked_events};
use crate::pool::Pool;
use crate::restore;
use crate::store::event::{Event, StreamId};
use crate::store::{Store, StoreError, identity_of};

impl Writer {
    /// Opens the pool anew, in one transaction: nobody gives out seats meanwhile, all events that Redis has are folded,
    /// those that the ledger refuses are parked, and Redis gets what the ledger has then. Whoever waits for one of the
    /// events hears that the pool was opened anew and asks again; a hold that was parked is cancelled in both.
    ///
    /// It takes as long as loading the pool does, and happens only after one of the two went back in time unnoticed, or
    /// somebody else wrote into either.
    pub(super) async fn resync(&mut self, pool: &Pool) -> Result<(), OpenError> {
        let mut client = self.ledger.client().await?;
        let tx = client.transaction().await.map_err(LedgerError::from)?;
        let before = pools::lock(&*tx, &pool.id).await?.ok_or(OpenError::Unknown)?;
        if before != self.row {
            return Err(LedgerError::Overtaken.into());
        }
        let link = self.store.link(&pool.keys).await?;
        if before.process.as_deref() != Some(link.process()) {
            return Err(StoreError::Unverified.into());
        }
        let kept = link.kept(&pool.keys).await?;
        let fence = before.epoch.max(kept.epoch_max) + 1;
        let mut parked = 0;
        // Under an epoch that nobody knows no seat is given out; what came before it is read to the end.
        if link.adopt(&pool.keys, fence, before.cursor, before.cursor_epoch).await? {
            let mut after = before.cursor;
            loop {
                let events = Store::read_now(&mut self.reader, &pool.keys, after).await?;
                let Some(newest) = events.last() else { break };
                after = newest.id;
                parked += take_or_park(&tx, pool, before.lineage, &events).await?;
            }
            let process = identity_of(&mut self.reader).await.map_err(StoreError::from)?;
            if process != link.process() {
                return Err(StoreError::Unverified.into());
            }
        }
        let next = fence + 1;
        let (cursor, loaded) = restore::load(&link, pool, next, &tx).await?;
        let row = PoolRow { epoch: next, lineage: next, cursor, cursor_epoch: next, ..before };
        pools::set(&*tx, &pool.id, &row).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        tracing::error!(
            pool = %pool.id, epoch = next, parked, holds = loaded,
            "the ledger did not take what Redis said: parked it, and loaded Redis anew; see reservation.parked_events"
        );
        counter!("seathold_parked_events_total").increment(parked);
        link.load_scripts().await?;
        self.store.trust(&pool.keys, &link);
        self.row = row;
        pool.take_over(&self.row);
        Ok(())
    }

    /// Is the event at the ledger's cursor still in the stream? It is never trimmed: without it one of the two has gone
    /// back in time, and the pool is to be opened anew before anybody is asked for a seat.
    pub(super) async fn compare(&mut self, pool: &Pool) -> Result<(), OpenError> {
        let before = self.row.cursor.before();
        let events = Store::read_now(&mut self.reader, &pool.keys, before).await?;
        let found = events.first().is_some_and(|event| event.id == self.row.cursor);
        if found {
            return Ok(());
        }
        // Unless the pool is just being opened anew, or this connection leads to another Redis.
        if super::row_of(&self.ledger, pool, self.me).await? != self.row {
            return Err(LedgerError::Overtaken.into());
        }
        let process = identity_of(&mut self.reader).await.map_err(StoreError::from)?;
        if self.row.process.as_deref() != Some(process.as_str()) {
            return Err(StoreError::Unverified.into());
        }
        tracing::error!(pool = %pool.id, cursor = %self.row.cursor, "Redis does not have the newest event of the ledger");
        self.store.distrust(&pool.keys);
        Err(StoreError::Unverified.into())
    }

    /// Does this process know by now that the pool was opened anew?
    pub(super) fn is_outdated(&self, pool: &Pool) -> bool {
        let standing = pool.standing();
        (standing.epoch, standing.lineage) != (self.row.epoch, self.row.lineage)
    }
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
