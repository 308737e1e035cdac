//! What happens when the ledger and Redis contradict each other: one event that the ledger does not take is parked,
//! the rest goes on, and Redis is loaded anew from the ledger.

use super::{OpenError, Writer};
use crate::ledger::LedgerError;
use crate::ledger::pools::{self, PoolRow};
use crate::pool::Pool;
use crate::restore::{self, taking};
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
        let parked = taking::take_all(&link, &mut self.reader, (pool, &before), fence, &tx).await?;
        let next = fence + 1;
        let moved = kept.moved.filter(|_| kept.epoch == Some(before.epoch));
        let moved = self.store.moved(&pool.keys, before.epoch, moved, next);
        let (cursor, loaded) = restore::load(&link, pool, next, moved, &tx).await?;
        let row = PoolRow { epoch: next, lineage: next, cursor, cursor_epoch: next, ..before };
        pools::set(&*tx, &pool.id, &row).await?;
        tx.commit().await.map_err(LedgerError::from)?;
        tracing::error!(
            pool = %pool.id, epoch = next, parked, holds = loaded,
            "the ledger did not take what Redis said: parked it, and loaded Redis anew; see reservation.parked_events"
        );
        taking::count_parked(parked);
        link.load_scripts().await?;
        self.store.trust(&pool.keys, &link, next, Some(moved));
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
        let epochs = pool.epochs();
        (epochs.epoch, epochs.lineage) != (self.row.epoch, self.row.lineage)
    }
}
