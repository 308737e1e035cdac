//! Events → ledger: one writer per pool reads the stream, folds it into the ledger and moves the
//! cursor in the same transaction. Exactly once, whatever crashes.
//!
//! Who writes which pool, the keeper of the engine settles with those of the other processes. Should two believe that
//! they may, the pool's row takes only one of them: whoever moves its cursor must have read on from it, under its
//! epoch, from the Redis process that it trusts, and be the writer that it names.

mod resync;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{counter, gauge, histogram};
use redis::aio::MultiplexedConnection;
use tokio::try_join;
use tokio_util::sync::CancellationToken;

use crate::ledger::holds::fold as rows;
use crate::ledger::pools::{self, PoolRow};
use crate::ledger::writers::WriterId;
use crate::ledger::{self, ANSWER_WAIT, Ledger, LedgerError, waits};
use crate::pool::Pool;
use crate::restore::OpenError;
use crate::restore::fold::{Folded, fold};
use crate::store::event::{Event, StreamId};
use crate::store::{READ_ENTRIES_MAX, Store, StoreError, identity_of};

/// Commits come no closer than this as long as nobody waits for one: in a rush that makes few and
/// large ones, which cost the least. After a pause the first event goes at once.
const PACE: Duration = Duration::from_millis(50);
/// How many rows make a transaction worth while; beyond it, no more entries are read for it.
const BATCH_ROWS: usize = 16_384;
/// How long events stay in the stream after the ledger has them: others read them too.
const KEPT: Duration = Duration::from_secs(10);
/// How often the stream is trimmed.
const TRIM_EVERY: Duration = Duration::from_secs(2);
/// Whoever could not write for so long lets another process try.
const GIVE_UP_AFTER: Duration = Duration::from_secs(2);
const AFTER_FAULT: Duration = Duration::from_millis(300);
const BEFORE_OPEN: Duration = Duration::from_millis(20);
/// How long the writer goes on at a stop to bring the ledger up to date.
const DRAIN: Duration = Duration::from_secs(5);

/// The one writer of a pool's ledger, as long as its process is the one that the pool's row names. It takes a
/// connection to Postgres only while it commits.
pub struct Writer {
    store: Store,
    ledger: Ledger,
    me: WriterId,
    reader: MultiplexedConnection,
    row: PoolRow,
    passed: Passed,
}

impl Writer {
    /// Begins to write for `me`. [`LedgerError::Overtaken`] when the pool's row names somebody else.
    pub async fn open(store: &Store, ledger: &Ledger, pool: &Pool, me: WriterId) -> Result<Self, OpenError> {
        let row = row_of(ledger, pool, me).await?;
        let reader = store.reader(&pool.keys).await?;
        Ok(Self { store: store.clone(), ledger: ledger.clone(), me, reader, row, passed: Passed::default() })
    }

    /// The newest event that the ledger has.
    pub fn cursor(&self) -> StreamId {
        self.row.cursor
    }

    /// Reads the events after the cursor; waits up to a second for the first. [`Self::commit`] finds out whether they
    /// come from the Redis process that the ledger trusts with the pool.
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

