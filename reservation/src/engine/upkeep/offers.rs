//! Offers: seats that are there for a waiting list become holds of those who wait longest.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use metrics::{counter, gauge};
use tokio_util::sync::CancellationToken;

use crate::engine::catalogue::ExamEntry;
use crate::engine::lanes::RunningPool;
use crate::engine::{Engine, HoldError};
use crate::ids::SittingNumber;
use crate::pool::Pool;
use crate::store::Moment;

/// How long a seat that came back waits for its offer, at most, beside one script call.
const OFFER_EVERY: Duration = Duration::from_millis(500);
/// Where no seat may be given out, what was kept is given to everybody; so often it is looked whether there is any.
const CLOSED_EVERY: Duration = Duration::from_secs(5);

/// So often it is counted how many wait.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// Offers until `stop`, as long as this process is the pool's writer: one process a pool is enough, and should two
/// believe that they are it, each offer is still one call.
pub(in crate::engine) async fn offer(engine: Engine, pool: Arc<RunningPool>, stop: CancellationToken) {
    let (mut pause, mut counts) = (OFFER_EVERY, Counts::default());
    loop {
        tokio::select! { () = stop.cancelled() => return, () = tokio::time::sleep(pause) => {} }
        pause = OFFER_EVERY;
        let Ok(entry) = engine.entry(&pool.exam) else { continue };
        if entry.last_waiting_list.is_none() || !pool.is_writer() || pool.epochs().epoch == 0 {
            // Another process counts them now: summed over processes nobody is there twice.
            counts.nobody(&pool);
            continue;
        }
        let open = open_sittings(&entry, &pool, Timestamp::now());
        if open.is_empty() {
            pause = CLOSED_EVERY;
        }
        match engine.offer_in_redis(&entry, &pool, &open).await {
            // Much comes back at once: not one moment is lost.
            Ok(true) => pause = Duration::ZERO,
            Ok(false) => {}
            Err(error) => tracing::debug!(pool = %pool.id, %error, "no seats are offered now"),
        }
        counts.refresh(&engine, &pool).await;
    }
}

/// What `/metrics` says of a pool's lists, as far as this process says anything of them.
#[derive(Default)]
struct Counts {
    counted_at: Option<Instant>,
}

impl Counts {
    async fn refresh(&mut self, engine: &Engine, pool: &Pool) {
        if self.counted_at.is_some_and(|at| at.elapsed() < COUNT_EVERY) {
            return;
        }
        let store = &engine.inner.store;
        if let (Ok(waiting), Ok(kept)) = (store.waiting_in_lists(&pool.keys).await, store.kept(&pool.keys).await) {
            self.counted_at = Some(Instant::now());
            Self::show(pool, waiting, kept.into_iter().map(|(_, seats)| seats).sum());
        }
    }

    fn nobody(&mut self, pool: &Pool) {
        if self.counted_at.take().is_some() {
            Self::show(pool, 0, 0);
        }
    }

    fn show(pool: &Pool, waiting: u64, kept: u64) {
        gauge!("seathold_list_waiting", "pool" => pool.id.to_string()).set(waiting as f64);
        gauge!("seathold_list_kept", "pool" => pool.id.to_string()).set(kept as f64);
    }
}

/// The sittings of the pool in which a seat may be offered at `now`, each with its group: the exam is open, and the
/// offer would end before the sitting begins.
pub(in crate::engine) fn open_sittings(
    entry: &ExamEntry,
    pool: &Pool,
    now: Timestamp,
) -> Vec<(SittingNumber, SittingNumber)> {
    let Some(settings) = entry.waiting_list.filter(|_| entry.exam.is_open(now)) else { return Vec::new() };
    let of_pool = entry.sittings.iter().filter(|sitting| sitting.spec.pool.as_ref() == Some(&pool.id));
    let is_open = |closes_at: Timestamp| now < closes_at;
    of_pool
        .filter(|sitting| sitting.closes_at(settings.offer).is_none_or(is_open))
        .map(|sitting| (sitting.number, sitting.group_number))
        .collect()
}

impl Engine {
    /// Calls `offer` once; true when more may be offered at once.
    pub(in crate::engine) async fn offer_in_redis(
        &self,
        entry: &ExamEntry,
        pool: &Pool,
        open: &[(SittingNumber, SittingNumber)],
    ) -> Result<bool, HoldError> {
        let Some(settings) = entry.last_waiting_list else { return Ok(false) };
        // The grace comes on top, as of any hold.
        let lasts = settings.offer + entry.ttl(Timestamp::now()) - entry.exam.hold;
        let lasts = Duration::try_from(lasts).unwrap_or_default();
        let (store, keys) = (&self.inner.store, &pool.keys);
        let (reply, _) = self.call(pool, |moment: Moment| store.offer(keys, moment, (settings, lasts), open)).await?;
        let (offers, more) = reply.answers.first().copied().unwrap_or_default();
        counter!("seathold_offers_total").increment(offers);
        Ok(more > 0)
    }
}
