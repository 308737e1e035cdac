//! The wall: where an exam's seats are, second by second, for whoever watches an opening.
//!
//! In reading order: `second` is what is kept of a second, `axis` the time that is shown; `sampling` writes the seconds, one
//! process for all; `store` keeps them. `shares` are seats by network as sums, `networks` the counts that they are made of. Whoever looks reads rows: a viewer costs the engine and Redis nothing, and what was
//! is drawn as what is.

pub mod axis;
mod networks;
mod sampling;
pub mod second;
pub mod shares;
pub(crate) mod store;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reservation::engine::Engine;
use reservation::engine::waiting_room::outcomes::LinePart;
use reservation::ids::{ExamId, SittingId};
use reservation::waiting_room::WaitingRoomMode;
use tokio::sync::{Mutex, watch};

use crate::model::clock;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};
use axis::Axis;
use networks::{COUNTED, Networks, Opening};
use sampling::Sampling;
use second::{Detail, SittingSecond, Totals};
use shares::Shares;
use store::{wall_counts, wall_lines, wall_networks, wall_processes, wall_seconds, wall_shares};

/// So long every second is kept; then one a minute.
const SECONDS_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Looked through for what is to be thinned: nobody is away for longer.
const THINNED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So long after an opening it is noted how its line came out, and by which networks its seats went.
const LINES_NOTED: SignedDuration = COUNTED;
/// In its first minutes about once a minute, then less often: reading a long line costs Redis and Postgres something.
const LINES_SOON: SignedDuration = SignedDuration::from_mins(10);
const LINES_EVERY: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(1), SignedDuration::from_mins(10));
/// So long anything is kept.
const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The door to the wall. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Wall {
    database: Database,
    engine: Engine,
    sampling: Arc<Mutex<Sampling>>,
    /// When this process last noted how a line came out.
    lines: Arc<Mutex<HashMap<ExamId, Timestamp>>>,
    /// Seats that were given here, by network.
    networks: Networks,
    /// When this process last noted how they were shared out.
    shares: Arc<Mutex<HashMap<ExamId, Timestamp>>>,
    /// Says to those who look all the time that the server stops.
    over: Arc<watch::Sender<bool>>,
    /// Says how much of the disk with our data is free, in percent.
    disk: Arc<OnceLock<Box<AskDisk>>>,
}

/// Says how much of a disk is free, in percent, if the system says.
type AskDisk = dyn Fn() -> Option<u8> + Send + Sync;

/// What the wall shows of an exam at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// From when until when it is shown.
    pub axis: Axis,
    /// When holds were first given out, or will be. `None`: since ever.
    pub opens_at: Option<Timestamp>,
    /// When they are given out no longer.
    pub closes_at: Option<Timestamp>,
    /// What was, in the order of time; the last one is what is.
    pub past: Vec<(Timestamp, Totals)>,
    /// The sittings, and what is known ahead.
    pub detail: Detail,
    /// What each number of a sitting is called in addresses.
    pub sittings: Vec<(SittingId, SittingSecond)>,
    /// How the waiting room's line has come out, the front first; empty where nothing is known.
    pub line: Vec<LinePart>,
    /// How the seats were shared out among networks. `None`: nothing is known, or too few were given to tell of it.
    pub shares: Option<Shares>,
}

impl Scene {
    /// The last second that is known, if any is.
    pub fn last(&self) -> Option<&(Timestamp, Totals)> {
        self.past.last()
    }
}

impl Wall {
    pub(crate) fn new(database: Database, engine: Engine, vault: Vault) -> Self {
        let sampling = Arc::new(Mutex::new(Sampling::new(env!("CARGO_PKG_VERSION"))));
        let (over, networks) = (Arc::new(watch::Sender::new(false)), Networks::new(vault));
        let (lines, shares) = (Arc::default(), Arc::default());
        Self { database, engine, sampling, lines, networks, shares, over, disk: Arc::default() }
    }

    /// Counts, and writes a second where that is this process's to do.
    pub(crate) async fn sample(&self) -> Result<(), StoreError> {
        let disk_percent = self.disk.get().and_then(|ask| ask());
        self.sampling.lock().await.round(&self.database, &self.engine, clock::now(), disk_percent).await
    }

