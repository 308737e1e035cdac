//! What this process and the ledger tell each other of all pools at once: who writes which, how far others have
//! brought them, and where something was left half done. One connection, a few questions a second however many pools
//! there are.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::engine::upkeep::sweep;
use crate::ids::PoolId;
use crate::ledger::pools::PoolRow;
use crate::ledger::writers::{self, LEASE, WriterId};
use crate::ledger::{LedgerError, holds, pools};
use crate::pool::Pool;

/// How often the lease is renewed and all pools are looked at.
const ROUND: Duration = Duration::from_secs(1);
/// How often the pools are looked at that another process writes, and that somebody here waits for.
const FOLLOW: Duration = Duration::from_millis(200);
const FOLLOW_WAITED: Duration = Duration::from_millis(10);
/// Longest wait for the answers of one round.
const ROUND_WAIT: Duration = Duration::from_secs(2);
/// For so long a pool that was given up is left to the other processes.
const RESIGNED_FOR: Duration = Duration::from_secs(2);
/// Longest wait at a stop until the writers have brought their ledgers up to date.
const DRAIN_WAIT: Duration = Duration::from_secs(6);

/// `finish` is sent so long before it may act, so that it is there when it may.
const AHEAD_SECONDS: f64 = 1.5;

const _: () = assert!(LEASE.as_millis() > 2 * ROUND.as_millis(), "one round may fail");

/// How it stands between this process and the ledger.
#[derive(Debug, Default)]
pub(in crate::engine) struct Health(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    /// When the ledger last took a write of this process.
    taken_at: Option<Instant>,
    /// The reason why the ledger has not taken a write since, if one was tried.
    why_not: Option<String>,
}

impl Health {
    fn set(&self, outcome: Result<Instant, String>) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(at) => *heard = Heard { taken_at: Some(at), why_not: None },
            Err(why) => heard.why_not = Some(why),
        }
    }

    /// Has the ledger taken a write of this process for as long as a lease lasts? Else why not. One round that failed says
    /// nothing yet: of several processes that share a ledger all would call themselves unready together.
    pub(in crate::engine) fn check(&self) -> Result<(), String> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (heard.taken_at, &heard.why_not) {
            (Some(at), _) if at.elapsed() < LEASE => Ok(()),
            (_, Some(why)) => Err(why.clone()),
            (Some(_), None) => Err("the ledger has not answered for some seconds".to_owned()),
            (None, None) => Err("the ledger has not been asked yet".to_owned()),
        }
    }
}

struct Keeper {
    engine: Engine,
    me: WriterId,
    /// Kept from round to round: while its session lives, nobody doubts that this process does.
    client: Option<Object>,
}

