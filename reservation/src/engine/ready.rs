//! Can this process give out seats? Each part of a seat's way is tried, and the first that fails is named.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::engine::Engine;
use crate::engine::lanes::RunningPool;
use crate::pool::Pool;

/// Longest trial of one pool's Redis.
const TRIAL_WAIT: Duration = Duration::from_secs(2);
/// A ledger that stands still for less may be about to go on.
const STUCK_FOR: Duration = Duration::from_secs(3);
/// Asked often and of many pools, each question tries the next of them.
static TURN: AtomicUsize = AtomicUsize::new(0);

/// A part of a seat's way is not there now.
#[derive(Debug, thiserror::Error)]
#[error("{part} is not ready: {why}")]
pub struct NotReady {
    /// The first part that failed: `ledger`, `pool`, `redis` or `sync`.
    pub part: &'static str,
    /// What is known of the cause, for a log; names of pools and what a store said, never a person.
    pub why: String,
}

impl Engine {
    /// Tries what a seat needs: the ledger has taken a write of this process a moment ago, every pool is open, the Redis
    /// that is trusted with a pool, another one each time, takes a write, and the ledger of every pool goes on. In this
    /// order, because a ledger whose Redis is away stands still, too, and the cause is told.
    ///
    /// Of a cluster a part is enough: were every process to call itself unready because one primary is away, nobody
    /// would be sent to the pools of the others.
    pub async fn is_ready(&self) -> Result<(), NotReady> {
        self.inner.health.check().map_err(|why| not_ready("ledger", &why))?;
        let pools: Vec<Arc<RunningPool>> = self.inner.pools.iter().map(|pool| pool.value().clone()).collect();
        if pools.is_empty() {
            return self.inner.store.ping().await.map_err(|error| not_ready("redis", &error));
        }
        let is_cluster = self.inner.store.is_cluster();
        let closed: Vec<NotReady> = pools.iter().filter_map(|pool| pool.closed()).collect();
        let still: Vec<NotReady> = pools.iter().filter_map(|pool| pool.still()).collect();
        // A pool that is not open has no ledger that could stand still.
        let is_any_good = closed.len() + still.len() < pools.len();
        let is_enough = is_cluster && is_any_good;
        if let Some(why) = closed.into_iter().next_back().filter(|_| !is_enough) {
            return Err(why);
        }
        let first = TURN.fetch_add(1, Ordering::Relaxed);
        let tried = if is_cluster { pools.len() } else { 1 };
        let mut outcome = Ok(());
        for at in 0..tried {
            outcome = self.try_redis(&pools[(first + at) % pools.len()]).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome?;
        still.into_iter().next_back().filter(|_| !is_enough).map_or(Ok(()), Err)
    }

    async fn try_redis(&self, pool: &Pool) -> Result<(), NotReady> {
        match tokio::time::timeout(TRIAL_WAIT, self.inner.store.try_write(&pool.keys)).await {
            Ok(outcome) => outcome.map_err(|error| not_ready("redis", &format!("pool {}: {error}", pool.id))),
            Err(_) => Err(not_ready("redis", &format!("pool {}: no answer", pool.id))),
        }
    }
}

impl Pool {
    /// Tells that the pool is not open, if so.
    fn closed(&self) -> Option<NotReady> {
        (self.epochs().epoch == 0).then(|| not_ready("pool", &format!("pool {} is not open", self.id)))
    }

    /// Tells that the ledger of the pool, which is open, stands still, if so, and why.
    fn still(&self) -> Option<NotReady> {
        let (since, why) = self.stuck().filter(|_| self.epochs().epoch != 0)?;
        let is_stuck = since > STUCK_FOR;
        is_stuck.then(|| not_ready("sync", &format!("the ledger of pool {} stands still: {why}", self.id)))
    }
}

fn not_ready(part: &'static str, why: &dyn std::fmt::Display) -> NotReady {
    NotReady { part, why: why.to_string() }
}
