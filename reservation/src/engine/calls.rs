//! Calling Redis: under the right epoch, again when no answer came, and only a pool that is open.

use std::time::{Duration, Instant};

use metrics::{counter, histogram};

use crate::engine::upkeep::feed;
use crate::engine::{Engine, HoldError, Inner};
use crate::ledger::pools;
use crate::pool::Pool;
use crate::restore;
use crate::store::reply::Reply;
use crate::store::{CALL_LIFE, Moment, StoreError};

/// How long a request keeps asking while Redis is away, before it is told to come again.
const CALL_WAIT: Duration = Duration::from_secs(3);

const _: () = assert!(CALL_LIFE.as_secs() < CALL_WAIT.as_secs(), "there is time to ask again");

impl Engine {
    /// Calls a script of `pool`, opening the pool where that is what it lacks; answers the reply and
    /// the lineage it belongs to. An unanswered call is repeated: every script is idempotent, and the link over which
    /// it is repeated has seen to it that the call before was carried out or never will be. No call begins in Redis
    /// after the caller was told to come again.
    pub(crate) async fn call<A, F>(
        &self,
        pool: &Pool,
        script: impl Fn(Moment) -> F,
    ) -> Result<(Reply<A>, i64), HoldError>
    where
        F: Future<Output = Result<Reply<A>, StoreError>>,
    {
        let until = Instant::now() + CALL_WAIT;
        let mut pause = Duration::from_millis(5);
        loop {
            let epochs = pool.epochs();
            let fault = if epochs.epoch == 0 {
                StoreError::Missing
            } else {
                let started = Instant::now();
                let life = until.saturating_duration_since(started).min(CALL_LIFE);
                match script(Moment { life, ..Moment::now(epochs.epoch) }).await {
                    Ok(reply) => {
                        histogram!("seathold_script_seconds").record(started.elapsed().as_secs_f64());
                        pool.board.note(&reply.free, reply.event);
                        return Ok((reply, epochs.lineage));
                    }
                    Err(error) => error,
                }
            };
            counter!("seathold_script_faults_total").increment(1);
            let mended = match &fault {
                StoreError::Missing | StoreError::Fenced => self.reopen(pool, epochs.epoch, false).await,
                StoreError::ScriptsGone => self.reopen(pool, epochs.epoch, true).await,
                StoreError::Unverified => self.reopen_elsewhere(pool).await,
                StoreError::Ambiguous(_) | StoreError::Late { .. } => Ok(()),
                StoreError::Behind => return Err(fault.into()),
                StoreError::Unexpected(what) => {
                    tracing::error!(pool = %pool.id, what, "Redis said what it never should");
                    return Err(fault.into());
                }
            };
            if Instant::now() > until {
                return Err(mended.err().unwrap_or_else(|| fault.into()));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }

    /// Asks Redis something that changes nothing; again while the connection is broken, or until the
    /// pool's sweep has opened it.
    pub(super) async fn ask<T, F>(&self, question: impl Fn() -> F) -> Result<T, HoldError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let until = Instant::now() + CALL_WAIT;
        loop {
            match question().await {
                Err(StoreError::Ambiguous(_) | StoreError::Late { .. } | StoreError::Unverified)
                    if Instant::now() < until =>
                {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                answer => return Ok(answer?),
            }
        }
    }

    /// Opens a pool that was found closed under `epoch`, unless another task has done it by now.
    async fn reopen(&self, pool: &Pool, epoch: i64, must_verify: bool) -> Result<(), HoldError> {
        let _one = pool.opening.lock().await;
        if pool.epochs().epoch == epoch {
            self.open(pool, must_verify).await?;
        }
        Ok(())
    }

    /// Opens a pool that another Redis process has now, unless another task has done it by now.
    async fn reopen_elsewhere(&self, pool: &Pool) -> Result<(), HoldError> {
        let _one = pool.opening.lock().await;
        if !self.inner.store.is_trusted(&pool.keys) {
            self.open(pool, false).await?;
        }
        Ok(())
    }

    async fn open(&self, pool: &Pool, must_verify: bool) -> Result<(), HoldError> {
        let Inner { store, ledger, me, .. } = &*self.inner;
        let row = restore::open_pool(store, ledger, pool, *me, must_verify).await?;
        pool.take_over(&row);
        // So that the first page after it is right; the feed goes on from there.
        feed::reset(self, pool).await?;
        Ok(())
    }

    /// Opens every pool at the start, boards and all; answers the last fault after it has tried them all.
    pub(super) async fn open_all(&self) -> Result<(), HoldError> {
        let mut outcome = Ok(());
        for (id, exam) in pools::all(&**self.inner.ledger.client().await?).await? {
            let pool = self.ensure_pool(id, exam);
            let _one = pool.opening.lock().await;
            // Even if its row in the ledger was read by now: nothing is on the board yet.
            if let Err(error) = self.open(&pool, false).await {
                tracing::warn!(pool = %pool.id, %error, "the pool is not open yet");
                outcome = Err(error);
            }
        }
        outcome
    }
}
