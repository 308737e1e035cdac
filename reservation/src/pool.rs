//! One pool as this process knows it: under which epoch, how far the ledger is, what is free.

pub mod board;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::ids::{ExamId, PoolId};
use crate::ledger::pools::PoolRow;
use crate::pool::board::Board;
use crate::store::event::StreamId;
use crate::store::keys::PoolKeys;

/// Longest wait for the ledger to have an event.
const LEDGER_WAIT: Duration = Duration::from_secs(5);

/// Under which epoch a pool may be asked, and since which restore its event ids compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Epochs {
    /// 0 before the pool was opened.
    pub epoch: i64,
    /// The epoch under which Redis was last opened: events of before may be lost while later ones are not.
    pub lineage: i64,
}

/// How far the ledger has come, within a lineage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// The lineage that the id belongs to.
    pub lineage: i64,
    /// The newest event in the ledger.
    pub event: StreamId,
}

/// Why the ledger was not seen to have an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReached {
    /// The pool was opened anew meanwhile; the event may be lost.
    #[error("the pool was opened anew meanwhile")]
    Restored,
    /// The ledger did not have the event in time.
    #[error("the ledger is behind")]
    TooSlow,
}

/// Since when the pool's ledger stands still, and why.
#[derive(Debug, Clone)]
struct Stuck {
    since: Instant,
    why: String,
}

/// A pool: what this process knows of it, and what its tasks tell each other.
#[derive(Debug)]
pub struct Pool {
    /// The pool's id.
    pub id: PoolId,
    /// The exam it belongs to.
    pub exam: ExamId,
    /// Its keys in Redis.
    pub keys: PoolKeys,
    /// The board: what is free in the pool, from memory.
    pub board: Board,
    epochs: Mutex<Epochs>,
    reached: watch::Sender<Reached>,
    /// Only one task of this process opens the pool at a time.
    pub(crate) opening: tokio::sync::Mutex<()>,
    /// Wakes the board's feed after a restore.
    pub(crate) restored: tokio::sync::Notify,
    /// Wakes the ledger's writer when somebody begins to wait for it.
    pub(crate) hurry: tokio::sync::Notify,
    /// Does this process write the pool's ledger?
    pub(crate) writes: watch::Sender<bool>,
    stuck: Mutex<Option<Stuck>>,
    /// Was something left half done that `finish` should look at?
    unfinished: AtomicBool,
    /// The time at which this process gave up writing the pool, if it did.
    resigned: Mutex<Option<Instant>>,
    /// When this process learned that the pool was opened the last time.
    opened_at: Mutex<Option<Timestamp>>,
    /// How old the newest event was, in ms, when this process wrote it to the ledger; 0 while there is none to write.
    lag_ms: AtomicU64,
}

impl Pool {
    /// A pool that was not opened yet.
    pub fn new(id: PoolId, exam: ExamId) -> Self {
        Self {
            keys: PoolKeys::of(&id),
            id,
            exam,
            board: Board::default(),
            epochs: Mutex::default(),
            reached: watch::Sender::default(),
            opening: tokio::sync::Mutex::default(),
            restored: tokio::sync::Notify::new(),
            hurry: tokio::sync::Notify::new(),
            writes: watch::Sender::new(false),
            stuck: Mutex::default(),
            unfinished: AtomicBool::new(false),
            resigned: Mutex::default(),
            opened_at: Mutex::default(),
            lag_ms: AtomicU64::new(0),
        }
    }

    /// The epoch and the lineage under which the pool is to be asked now.
    pub fn epochs(&self) -> Epochs {
        *self.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what the ledger's row says of the pool, unless this process knows a later epoch.
    pub fn take_over(&self, row: &PoolRow) {
        let mut epochs = self.epochs.lock().unwrap_or_else(PoisonError::into_inner);
        if row.epoch < epochs.epoch {
            return;
        }
        let is_new = epochs.lineage != row.lineage;
        *epochs = Epochs { epoch: row.epoch, lineage: row.lineage };
        drop(epochs);
        self.reach(row.lineage, row.cursor);
        if is_new {
            *self.opened_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Timestamp::now());
            self.restored.notify_waiters();
        }
    }