    /// Folds events into the ledger and moves the cursor behind them, in one transaction. Where the ledger does not
    /// take one of them, the pool is opened anew, see [`Self::resync`]. [`StoreError::Unverified`] when they come from
    /// another Redis process than the one that the ledger trusts with the pool.
    pub async fn commit(&mut self, pool: &Pool, events: &[Event]) -> Result<(), OpenError> {
        let Some(newest) = events.last() else { return Ok(()) };
        if events.iter().any(Event::is_foreign) {
            return self.resync(pool).await;
        }
        let started = Instant::now();
        let folded = fold(events);
        let outcome = match self.write(pool, &folded, newest, false).await {
            // Said twice, against all that we know: a row more or less must not stop the ledger.
            Err(OpenError::Ledger(LedgerError::AlreadyThere)) => {
                tracing::error!(pool = %pool.id, "an event made a hold that the ledger has");
                self.write(pool, &folded, newest, true).await
            }
            outcome => outcome,
        };
        let ended = match outcome {
            Err(OpenError::Ledger(error)) if error.is_refusal() => return self.resync(pool).await,
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
        let rows = folded.ended.len() + folded.live.len() + folded.fresh.len() + folded.waits.len();
        counter!("seathold_ledger_rows_total").increment(rows as u64);
        histogram!("seathold_ledger_commit_seconds").record(started.elapsed().as_secs_f64());
        Ok(())
    }

    /// Writes a batch; answers how many ended rows were written. `careful`: new rows may be there.
    async fn write(&self, pool: &Pool, folded: &Folded<'_>, newest: &Event, careful: bool) -> Result<u64, OpenError> {
        let mut client = self.ledger.client().await?;
        let mut reader = self.reader.clone();
        let writing = async {
            let tx = client.transaction().await?;
            // All on its way at once. Who answers is asked behind what was read: under the same connection it may have
            // become another's replica in between.
            let process = async { Ok(identity_of(&mut reader).await) };
            let limits = ledger::limit(&tx);
            let advance = pools::advance(&tx, &pool.id, &self.row, newest.id, newest.epoch);
            match try_join!(process, limits, advance)?.0 {
                Ok(process) if self.row.process.as_ref() == Some(&process) => {}
                Ok(_) => return Ok(Err(StoreError::Unverified)),
                Err(error) => return Ok(Err(error.into())),
            }
            let ended = rows::upsert(&tx, &pool.exam, &folded.ended).await?;
            rows::upsert(&tx, &pool.exam, &folded.live).await?;
            if careful {
                rows::upsert(&tx, &pool.exam, &folded.fresh).await?;
            } else {
                rows::insert(&tx, &pool.exam, &folded.fresh).await?;
            }
            rows::settle(&tx, &pool.exam, &folded.settled).await?;
            waits::upsert(&tx, &pool.exam, &pool.id, &folded.waits).await?;
            tx.commit().await?;
            Ok(Ok(ended))
        };
        let outcome = tokio::time::timeout(ANSWER_WAIT, writing).await;
        Ok(self.ledger.heard(client, outcome)??)
    }

    /// Reads the pool's row again, after somebody else may have changed it.
    pub async fn refresh(&mut self, pool: &Pool) -> Result<(), OpenError> {
        self.row = row_of(&self.ledger, pool, self.me).await?;
        pool.take_over(&self.row);
        Ok(())
    }

    /// Drops events from the stream that everybody has had time to read.
    pub async fn trim(&mut self, pool: &Pool) -> Result<(), OpenError> {
        match self.passed.note(Instant::now(), self.row.lineage, self.row.cursor) {
            Some(before) => Ok(self.store.trim(&pool.keys, before).await?),
            None => Ok(()),
        }
    }
}

/// Which event the ledger had at each of the last trims, by this process's clock: Redis's may be set, and event ids then
/// stand still until it has caught up. Of one lineage, as ids of two are not compared.
#[derive(Debug, Default)]
struct Passed {
    lineage: i64,
    events: VecDeque<(Instant, StreamId)>,
}

impl Passed {
    /// The ledger has `event` now; answers the newest one that it has had for [`KEPT`], if any.
    fn note(&mut self, now: Instant, lineage: i64, event: StreamId) -> Option<StreamId> {
        if self.lineage != lineage {
            *self = Self { lineage, events: VecDeque::new() };
        }
        self.events.push_back((now, event));
        let mut old = None;
        // One is added every `TRIM_EVERY` at most, and those of before `KEPT` are dropped: they are few.
        while let Some((_, event)) = self.events.front().filter(|(at, _)| now.duration_since(*at) >= KEPT) {
            old = Some(*event);
            self.events.pop_front();
        }
        old
    }
}

/// The pool's row, if it names `me` as its writer.
async fn row_of(ledger: &Ledger, pool: &Pool, me: WriterId) -> Result<PoolRow, OpenError> {
    let client = ledger.client().await?;
    let outcome = tokio::time::timeout(ANSWER_WAIT, pools::get(&**client, &pool.id)).await;
    let row = ledger.heard(client, outcome)?.ok_or(OpenError::Unknown)?;
    if row.writer == Some(me) { Ok(row) } else { Err(LedgerError::Overtaken.into()) }
}

/// Writes the pool's ledger whenever this process, `me`, is the one that may, until `stop`; then drains.
pub async fn run(store: Store, ledger: Ledger, me: WriterId, pool: Arc<Pool>, stop: CancellationToken) {
    let mut chosen = pool.writes.subscribe();
    let mut failing: Option<Instant> = None;
    while !stop.is_cancelled() {
        tokio::select! { () = stop.cancelled() => break, _ = chosen.wait_for(|chosen| *chosen) => {} }
        if pool.epochs().epoch == 0 {
            // Not open yet: there is nothing to read.
            tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(BEFORE_OPEN) => {} }
            continue;
        }
        let outcome = match Writer::open(&store, &ledger, &pool, me).await {
            Ok(writer) => match write(&pool, writer, &stop, &mut failing).await {
                // Opened anew, or somebody else writes: its row tells which.
                Err(OpenError::Ledger(LedgerError::Overtaken)) => Ok(()),
                outcome => outcome,
            },
            Err(OpenError::Ledger(LedgerError::Overtaken)) => {
                pool.set_writer(false);
                Ok(())
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(pool = %pool.id, %error, "the ledger cannot be written now");
                counter!("seathold_sync_faults_total").increment(1);
                pool.stands_still(&error);
                if failing.get_or_insert_with(Instant::now).elapsed() > GIVE_UP_AFTER {
                    failing = None;
                    if matches!(error, OpenError::Store(StoreError::Unverified)) {
                        // The trusted one is gone for good, or calls itself another: the pool is compared again.
                        store.distrust(&pool.keys);
                    }
                    give_up(&ledger, me, &pool).await;
                }
                tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(AFTER_FAULT) => {} }
            }
        }
    }
    // The keeper gives the lease back when nobody writes any more.
    pool.set_writer(false);
}

