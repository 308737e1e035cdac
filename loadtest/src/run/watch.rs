//! While the rush runs: free seats are read twice a second, progress is shown, Ctrl-C ends it early.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

use super::setup::Setup;
use crate::generate::{Plan, Running};
use crate::progress::{Moment, Progress};
use crate::results::FreePoint;

/// How often the screen is drawn and the end is looked for.
const TICK: Duration = Duration::from_millis(50);
/// Ticks between two looks at the free seats.
const TICKS_PER_LOOK: u32 = 10;
/// Patience with one look; a late one is left out.
const LOOK_WAIT: Duration = Duration::from_secs(5);

/// What was seen meanwhile.
pub(super) struct Seen {
    pub(super) free: Vec<FreePoint>,
    pub(super) interrupted: bool,
}

/// Watches until all threads are through.
pub(super) async fn watch(setup: &Setup, plan: &Plan, running: &Running, quiet: bool) -> Seen {
    let progress = Progress::new(quiet, plan.profile.length);
    let (looks, mut has_looked) = tokio::sync::watch::channel(Vec::<FreePoint>::new());
    let look = look_at_free_seats(setup, running, &looks);
    let show = async {
        let mut ticks = interval(TICK);
        let mut interrupted = false;
        // One listener for the whole test: between two of them a signal would be lost.
        let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
        while !running.is_over() {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = &mut stop, if !interrupted => {
                    interrupted = true;
                    running.tally.stop.store(true, Ordering::Relaxed);
                    progress.say("ending early: waiting for the answers that are under way");
                }
            }
            let free = has_looked.borrow_and_update().last().map(|point| point.free);
            progress.show(&moment(running, free, plan.profile.candidates));
        }
        interrupted
    };
    tokio::pin!(show, look);
    let interrupted = tokio::select! {
        interrupted = &mut show => interrupted,
        () = &mut look => show.await,
    };
    progress.finish();
    let mut free = looks.borrow().clone();
    if let Ok(Ok(sittings)) = timeout(LOOK_WAIT, setup.office.sittings(&setup.requests)).await {
        let seats = sittings.iter().map(|sitting| sitting.free).sum();
        free.push(FreePoint { at_ms: millis(running.start.elapsed()), free: seats });
    }
    Seen { free, interrupted }
}

/// Reads the free seats again and again, on a connection that is not one of the generator's.
async fn look_at_free_seats(setup: &Setup, running: &Running, looks: &tokio::sync::watch::Sender<Vec<FreePoint>>) {
    tokio::time::sleep_until(running.start.into()).await;
    let mut ticks = interval(TICK * TICKS_PER_LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let at_ms = millis(running.start.elapsed());
        if let Ok(Ok(sittings)) = timeout(LOOK_WAIT, setup.office.sittings(&setup.requests)).await {
            let free = sittings.iter().map(|sitting| sitting.free).sum();
            looks.send_modify(|points| points.push(FreePoint { at_ms, free }));
        }
    }
}

fn moment(running: &Running, free: Option<u64>, expected: u64) -> Moment {
    let tally = &running.tally;
    let read = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    Moment {
        since_start: running.start.elapsed(),
        expected,
        came: read(&tally.came),
        ended: read(&tally.ended),
        given: read(&tally.given),
        full: read(&tally.full),
        errors: read(&tally.errors),
        streams: read(&tally.streams),
        free,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
