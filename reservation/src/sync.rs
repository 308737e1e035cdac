//! Events → ledger: one writer per pool reads the stream, folds it into the ledger and moves the
//! cursor in the same transaction. Exactly once, whatever crashes.

mod fold;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use metrics::{counter, gauge, histogram};
use redis::aio::MultiplexedConnection;
use tokio_util::sync::CancellationToken;

use crate::engine::pool::Pool;
use crate::ledger::holds::fold as rows;
use crate::ledger::pools::{self, PoolRow};
use crate::ledger::{Ledger, LedgerError};
use crate::restore::OpenError;
use crate::store::event::{Event, StreamId};
use crate::store::{READ_ENTRIES_MAX, Store};
use fold::{Folded, fold};

/// Commits come no closer than this as long as nobody waits for one: in a rush that makes few and
/// large ones, which cost the least. After a pause the first event goes at once.
const PACE: Duration = Duration::from_millis(50);
/// How many rows make a transaction worth while; beyond it, no more entries are read for it.
const BATCH_ROWS: usize = 16_384;
/// How long events stay in the stream after the ledger has them: others read them too.
const KEPT: Duration = Duration::from_secs(10);
/// How often the stream is trimmed.
const TRIM_EVERY: Duration = Duration::from_secs(2);
/// How long a follower follows before it tries to become the writer.
const FOLLOW: Duration = Duration::from_secs(1);
const AFTER_FAULT: Duration = Duration::from_millis(300);
/// How long the writer goes on at a stop to bring the ledger up to date.
const DRAIN: Duration = Duration::from_secs(5);

/// The one writer of a pool's ledger, while its connection lives.
pub struct Writer {
    client: deadpool_postgres::ClientWrapper,
    reader: MultiplexedConnection,
    row: PoolRow,
}

impl Writer {
    /// Becomes the writer; `None` when somebody else is.
    pub async fn try_new(store: &Store, ledger: &Ledger, pool: &Pool) -> Result<Option<Self>, OpenError> {
        // Out of the pool only for the one who writes: everybody else asks again every second.
        let client = ledger.client().await?;
        if !pools::try_write_lock(&**client, &pool.id).await? {
            return Ok(None);
        }
        let client = Ledger::keep(client);
        let row = pools::get(&*client, &pool.id).await?.ok_or(OpenError::Unknown)?;
        Ok(Some(Self { client, reader: store.reader(&pool.keys).await?, row }))
    }

    /// The newest event that the ledger has.
    pub fn cursor(&self) -> StreamId {
        self.row.cursor
    }

    /// Reads the events after the cursor; waits up to a second for the first.
    pub async fn read(&mut self, pool: &Pool) -> Result<Vec<Event>, OpenError> {
        let mut events = Store::read(&mut self.reader, &pool.keys, self.row.cursor).await?;
        // A full answer means that more waits: one transaction for many small entries.
        let mut read = events.len();
        while read == READ_ENTRIES_MAX && events.iter().map(Event::size).sum::<usize>() < BATCH_ROWS {
            let after = events.last().map_or(self.row.cursor, |event| event.id);
            let more = Store::read_now(&mut self.reader, &pool.keys, after).await?;
            read = more.len();
            events.extend(more);
        }
        Ok(events)
    }

    /// Folds events into the ledger and moves the cursor behind them, in one transaction.
    pub async fn commit(&mut self, pool: &Pool, events: &[Event]) -> Result<(), OpenError> {
        let Some(newest) = events.last() else { return Ok(()) };
        let started = Instant::now();
        let folded = fold(events);
        let ended = match self.write(pool, &folded, newest, false).await {
            // Said twice, against all that we know: a row more or less must not stop the ledger.
            Err(LedgerError::AlreadyThere) => {
                tracing::error!(pool = %pool.id, "an event made a hold that the ledger has");
                self.write(pool, &folded, newest, true).await?
            }
            outcome => outcome?,
        };
        (self.row.cursor, self.row.cursor_epoch) = (newest.id, newest.epoch);
        pool.reach(self.row.lineage, newest.id);
        let contradicted = folded.ended.len() as u64 - ended;
        if contradicted > 0 {
            // The ledger keeps what it had: it leads once a hold is frozen.
            tracing::error!(pool = %pool.id, contradicted, "Redis ended holds that the ledger leads");
            counter!("seathold_ledger_contradictions_total").increment(contradicted);
        }
        let rows = folded.ended.len() + folded.live.len() + folded.fresh.len();
        counter!("seathold_ledger_rows_total").increment(rows as u64);
        histogram!("seathold_ledger_commit_seconds").record(started.elapsed().as_secs_f64());
        Ok(())
    }