/// Keeps this process's lease and its pools until `stop`, and gives them back when their ledgers are up to date.
pub(in crate::engine) async fn keep(engine: Engine, stop: CancellationToken) {
    let me = engine.inner.me;
    let mut keeper = Keeper { engine, me, client: None };
    let mut due = Instant::now();
    while !stop.is_cancelled() {
        if Instant::now() >= due {
            due = Instant::now() + ROUND;
            keeper.round().await;
        } else {
            keeper.follow().await;
        }
        let pause = keeper.pause().min(due.saturating_duration_since(Instant::now()));
        tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(pause) => {} }
    }
    let since = Instant::now();
    while keeper.engine.inner.pools.iter().any(|pool| pool.is_writer()) && since.elapsed() < DRAIN_WAIT {
        if Instant::now() >= due {
            due = Instant::now() + ROUND;
            keeper.renew().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    keeper.end().await;
}

impl Keeper {
    /// Asks on the connection that is kept, or a new one, and gives it up when no answer comes.
    async fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&Object) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let client = match self.client.take() {
            Some(client) => client,
            None => self.engine.inner.ledger.client().await?,
        };
        let outcome = tokio::time::timeout(ROUND_WAIT, question(&client)).await;
        match outcome {
            Ok(Ok(answer)) => {
                self.client = Some(client);
                Ok(answer)
            }
            outcome => self.engine.inner.ledger.heard(client, outcome),
        }
    }

    async fn round(&mut self) {
        let me = self.me;
        let resigned: Vec<PoolId> = {
            let pools = self.engine.inner.pools.iter();
            pools.filter(|pool| pool.has_resigned(RESIGNED_FOR)).map(|pool| pool.id.clone()).collect()
        };
        let except: Vec<&str> = resigned.iter().map(PoolId::as_str).collect();
        let asked = self.ask(async |client| {
            writers::renew(&***client, me).await?;
            pools::claim(&***client, me, &except).await?;
            let rows = pools::rows(&***client, None).await?;
            Ok((rows, holds::unfinished(&***client, sweep::FINISH_AFTER_SECONDS - AHEAD_SECONDS).await?))
        });
        let outcome = match asked.await {
            Ok((rows, unfinished)) => {
                self.take_over(&rows);
                self.leave_unfinished(&unfinished);
                Ok(Instant::now())
            }
            Err(error) => {
                tracing::warn!(%error, "the ledger cannot be asked who writes what");
                Err(error.to_string())
            }
        };
        self.engine.inner.health.set(outcome);
    }

    async fn renew(&mut self) {
        let me = self.me;
        if let Err(error) = self.ask(async |client| writers::renew(&***client, me).await).await {
            tracing::debug!(%error, "the lease is not renewed");
        }
    }

    /// Looks at the pools that others write; between two rounds.
    async fn follow(&mut self) {
        let followed: Vec<PoolId> = {
            let pools = self.engine.inner.pools.iter().filter(|pool| !pool.is_writer());
            let waited: Vec<_> = pools.map(|pool| (pool.has_waiters(), pool.id.clone())).collect();
            let any_waits = waited.iter().any(|(waits, _)| *waits);
            waited.into_iter().filter(|(waits, _)| *waits || !any_waits).map(|(_, id)| id).collect()
        };
        if followed.is_empty() {
            return;
        }
        let ids: Vec<&str> = followed.iter().map(PoolId::as_str).collect();
        match self.ask(async |client| pools::rows(&***client, Some(&ids)).await).await {
            Ok(rows) => self.take_over(&rows),
            Err(error) => tracing::debug!(%error, "others' pools cannot be looked at"),
        }
    }

    fn take_over(&self, rows: &[(PoolId, PoolRow)]) {
        for (id, row) in rows {
            if let Some(pool) = self.engine.inner.pools.get(id) {
                pool.take_over(row);
                pool.set_writer(row.writer == Some(self.me));
                if row.writer.is_some_and(|writer| writer != self.me) {
                    // Whether it goes on is the other one's to say.
                    pool.goes_on();
                }
            }
        }
    }

    /// Sends `finish` to the pools where the ledger has something for it, or where Redis has another capacity.
    fn leave_unfinished(&self, unfinished: &[(crate::ids::ExamId, crate::ids::SittingNumber)]) {
        let catalogue = self.engine.catalogue();
        for (exam, number) in unfinished {
            let sitting = catalogue.exam(exam).and_then(|entry| entry.numbered(*number));
            if let Some(pool) = sitting.and_then(|sitting| sitting.spec.pool.as_ref())
                && let Some(pool) = self.engine.inner.pools.get(pool)
            {
                pool.leave_unfinished();
            }
        }
        for entry in catalogue.exams() {
            for sitting in &entry.sittings {
                let Some(pool) = sitting.spec.pool.as_ref() else { continue };
                let Some(pool) = self.engine.inner.pools.get(pool) else { continue };
                if pool.board.capacity(sitting.number) != Some(i64::from(sitting.spec.capacity)) {
                    pool.leave_unfinished();
                }
            }
        }
    }

    /// How long until the followed pools are looked at again.
    fn pause(&self) -> Duration {
        let pools = || self.engine.inner.pools.iter();
        let follows = |pool: &Pool| !pool.is_writer();
        if pools().any(|pool| follows(&pool) && pool.has_waiters()) {
            FOLLOW_WAITED
        } else if pools().any(|pool| follows(&pool)) {
            FOLLOW
        } else {
            ROUND
        }
    }

    /// Gives the pools and the lease back, so that nobody has to wait for its end.
    async fn end(mut self) {
        let me = self.me;
        let ended = self.ask(async |client| {
            pools::resign(&***client, me, None).await?;
            writers::end(&***client, me).await
        });
        if let Err(error) = ended.await {
            tracing::warn!(%error, "the lease could not be given back; it ends by itself");
        }
    }
}