    /// From now on the wall asks this how much of the disk with our data is free, in percent. Whoever says it first is asked.
    pub fn watch_disk(&self, ask: impl Fn() -> Option<u8> + Send + Sync + 'static) {
        drop(self.disk.set(Box::new(ask)));
    }

    /// Notes how the lines of waiting rooms have come out, where an exam opened of late and this process writes the seconds.
    pub(crate) async fn note_lines(&self) -> Result<(), StoreError> {
        if !self.sampling.lock().await.is_writer() {
            return Ok(());
        }
        let (now, mut noted) = (clock::now(), self.lines.lock().await);
        noted.retain(|_, at| now.duration_since(*at) <= LINES_NOTED);
        for exam in self.engine.exams() {
            let is_due = exam.opens_at.is_some_and(|at| is_line_due(at, noted.get(&exam.id).copied(), now));
            if !is_due || exam.waiting_room.mode == WaitingRoomMode::Off {
                continue;
            }
            // What cannot be told just now is told in half a minute.
            let Ok(Some(parts)) = self.engine.line_outcomes(&exam.id).await else { continue };
            noted.insert(exam.id.clone(), now);
            let client = self.database.client().await?;
            if wall_lines::newest(&client, &exam.id, now).await? != parts {
                wall_lines::put(&client, &exam.id, now, &parts).await?;
            }
        }
        Ok(())
    }

    /// Counts seats that were given just now to somebody of this network, which is known by its index; within two hours of the
    /// exam's opening only. Costs no store anything.
    pub(crate) fn seats_given(&self, exam: &ExamId, network: &[u8; 32], seats: usize) {
        let opened_at = self.engine.exam(exam).and_then(|exam| exam.opens_at);
        if let Some(opened_at) = opened_at.filter(|at| is_noted(*at, clock::now())) {
            self.networks.given((exam.clone(), opened_at), network, seats);
        }
    }

    /// Tells what was counted here by network. Where this process writes the seconds, it also notes how the seats of exams that opened
    /// of late are shared out, and removes the counts of those that opened long enough ago.
    pub(crate) async fn share_out(&self) -> Result<(), StoreError> {
        let now = clock::now();
        self.networks.tell(&self.database, now).await?;
        if !self.sampling.lock().await.is_writer() {
            return Ok(());
        }
        let mut noted = self.shares.lock().await;
        noted.retain(|_, at| now.duration_since(*at) <= LINES_NOTED);
        let is_due = |exam: &ExamId, at: Timestamp| is_line_due(at, noted.get(exam).copied(), now);
        let opened = self.engine.exams().into_iter().filter_map(|exam| Some((exam.id.clone(), exam.opens_at?)));
        let due: Vec<Opening> = opened.filter(|(exam, at)| is_due(exam, *at)).collect();
        if !due.is_empty() {
            let client = self.database.client().await?;
            let sums = wall_networks::sums(&client, &due).await?;
            // Too few to be told of are looked at again in a second: they are read as fast.
            for ((exam, opened_at), shares) in due.into_iter().zip(sums).filter(|(_, shares)| shares.is_told()) {
                if wall_shares::newest(&client, &exam, Some(opened_at), now).await? != Some(shares) {
                    wall_shares::put(&client, &exam, now, &shares).await?;
                }
                noted.insert(exam, now);
            }
        }
        drop(noted);
        self.networks.end_one(&self.database).await
    }

    /// How long until the next second begins.
    pub(crate) fn until_next_second() -> Duration {
        let ms = clock::now().as_millisecond().rem_euclid(1_000);
        Duration::from_millis(u64::try_from(1_000 - ms).unwrap_or(1_000))
    }

    /// Tells what was counted last, and lets another process write seconds at once.
    pub(crate) async fn stop(&self) -> Result<(), StoreError> {
        let told = self.networks.tell(&self.database, clock::now()).await;
        self.sampling.lock().await.end(&self.database).await?;
        told
    }

