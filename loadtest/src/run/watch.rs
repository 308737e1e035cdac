//! While the rush runs: free seats are read twice a second, progress is shown, Ctrl-C ends it early.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch::Sender;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::setup::Setup;
use crate::generator::generate::{Plan, Running, Scene};
use crate::measured::results::{FreePoint, WaitingRoomPoint};
use crate::shown::progress::{Moment, Progress};

/// How often the screen is drawn and the end is looked for.
const TICK: Duration = Duration::from_millis(50);
/// Ticks between two looks at the free seats.
const TICKS_PER_LOOK: u32 = 10;
/// Patience with one look; a late one is left out.
const LOOK_WAIT: Duration = Duration::from_secs(5);

/// What was seen meanwhile.
pub(super) struct Seen {
    pub(super) free: Vec<FreePoint>,
    pub(super) room: Vec<WaitingRoomPoint>,
    pub(super) interrupted: bool,
}

/// Looks so far.
#[derive(Debug, Clone, Default)]
struct Looks {
    free: Vec<FreePoint>,
    room: Vec<WaitingRoomPoint>,
}

/// Watches until all threads are through.
pub(super) async fn watch(setup: &Setup, plan: &Plan, running: &Running, quiet: bool) -> Seen {
    let progress = Progress::new(quiet, plan.profile.length);
    let (looks, mut has_looked) = tokio::sync::watch::channel(Looks::default());
    let has_room = matches!(plan.scene, Scene::WaitingRoom(_));
    let looking = look_again_and_again(setup, running, has_room, &looks);
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
            let (free, waiting) = {
                let looks = has_looked.borrow_and_update();
                (looks.free.last().map(|point| point.free), looks.room.last().map(|point| point.waiting))
            };
            progress.show(&Moment { free, waiting, ..moment(running, plan.profile.candidates) });
        }
        interrupted
    };
    tokio::pin!(show, looking);
    let interrupted = tokio::select! {
        interrupted = &mut show => interrupted,
        () = &mut looking => show.await,
    };
    progress.finish();
    look(setup, running, has_room, &looks).await;
    let Looks { free, room } = looks.send_replace(Looks::default());
    Seen { free, room, interrupted }
}

/// Looks on connections that are not the generator's.
async fn look_again_and_again(setup: &Setup, running: &Running, has_room: bool, looks: &Sender<Looks>) {
    tokio::time::sleep_until(running.start.into()).await;
    let mut ticks = interval(TICK * TICKS_PER_LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        look(setup, running, has_room, looks).await;
    }
}

/// Reads the free seats, and how the waiting room stands.
async fn look(setup: &Setup, running: &Running, has_room: bool, looks: &Sender<Looks>) {
    let at_ms = millis(running.start.elapsed());
    if let Ok(Ok(sittings)) = timeout(LOOK_WAIT, setup.office.sittings(&setup.requests)).await {
        let free = sittings.iter().map(|sitting| sitting.free).sum();
        looks.send_modify(|looks| looks.free.push(FreePoint { at_ms, free }));
    }
    if has_room && let Ok(Ok(room)) = timeout(LOOK_WAIT, setup.office.room(&setup.requests)).await {
        let point = WaitingRoomPoint { at_ms, waiting: room.waiting, admitted: room.admitted };
        looks.send_modify(|looks| looks.room.push(point));
    }
}

fn moment(running: &Running, expected: u64) -> Moment {
    let tally = &running.tally;
    let read = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    Moment {
        since_start: running.start.elapsed(),
        expected,
        came: read(&tally.came),
        ended: read(&tally.ended),
        given: read(&tally.given),
        admitted: read(&tally.admitted),
        full: read(&tally.full),
        errors: read(&tally.errors),
        streams: read(&tally.streams),
        free: None,
        waiting: None,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
