//! When a key was used last: an atomic number in memory, and from there in the ledger, at once for the first use and then once a
//! minute. Requests wait for none of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use crate::engine::Engine;
use crate::ledger::api_keys::{self, KeyId};

/// Between two lines about one key in the ledger, by one process.
const EVERY: Duration = Duration::from_secs(60);
/// Longest wait for the ledger; the next round tries again.
const WAIT: Duration = Duration::from_secs(2);
/// The second of a key that was not used here yet.
const NEVER: i64 = i64::MIN;

/// When one key was used last in this process.
#[derive(Debug)]
pub(super) struct LastUse {
    pub(super) key: KeyId,
    /// In seconds since 1970.
    second: AtomicI64,
    /// Does a task carry it to the ledger?
    is_carried: AtomicBool,
}

impl LastUse {
    pub(super) fn new(key: KeyId) -> Self {
        Self { key, second: AtomicI64::new(NEVER), is_carried: AtomicBool::new(false) }
    }

    /// It is used in this second. Written only when it changes: all callers of a key share the line of memory.
    pub(super) fn at(&self, now: i64) {
        if self.second.load(Ordering::Relaxed) != now {
            self.second.store(now, Ordering::Relaxed);
        }
    }

    /// The second in which it was last used.
    pub(super) fn second(&self) -> i64 {
        self.second.load(Ordering::Relaxed)
    }

    /// Has it carried to the ledger, unless that goes on already.
    pub(super) fn carry(self: &Arc<Self>, engine: &Engine) {
        if !self.is_carried.load(Ordering::Relaxed) && !self.is_carried.swap(true, Ordering::AcqRel) {
            engine.inner.tasks.spawn(carry(engine.clone(), self.clone()));
        }
    }
}

/// Carries the last use to the ledger, now and once a minute while the key is used; a stop waits for the last line.
async fn carry(engine: Engine, used: Arc<LastUse>) {
    let mut written = NEVER;
    loop {
        let second = used.second();
        if second > written && write(&engine, used.key, second).await {
            written = second;
        }
        tokio::select! {
            biased;
            () = engine.inner.stop.cancelled() => {
                let last = used.second();
                if last > written {
                    write(&engine, used.key, last).await;
                }
                return;
            }
            () = tokio::time::sleep(EVERY) => {}
        }
        if used.second() == written {
            used.is_carried.store(false, Ordering::Release);
            // A use in between saw that it was carried: then this task goes on, unless another has begun.
            if used.second() == written || used.is_carried.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

/// Did the ledger take it?
async fn write(engine: &Engine, key: KeyId, second: i64) -> bool {
    let Ok(at) = Timestamp::from_second(second) else { return true };
    let writing = async {
        let client = engine.inner.ledger.client().await?;
        api_keys::note_use(&**client, key, at).await
    };
    match tokio::time::timeout(WAIT, writing).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::debug!(%error, key = key.0, "when a key was last used is written down later");
            false
        }
        Err(_) => false,
    }
}