    /// Writes a batch; answers how many ended rows were written. `careful`: new rows may be there.
    async fn write(
        &mut self,
        pool: &Pool,
        folded: &Folded<'_>,
        newest: &Event,
        careful: bool,
    ) -> Result<u64, LedgerError> {
        let tx = self.client.transaction().await?;
        pools::advance(&*tx, &pool.id, &self.row, newest.id, newest.epoch).await?;
        let ended = rows::upsert(&tx, &pool.exam, &folded.ended).await?;
        rows::upsert(&tx, &pool.exam, &folded.live).await?;
        if careful {
            rows::upsert(&tx, &pool.exam, &folded.fresh).await?;
        } else {
            rows::insert(&tx, &pool.exam, &folded.fresh).await?;
        }
        rows::settle(&tx, &pool.exam, &folded.settled).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Reads the pool's row again, after somebody else may have changed it.
    pub async fn refresh(&mut self, pool: &Pool) -> Result<(), OpenError> {
        self.row = pools::get(&*self.client, &pool.id).await?.ok_or(OpenError::Unknown)?;
        pool.take_over(&self.row);
        Ok(())
    }

    /// Drops events from the stream that everybody has had time to read.
    pub async fn trim(&self, store: &Store, pool: &Pool) -> Result<(), OpenError> {
        let kept_ms = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        let before = StreamId { ms: self.row.cursor.ms.saturating_sub(kept_ms), seq: 0 };
        Ok(store.trim(&pool.keys, before).await?)
    }
}

/// Writes or follows the pool's ledger until `stop`; then drains.
pub async fn run(store: Store, ledger: Ledger, pool: Arc<Pool>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let outcome = match Writer::try_new(&store, &ledger, &pool).await {
            Ok(Some(writer)) => {
                pool.is_writer.store(true, Ordering::Relaxed);
                let outcome = write(&store, &pool, writer, &stop).await;
                pool.is_writer.store(false, Ordering::Relaxed);
                outcome
            }
            Ok(None) => follow(&ledger, &pool, &stop).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {}
            Err(OpenError::Ledger(LedgerError::Overtaken)) => {}
            Err(error) => {
                tracing::warn!(pool = %pool.id, %error, "the ledger cannot be written now");
                counter!("seathold_sync_faults_total").increment(1);
                tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(AFTER_FAULT) => {} }
            }
        }
    }
}

async fn write(store: &Store, pool: &Pool, mut writer: Writer, stop: &CancellationToken) -> Result<(), OpenError> {
    writer.refresh(pool).await?;
    let mut trimmed = Instant::now();
    let mut stopping: Option<Instant> = None;
    let mut committed: Option<Instant> = None;
    loop {
        if let Some(pause) = committed.and_then(|at| PACE.checked_sub(at.elapsed()))
            && stopping.is_none()
            && !pool.has_waiters()
        {
            tokio::select! { () = pool.hurry.notified() => {}, () = stop.cancelled() => {}, () = tokio::time::sleep(pause) => {} }
        }
        let events = tokio::select! {
            events = writer.read(pool) => events?,
            // The reader may be inside its wait: at a stop there is nothing to wait for.
            () = stop.cancelled(), if stopping.is_none() => {
                stopping = Some(Instant::now());
                writer.reader = store.reader(&pool.keys).await?;
                continue;
            }
        };
        match events.last() {
            Some(newest) => {
                committed = Some(Instant::now());
                gauge!("seathold_ledger_lag_seconds", "pool" => pool.id.to_string()).set(lag_seconds(newest));
                writer.commit(pool, &events).await?;
            }
            None if stopping.is_some() => return Ok(()),
            None => {
                gauge!("seathold_ledger_lag_seconds", "pool" => pool.id.to_string()).set(0.0);
                writer.refresh(pool).await?;
            }
        }
        if trimmed.elapsed() > TRIM_EVERY {
            writer.trim(store, pool).await?;
            trimmed = Instant::now();
        }
        if stopping.is_some_and(|since| since.elapsed() > DRAIN) {
            return Ok(());
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a lag in ms is far below 2^52")]
fn lag_seconds(event: &Event) -> f64 {
    (jiff::Timestamp::now().as_millisecond() - event.now_ms).max(0) as f64 / 1_000.0
}

/// Tells this process how far another one has brought the ledger.
async fn follow(ledger: &Ledger, pool: &Pool, stop: &CancellationToken) -> Result<(), OpenError> {
    let since = Instant::now();
    while since.elapsed() < FOLLOW && !stop.is_cancelled() {
        let client = ledger.client().await?;
        let row = pools::get(&**client, &pool.id).await?.ok_or(OpenError::Unknown)?;
        drop(client);
        pool.take_over(&row);
        let wait = if pool.has_waiters() { Duration::from_millis(10) } else { Duration::from_millis(200) };
        tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(wait) => {} }
    }
    Ok(())
}
