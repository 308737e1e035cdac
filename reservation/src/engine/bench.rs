//! The coalescer by itself, for benchmarks: a lane in front of a call that answers at once.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::lanes::coalesce::Lane;
use crate::store::reply::Reply;

/// Answers every number with itself. Its tasks end with it.
#[derive(Debug)]
pub struct Echo {
    lane: Lane<u64, u64>,
    stop: CancellationToken,
}

impl Echo {
    /// Opens the lane; to be called inside a runtime.
    pub fn open() -> Self {
        let stop = CancellationToken::new();
        let lane = Lane::open("bench", &TaskTracker::new(), &stop, |numbers: Vec<u64>| async move {
            Ok((Reply { event: None, now_ms: 0, free: Vec::new(), answers: numbers }, 1))
        });
        Self { lane, stop }
    }

    /// Asks, together with whoever else is waiting; `None` when the lane refused.
    pub async fn ask(&self, number: u64) -> Option<u64> {
        self.lane.ask(number).await.ok().map(|answered| answered.answer)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