    /// Sends everybody away who looks all the time; they would keep a stopping server waiting.
    pub fn end_streams(&self) {
        self.over.send_replace(true);
    }

    /// Becomes true when the server stops.
    pub fn over(&self) -> watch::Receiver<bool> {
        self.over.subscribe()
    }

    /// Thins what is older than a week, forgets what is older than half a year, and adds the counts of processes up that
    /// are gone.
    pub(crate) async fn tidy(&self) -> Result<(), StoreError> {
        let (mut client, now) = (self.database.client().await?, clock::now());
        wall_seconds::thin(&client, (now - SECONDS_KEPT - THINNED, now - SECONDS_KEPT)).await?;
        wall_seconds::forget(&client, now - MINUTES_KEPT).await?;
        wall_lines::forget(&client, now - MINUTES_KEPT).await?;
        wall_shares::forget(&client, now - MINUTES_KEPT).await?;
        let transaction = client.transaction().await?;
        let gone = wall_processes::take_gone(&transaction).await?;
        wall_counts::fold(&transaction, &gone).await?;
        Ok(transaction.commit().await?)
    }

    /// What is known of an exam at `at`, which may be past. `None`: there is no such exam.
    pub async fn scene(&self, exam: &ExamId, at: Timestamp) -> Result<Option<Scene>, StoreError> {
        let Some(known) = self.engine.exam(exam) else { return Ok(None) };
        let axis = Axis::of(known.opens_at, at);
        let client = self.database.client().await?;
        let mut past = wall_seconds::between(&client, exam, (axis.from, at), axis.step()).await?;
        if past.is_empty() {
            past.extend(wall_seconds::newest(&client, exam, at).await?);
        }
        let detail = wall_seconds::detail(&client, exam, at).await?.unwrap_or_default();
        let line = wall_lines::newest(&client, exam, at).await?;
        // What came of an opening before this one is told before this one only.
        let since = known.opens_at.filter(|opened_at| *opened_at <= at);
        let shares = wall_shares::newest(&client, exam, since, at).await?;
        drop(client);
        let named = self.engine.availability(exam).unwrap_or_default();
        let name_of = |second: &SittingSecond| {
            let found = named.iter().find(|known| i64::from(known.sitting.number.0) == second.number)?;
            Some((found.sitting.id.clone(), *second))
        };
        let sittings = detail.sittings.iter().filter_map(name_of).collect();
        let (opens_at, closes_at) = (known.opens_at, known.closes_at);
        Ok(Some(Scene { axis, opens_at, closes_at, past, detail, sittings, line, shares }))
    }

    /// The sums of an exam as they were written down last. `None`: none ever were.
    pub async fn newest(&self, exam: &ExamId) -> Result<Option<(Timestamp, Totals)>, StoreError> {
        wall_seconds::newest(&self.database.client().await?, exam, clock::now()).await
    }

    /// The first and the last second that are kept of an exam. `None`: not one is.
    pub async fn kept(&self, exam: &ExamId) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        wall_seconds::kept(&self.database.client().await?, exam).await
    }
}

/// Did an exam that opened then open so lately that what came of it is noted?
fn is_noted(opened_at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..=LINES_NOTED).contains(&now.duration_since(opened_at))
}

/// Is it to be noted now how a line came out, of an exam that opened then, where it was noted last at `noted`?
fn is_line_due(opened_at: Timestamp, noted: Option<Timestamp>, now: Timestamp) -> bool {
    let every = if now.duration_since(opened_at) <= LINES_SOON { LINES_EVERY.0 } else { LINES_EVERY.1 };
    is_noted(opened_at, now) && noted.is_none_or(|at| now.duration_since(at) >= every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_noted_each_minute_at_first_and_then_each_ten() {
        let opened: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let (mut noted, mut times) = (None, Vec::new());
        // The job comes twice a minute.
        for second in (-60..3 * 3600).step_by(30) {
            let now = opened + SignedDuration::from_secs(second);
            if is_line_due(opened, noted, now) {
                noted = Some(now);
                times.push(second / 60);
            }
        }
        assert_eq!(times[..11], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(times[11..], [20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]);
    }
}
