//! The queues of one pool, one per script, so that a rush of new holds cannot keep payments waiting.

pub(super) mod coalesce;

use std::ops::Deref;
use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::lanes::coalesce::Lane;
use crate::ids::Reference;
use crate::ledger::holds::decide::Confirmed;
use crate::pool::Pool;
use crate::store::reply::{FreezeAnswer, HoldAnswer, ReleaseAnswer, Reply, SettleAnswer};
use crate::store::{FreezeRequest, HoldRequest, Place, WaitAnswer, WaitRequest};

/// A pool that the engine runs, with the queues in front of its scripts.
#[derive(Debug)]
pub(super) struct RunningPool {
    pub(super) pool: Arc<Pool>,
    pub(super) lanes: Lanes,
}

impl Deref for RunningPool {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        &self.pool
    }
}

/// What the ledger said to one wish to confirm.
#[derive(Debug, Clone)]
pub(super) enum Decided {
    /// The decision of the ledger on the wish.
    Said(Confirmed),
    /// The sitting has no seat left to confirm.
    Overbooked,
}

/// A pool's lanes.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) hold: Lane<HoldRequest, HoldAnswer>,
    pub(super) release: Lane<Place, ReleaseAnswer>,
    pub(super) freeze: Lane<FreezeRequest, FreezeAnswer>,
    pub(super) settle: Lane<(Place, bool), SettleAnswer>,
    pub(super) wait: Lane<WaitRequest, WaitAnswer>,
    /// In front of the ledger: confirmations of one moment share a transaction.
    pub(super) confirm: Lane<(Place, Reference), Decided>,
}

impl Lanes {
    /// Opens the lanes of `pool`.
    pub(super) fn open(engine: &Engine, pool: &Arc<Pool>) -> Self {
        let (tasks, stop) = (&engine.inner.tasks, &engine.inner.stop);
        let both = || (engine.clone(), pool.clone());
        let (hold, release, freeze, settle, wait, confirm) = (both(), both(), both(), both(), both(), both());
        Self {
            hold: Lane::open("hold", tasks, stop, move |requests| {
                let (engine, pool) = hold.clone();
                async move { engine.hold_in_redis(&pool, &requests).await }
            }),
            release: Lane::open("release", tasks, stop, move |places| {
                let (engine, pool) = release.clone();
                async move {
                    let store = &engine.inner.store;
                    engine.call(&pool, |moment| store.release(&pool.keys, moment, &places)).await
                }
            }),
            freeze: Lane::open("freeze", tasks, stop, move |requests| {
                let (engine, pool) = freeze.clone();
                async move {
                    let store = &engine.inner.store;
                    engine.call(&pool, |moment| store.freeze(&pool.keys, moment, &requests)).await
                }
            }),
            settle: Lane::open("settle", tasks, stop, move |decided| {
                let (engine, pool) = settle.clone();
                async move {
                    let store = &engine.inner.store;
                    engine.call(&pool, |moment| store.settle(&pool.keys, moment, &decided)).await
                }
            }),
            wait: Lane::open("wait", tasks, stop, move |requests| {
                let (engine, pool) = wait.clone();
                async move { engine.wait_in_redis(&pool, &requests).await }
            }),
            confirm: Lane::open("confirm", tasks, stop, move |wishes| {
                let (engine, pool) = confirm.clone();
                async move {
                    let answers = engine.decide(&pool, &wishes).await?;
                    Ok((Reply { event: None, now_ms: 0, free: Vec::new(), answers }, 0))
                }
            }),
        }
    }
}