    /// Tells everybody who waits how far the ledger is.
    pub fn reach(&self, lineage: i64, event: StreamId) {
        self.reached.send_if_modified(|reached| {
            let next = Reached { lineage, event };
            let is_later = (next.lineage, next.event) > (reached.lineage, reached.event);
            if is_later {
                *reached = next;
            }
            is_later
        });
    }

    /// Does anybody wait for the ledger?
    pub fn has_waiters(&self) -> bool {
        self.reached.receiver_count() > 0
    }

    /// Waits until the ledger has `event`, which was written in `lineage`.
    pub async fn wait_for(&self, lineage: i64, event: StreamId) -> Result<(), NotReached> {
        let mut reached = self.reached.subscribe();
        self.hurry.notify_one();
        let arrived = reached.wait_for(|reached| reached.lineage > lineage || reached.event >= event);
        match tokio::time::timeout(LEDGER_WAIT, arrived).await {
            Ok(Ok(reached)) if reached.lineage == lineage => Ok(()),
            Ok(Ok(_)) => Err(NotReached::Restored),
            Ok(Err(_)) | Err(_) => Err(NotReached::TooSlow),
        }
    }

    /// Is this process the one that writes the pool's ledger?
    pub fn is_writer(&self) -> bool {
        *self.writes.borrow()
    }

    /// Makes this process the pool's writer, or takes that away; wakes the task that writes when it changes.
    pub(crate) fn set_writer(&self, writes: bool) {
        self.writes.send_if_modified(|now| std::mem::replace(now, writes) != writes);
    }

    /// This process gives up writing the pool, though nobody has taken it yet.
    pub(crate) fn resign(&self) {
        *self.resigned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.set_writer(false);
    }

    /// Has this process given up writing the pool within the last `within`?
    pub(crate) fn has_resigned(&self, within: Duration) -> bool {
        let resigned = self.resigned.lock().unwrap_or_else(PoisonError::into_inner);
        resigned.is_some_and(|at| at.elapsed() < within)
    }

    /// The ledger of the pool cannot be written now.
    pub(crate) fn stands_still(&self, why: &impl ToString) {
        let mut stuck = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        let since = stuck.as_ref().map_or_else(Instant::now, |stuck| stuck.since);
        *stuck = Some(Stuck { since, why: why.to_string() });
    }

    /// The ledger of the pool is written again, or others do that.
    pub(crate) fn goes_on(&self) {
        *self.stuck.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Since how long the pool's ledger stands still, and why, if it does.
    pub fn stuck(&self) -> Option<(Duration, String)> {
        let stuck = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        stuck.as_ref().map(|stuck| (stuck.since.elapsed(), stuck.why.clone()))
    }

    /// When the pool was opened the last time, as far as this process knows: adopted, or restored from the ledger.
    pub fn opened_at(&self) -> Option<Timestamp> {
        *self.opened_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how old the newest event is that the ledger is about to have; zero when there is none.
    pub(crate) fn lags(&self, by: Duration) {
        self.lag_ms.store(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How far the ledger is behind, where this process writes it: by the age of the newest event, or since when it
    /// stands still. Zero where another process writes it.
    pub fn lag(&self) -> Duration {
        if !self.is_writer() {
            return Duration::ZERO;
        }
        let stuck = self.stuck().map_or(Duration::ZERO, |(since, _)| since);
        stuck.max(Duration::from_millis(self.lag_ms.load(Ordering::Relaxed)))
    }

    /// Lets `finish` look at the pool.
    pub(crate) fn leave_unfinished(&self) {
        self.unfinished.store(true, Ordering::Relaxed);
    }

    /// Is there something to finish? Asked once: whoever asks goes and looks.
    pub(crate) fn take_unfinished(&self) -> bool {
        self.unfinished.swap(false, Ordering::Relaxed)
    }
}
