//! The only door to seats: hold, exchange, release, freeze, confirm, resize.
//!
//! While a hold is `held`, Redis leads and the ledger follows its events. Once it is frozen, the
//! ledger leads: confirmations and cancellations are committed there first.

#[doc(hidden)]
pub mod bench;
mod calls;
pub mod catalogue;
mod error;
pub mod figures;
mod lanes;
mod ready;
pub mod refused_keys;
mod seats;
pub mod tally;
mod upkeep;
pub mod waiting_list;
pub mod waiting_room;

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::hold::Hold;
use crate::ids::{ExamId, PoolId};
use crate::ledger::Ledger;
use crate::ledger::writers::WriterId;
use crate::pool::Pool;
use crate::pool::board::Board;
use crate::sitting::{Availability, Exam};
use crate::store::{Store, StoreError};
use crate::tls::fault_of;
use catalogue::{Catalogue, ExamEntry};
pub use error::HoldError;
use lanes::{Lanes, RunningPool};
pub use ready::NotReady;
use refused_keys::Refusals;
use tally::Tally;
use upkeep::{clocks, feed, keeper, offers, sweep};

/// Longest wait at the start for a Redis that is yet to start, and how often it is tried meanwhile.
const REDIS_WAIT: Duration = Duration::from_secs(60);
const REDIS_PAUSE: Duration = Duration::from_millis(250);

/// How the engine reaches its stores.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// `redis://host:port/`, `redis+unix:///path` or `redis+cluster://host:port,host:port`; encrypted as
    /// `rediss://host:port/?cacert=FILE`, or `rediss+cluster://…`.
    pub redis_url: String,
    /// The ledger's connections. The engine keeps one for itself and takes others while it asks something.
    pub postgres: deadpool_postgres::Pool,
}

/// The engine. Cloning is a reference count.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) ledger: Ledger,
    /// This process, among those that write ledgers.
    me: WriterId,
    health: keeper::Health,
    /// When the ledger was last looked at because somebody asked for what is not known here.
    looked: tokio::sync::Mutex<Option<Instant>>,
    catalogue: RwLock<Arc<Catalogue>>,
    pools: DashMap<PoolId, Arc<RunningPool>>,
    /// The waiting rooms that this process runs.
    waiting_rooms: DashMap<ExamId, Arc<waiting_room::WaitingRoom>>,
    /// One per exam; every board of the exam counts it up.
    changes: DashMap<ExamId, watch::Sender<u64>>,
    /// How often seats were asked for here, by exam; of exams that are there only.
    tallies: DashMap<ExamId, Arc<Tally>>,
    /// How far the clock of a store is away from ours, in ms: the one that is furthest away.
    clock_apart_ms: AtomicI64,
    /// Keys of the API that were refused here, until somebody writes them down.
    refused_keys: Refusals,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// The holds that a request for seats got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// One hold per sitting asked for, in that order.
    pub holds: Vec<Hold>,
    /// False when every one of them was there already.
    pub is_new: bool,
    /// Redis's clock when it decided.
    pub server_time: Timestamp,
}

