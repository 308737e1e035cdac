//! Runs an exam's waiting room, one task in every process: tells Redis how the seats and the engine stand, and learns
//! whether the room is on and how far the line has moved.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use metrics::gauge;

use super::{WaitingRoom, is_on, life_ms};
use crate::engine::Engine;
use crate::engine::lanes::coalesce::QUEUE_MAX;
use crate::ids::ExamId;
use crate::store::waiting_room::{AdmitRequest, Strain};
use crate::waiting_room::WaitingRoomMode;

/// How often the line moves.
const TICK: Duration = Duration::from_millis(250);
/// Every so many ticks Redis is asked although nothing seems to go on.
const IDLE_TICKS: u32 = 4;
/// A seat that lapses so soon counts as one to be had.
pub(super) const LAPSES_SOON: SignedDuration = SignedDuration::from_secs(60);
/// So many may be admitted and without a seat, however few seats there are.
const HALL_MIN: u64 = 50;
/// Beyond it, so many for every five seats to be had: some will choose nothing.
const HALL_FOR_FIVE: u64 = 6;
/// Hold requests of one pool that may wait while the engine counts as calm: two calls' worth.
const CALM_WAITING_MAX: usize = 512;
/// With so many waiting for [`LONG_AFTER`], the engine needs a waiting room: a quarter of what it would refuse.
const LONG_WAITING_MIN: usize = QUEUE_MAX / 4;
const LONG_AFTER: Duration = Duration::from_secs(2);

const _: () = assert!(CALM_WAITING_MAX < LONG_WAITING_MIN);

/// How many may be in the hall.
fn ceiling(supply: u64) -> u64 {
    HALL_MIN.max(supply.saturating_mul(HALL_FOR_FIVE) / 5)
}

/// What hold requests that wait say about the engine.
#[derive(Debug, Default)]
struct Gauge {
    many_since: Option<Instant>,
}

impl Gauge {
    fn read(&mut self, waiting: usize, now: Instant) -> Strain {
        if waiting < LONG_WAITING_MIN {
            self.many_since = None;
            return if waiting > CALM_WAITING_MAX { Strain::Strained } else { Strain::Calm };
        }
        let since = *self.many_since.get_or_insert(now);
        // A full queue refuses.
        if waiting >= QUEUE_MAX || now.duration_since(since) >= LONG_AFTER { Strain::Long } else { Strain::Strained }
    }
}

impl Engine {
    /// Sees to it that every exam with a waiting room has its task.
    pub(in crate::engine) fn ensure_waiting_rooms(&self) {
        for entry in self.catalogue().exams() {
            let exam = &entry.exam.id;
            if entry.exam.waiting_room.mode == WaitingRoomMode::Off || self.inner.waiting_rooms.contains_key(exam) {
                continue;
            }
            let mut is_new = false;
            let room = self.inner.waiting_rooms.entry(exam.clone()).or_insert_with(|| {
                is_new = true;
                Arc::new(WaitingRoom::new(exam))
            });
            if is_new {
                self.inner.tasks.spawn(run(self.clone(), exam.clone(), room.value().clone()));
            }
        }
    }

    /// The longest queue of hold requests among the exam's pools.
    fn hold_requests_waiting(&self, exam: &ExamId) -> usize {
        let pools = self.pools_of(exam);
        pools.iter().map(|pool| pool.lanes.hold.waiting()).max().unwrap_or_default()
    }
}

/// Ticks until the engine stops.
async fn run(engine: Engine, exam: ExamId, room: Arc<WaitingRoom>) {
    let mut gauge = Gauge::default();
    let (mut idle, mut is_lost) = (IDLE_TICKS, false);
    loop {
        let strain = gauge.read(engine.hold_requests_waiting(&exam), Instant::now());
        let needs_redis = strain != Strain::Calm || room.known().is_some_and(|known| known.is_on);
        idle += 1;
        if needs_redis || idle >= IDLE_TICKS {
            idle = 0;
            is_lost = tick(&engine, &exam, &room, strain, is_lost).await;
        }
        tokio::select! { () = engine.inner.stop.cancelled() => return, () = tokio::time::sleep(TICK) => {} }
    }
}

/// One call of `waiting_room_admit`. True when Redis has lost the line since the one before.
async fn tick(engine: &Engine, exam: &ExamId, room: &WaitingRoom, strain: Strain, is_lost: bool) -> bool {
    let Ok(entry) = engine.entry(exam) else { return false };
    let (settings, Some(keys)) = (entry.exam.waiting_room, &entry.waiting_room_keys) else { return false };
    if settings.mode == WaitingRoomMode::Off {
        return false;
    }
    let before = room.known();
    let now = Timestamp::now();
    let supply = engine.supply(exam, now);
    let seated = room.seated.swap(0, Ordering::Relaxed);
    let request = AdmitRequest {
        round: keys.round,
        settings,
        opens_ms: entry.exam.opens_at.map(Timestamp::as_millisecond),
        was_on: is_on(&entry, before.as_ref(), now),
        strain,
        supply,
        ceiling: ceiling(supply),
        seated,
        pass_life_ms: life_ms(),
        is_lost,
    };
    match engine.inner.store.waiting_room_admit(&room.keys, &request).await {
        Ok(Some(after)) => {
            room.know(after);
            let label = || exam.to_string();
            gauge!("seathold_room_on", "exam" => label()).set(f64::from(u8::from(after.is_on)));
            let waiting = after.present.saturating_sub(after.admitted);
            gauge!("seathold_room_waiting", "exam" => label()).set(waiting as f64);
            gauge!("seathold_room_admitted", "exam" => label()).set(after.admitted as f64);
            before.is_some_and(|before| before.born_ms != after.born_ms && before.present > 0)
        }
        // A new line was drawn, and the catalogue is about to bring it.
        Ok(None) => false,
        Err(error) => {
            // Perhaps it was done; then a few people more are admitted than seats were counted for.
            room.seated.fetch_add(seated, Ordering::Relaxed);
            tracing::debug!(%exam, %error, "the waiting room stands still");
            is_lost
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hall_has_room_for_a_fifth_more_than_there_are_seats() {
        assert_eq!([0, 1, 41, 42, 1_000].map(ceiling), [50, 50, 50, 50, 1_200]);
        assert_eq!(ceiling(45), 54);
    }

    #[test]
    fn a_short_rush_strains_and_a_long_one_or_a_refusal_calls_for_a_room() {
        let (mut gauge, start) = (Gauge::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(gauge.read(0, at(0)), Strain::Calm);
        assert_eq!(gauge.read(CALM_WAITING_MAX + 1, at(1)), Strain::Strained);
        assert_eq!(gauge.read(LONG_WAITING_MIN, at(2)), Strain::Strained);
        assert_eq!(gauge.read(0, at(3)), Strain::Calm);
        assert_eq!(gauge.read(LONG_WAITING_MIN, at(4)), Strain::Strained, "the long wait begins anew");
        assert_eq!(gauge.read(LONG_WAITING_MIN, at(6)), Strain::Long);
        assert_eq!(Gauge::default().read(QUEUE_MAX, at(0)), Strain::Long);
    }
}