/// Lets another process try: it may reach what this one does not.
async fn give_up(ledger: &Ledger, me: WriterId, pool: &Pool) {
    let resigning = async {
        let client = ledger.client().await?;
        let outcome = tokio::time::timeout(ANSWER_WAIT, pools::resign(&**client, me, Some(&pool.id))).await;
        ledger.heard(client, outcome)
    };
    if let Err(error) = resigning.await {
        tracing::debug!(pool = %pool.id, %error, "the right to write could not be given up");
    }
    pool.resign();
}

async fn write(
    pool: &Pool,
    mut writer: Writer,
    stop: &CancellationToken,
    failing: &mut Option<Instant>,
) -> Result<(), OpenError> {
    writer.refresh(pool).await?;
    writer.compare(pool).await?;
    let mut trimmed = Instant::now();
    let mut stopping: Option<Instant> = None;
    let mut committed: Option<Instant> = None;
    let behind = gauge!("seathold_ledger_lag_seconds", "pool" => pool.id.to_string());
    while pool.is_writer() {
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
                writer.reader = writer.store.reader(&pool.keys).await?;
                continue;
            }
        };
        match events.last() {
            Some(newest) => {
                committed = Some(Instant::now());
                let lag = lag_of(newest);
                behind.set(lag.as_secs_f64());
                pool.lags(lag);
                writer.commit(pool, &events).await?;
            }
            None if stopping.is_some() => return Ok(()),
            None => {
                behind.set(0.0);
                pool.lags(Duration::ZERO);
            }
        }
        *failing = None;
        pool.goes_on();
        if writer.is_outdated(pool) {
            writer.refresh(pool).await?;
        }
        if trimmed.elapsed() > TRIM_EVERY && committed.is_some_and(|at| at > trimmed) {
            writer.trim(pool).await?;
            trimmed = Instant::now();
        }
        if stopping.is_some_and(|since| since.elapsed() > DRAIN) {
            return Ok(());
        }
    }
    Ok(())
}

fn lag_of(event: &Event) -> Duration {
    let ms = jiff::Timestamp::now().as_millisecond() - event.now_ms;
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_dropped_ten_seconds_after_the_ledger_had_them_whatever_their_ids_say() {
        let (start, mut passed) = (Instant::now(), Passed::default());
        // Redis's clock was an hour ahead and was set back: until it has caught up, only the second number counts on.
        let event = |seq| StreamId { ms: 3_600_000, seq };
        let mut note =
            |second: u32, lineage, seq| passed.note(start + Duration::from_secs(second.into()), lineage, event(seq));
        let dropped: Vec<_> = (0..10).map(|at| note(2 * at, 1, i64::from(at)).map(|event| event.seq)).collect();
        let nothing = std::iter::repeat_n(None, 5);
        assert_eq!(dropped, nothing.chain((0..5).map(Some)).collect::<Vec<_>>());
        assert_eq!(note(60, 1, 99), Some(event(9)), "after a pause, all of before it");
        assert_eq!(note(62, 2, 1), None, "ids of before the pool was opened anew are of another stream");
        assert_eq!(note(71, 2, 2), None);
        assert_eq!(note(72, 2, 3), Some(event(1)));
    }
}