/// Connects to Redis; waits for one that does not answer yet.
async fn open_store(url: &str) -> Result<Store, StoreError> {
    let since = Instant::now();
    let mut is_said = false;
    loop {
        match Store::open(url).await {
            Err(StoreError::Ambiguous(error)) => {
                if let Some(fault) = fault_of(&error) {
                    // Nothing gets better by waiting.
                    return Err(StoreError::Unexpected(fault.to_string()));
                }
                if since.elapsed() >= REDIS_WAIT {
                    return Err(StoreError::Ambiguous(error));
                }
                if !std::mem::replace(&mut is_said, true) {
                    tracing::warn!(%error, wait_seconds = REDIS_WAIT.as_secs(), "waiting for Redis");
                }
                tokio::time::sleep(REDIS_PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

impl Engine {
    /// Opens the stores, migrates the ledger, opens every pool, starts the background tasks.
    pub async fn start(config: EngineConfig) -> Result<Self, HoldError> {
        let ledger = Ledger::open(config.postgres).await?;
        let store = open_store(&config.redis_url).await?;
        let engine = Self {
            inner: Arc::new(Inner {
                store,
                ledger,
                me: WriterId::new(),
                health: keeper::Health::default(),
                looked: tokio::sync::Mutex::default(),
                catalogue: RwLock::default(),
                pools: DashMap::new(),
                waiting_rooms: DashMap::new(),
                changes: DashMap::new(),
                tallies: DashMap::new(),
                clock_apart_ms: AtomicI64::new(0),
                refused_keys: Refusals::default(),
                tasks: TaskTracker::new(),
                stop: CancellationToken::new(),
            }),
        };
        engine.reload_catalogue().await?;
        engine.inner.tasks.spawn(keeper::keep(engine.clone(), engine.inner.stop.clone()));
        match engine.open_all().await {
            // Part of a cluster may be away: its pools are opened when it is back, the others serve.
            Err(error) if !engine.inner.store.is_cluster() => {
                engine.inner.stop.cancel();
                return Err(error);
            }
            _ => {}
        }
        let watcher = engine.clone();
        engine.inner.tasks.spawn(async move { watcher.watch_catalogue().await });
        engine.inner.tasks.spawn(clocks::watch(engine.clone()));
        engine.inner.tasks.spawn(sweep::look(engine.clone()));
        Ok(engine)
    }

    /// Stops the background tasks, after everything Redis knows is in the ledger (at most 5 s).
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(Duration::from_secs(8), self.inner.tasks.wait()).await.is_err() {
            tracing::warn!("background tasks did not stop in time");
        }
    }

    /// All exams, by id.
    pub fn exams(&self) -> Vec<Arc<Exam>> {
        self.catalogue().exams().into_iter().map(|entry| entry.exam.clone()).collect()
    }

    /// The exam of this id, if this process knows it.
    pub fn exam(&self, exam: &ExamId) -> Option<Arc<Exam>> {
        self.catalogue().exam(exam).map(|entry| entry.exam.clone())
    }

    /// What is free now, by sitting number; from memory.
    pub fn availability(&self, exam: &ExamId) -> Result<Vec<Availability>, HoldError> {
        let entry = self.entry(exam)?;
        let mut availability = Vec::with_capacity(entry.sittings.len());
        for pool in self.pools_of(exam) {
            let of_pool = entry.sittings.iter().filter(|sitting| sitting.spec.pool.as_ref() == Some(&pool.id));
            availability.extend(pool.board.availability(of_pool));
        }
        availability.sort_by_key(|availability| availability.sitting.number);
        Ok(availability)
    }

    /// Wakes when [`Self::availability`] of the exam changes. The value is a version.
    pub fn watch(&self, exam: &ExamId) -> Result<watch::Receiver<u64>, HoldError> {
        self.entry(exam)?;
        Ok(self.changes_of(exam).subscribe())
    }

    /// Changes whenever [`Self::availability`] of the exam does.
    pub fn version(&self, exam: &ExamId) -> (i64, u64) {
        let changes = self.inner.changes.get(exam).map(|changes| *changes.borrow());
        (self.catalogue().revision, changes.unwrap_or_default())
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.inner.catalogue.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn entry(&self, exam: &ExamId) -> Result<Arc<ExamEntry>, HoldError> {
        self.catalogue().exam(exam).cloned().ok_or_else(|| HoldError::UnknownExam(exam.clone()))
    }

    fn pools_of(&self, exam: &ExamId) -> Vec<Arc<RunningPool>> {
        self.inner.pools.iter().filter(|pool| pool.exam == *exam).map(|pool| pool.value().clone()).collect()
    }

    /// What counts the changes of all boards of the exam: a viewer of 31 pools costs no more than one of one.
    /// Of exams that are there only.
    fn changes_of(&self, exam: &ExamId) -> watch::Sender<u64> {
        self.inner.changes.entry(exam.clone()).or_default().clone()
    }

    fn pool(&self, id: &PoolId) -> Result<Arc<RunningPool>, HoldError> {
        let pool = self.inner.pools.get(id).map(|pool| pool.value().clone());
        pool.ok_or_else(|| HoldError::Unavailable(format!("pool {id} is not open")))
    }

    /// The numbers of the pool's sittings.
    fn numbers_of(&self, pool: &Pool) -> Vec<i32> {
        let catalogue = self.catalogue();
        let sittings = catalogue.exam(&pool.exam).map(|entry| entry.sittings.as_slice()).unwrap_or_default();
        let of_pool = sittings.iter().filter(|sitting| sitting.spec.pool.as_ref() == Some(&pool.id));
        of_pool.map(|sitting| sitting.number.0).collect()
    }

    /// The pool, with its background tasks running.
    fn ensure_pool(&self, id: PoolId, exam: ExamId) -> Arc<RunningPool> {
        let entry = self.inner.pools.entry(id.clone());
        let mut is_new = false;
        let running = entry
            .or_insert_with(|| {
                is_new = true;
                let mut pool = Pool::new(id, exam);
                pool.board = Board::announcing(self.changes_of(&pool.exam));
                let pool = Arc::new(pool);
                let lanes = Lanes::open(self, &pool);
                Arc::new(RunningPool { pool, lanes })
            })
            .clone();
        if is_new {
            let Inner { tasks, stop, store, ledger, me, .. } = &*self.inner;
            let pool = &running.pool;
            tasks.spawn(crate::sync::run(store.clone(), ledger.clone(), *me, pool.clone(), stop.clone()));
            tasks.spawn(feed::feed(self.clone(), pool.clone(), stop.clone()));
            tasks.spawn(sweep::sweep(self.clone(), pool.clone(), stop.clone()));
            tasks.spawn(sweep::finish(self.clone(), running.clone(), stop.clone()));
            tasks.spawn(offers::offer(self.clone(), running.clone(), stop.clone()));
        }
        running
    }
}
