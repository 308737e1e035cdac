//! One round a second in every process: what it counted is told, and one of them writes down how the seats stand.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reservation::engine::Engine;
use reservation::engine::figures::Figures;
use reservation::engine::tally::{Outcome, Times};
use reservation::ids::ExamId;
use reservation::sitting::Exam;
use uuid::Uuid;

use super::second::{Asked, Detail, PaymentCounts, Report, Totals};
use super::store::wall_seconds::Written;
use super::store::{wall_counts, wall_processes, wall_sampler, wall_seconds};
use crate::payments::store::payment_orders;
use crate::store::{Database, StoreError};

/// From so long before an exam opens until so long after it closes there are rows of it.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);
const AFTER: SignedDuration = SignedDuration::from_hours(2);
/// Around an opening there is one a second, whatever happens.
const OPENING: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(5), SignedDuration::from_hours(2));
/// And for so long after something moved. Otherwise one in [`CALM_SECONDS`].
const MOVED: SignedDuration = SignedDuration::from_mins(5);
const CALM_SECONDS: u8 = 10;
/// Counting payments reads all of them: so many times as long as that took they are not counted again.
const PAYMENTS_REST: u32 = 20;

/// What one process knows from round to round.
#[derive(Debug)]
pub(super) struct Sampling {
    me: Uuid,
    version: String,
    /// How far this process has told of what it counted.
    told: HashMap<(ExamId, Outcome), u64>,
    /// The exams that somebody asked this process for seats of since the round before.
    asked_for: HashSet<ExamId>,
    /// The second before, of each exam; empty where another process writes.
    last: HashMap<ExamId, Last>,
    payments: Payments,
    /// Does this process write the seconds?
    is_writer: bool,
    /// What Postgres is, as it was asked last.
    postgres: Option<String>,
}

#[derive(Debug)]
struct Last {
    totals: Totals,
    detail: Detail,
    moved_at: Timestamp,
}

/// Payments as they were counted last.
#[derive(Debug, Default)]
struct Payments {
    due_at: Option<Instant>,
    counts: HashMap<String, PaymentCounts>,
}

/// What the processes say together.
#[derive(Debug, Default)]
struct Said {
    reports: Vec<Report>,
    asked: HashMap<String, Asked>,
}

impl Sampling {
    pub(super) fn new(version: &str) -> Self {
        let (told, asked_for, last) = Default::default();
        let (me, version) = (Uuid::new_v4(), version.to_owned());
        Self { me, version, told, asked_for, last, payments: Payments::default(), is_writer: false, postgres: None }
    }

    /// Was it this process that wrote the last second?
    pub(super) fn is_writer(&self) -> bool {
        self.is_writer
    }

    /// One round, of the second that has just begun; so much of the disk is free, in percent, where somebody knows.
    pub(super) async fn round(
        &mut self,
        database: &Database,
        engine: &Engine,
        now: Timestamp,
        disk_percent: Option<u8>,
    ) -> Result<(), StoreError> {
        let at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let client = database.client().await?;
        // Another one may answer after a while: a new version, or the standby.
        if self.postgres.is_none() || at.as_second() % 60 == 0 {
            self.postgres = Some(wall_processes::postgres_version(&client).await?);
        }
        let report = Report { disk_percent, ..self.report(engine) };
        wall_processes::put(&client, self.me, &report).await?;
        let counts = self.counted(engine);
        if !counts.is_empty() {
            wall_counts::put(&client, self.me, &counts).await?;
            self.told.extend(
                counts
                    .into_iter()
                    .map(|(exam, outcome, count)| ((exam, outcome), u64::try_from(count).unwrap_or_default())),
            );
        }
        self.is_writer = wall_sampler::take(&client, self.me).await?;
        if !self.is_writer {
            self.last.clear();
            return Ok(());
        }
        let due = self.due(&engine.exams(), at);
        if due.is_empty() {
            return Ok(());
        }
        let exams: Vec<ExamId> = due.keys().cloned().collect();
        let names: Vec<&str> = exams.iter().map(ExamId::as_str).collect();
        self.count_payments(&client, &names).await?;
        let asked = wall_counts::sums(&client, &names).await?;
        let said = Said { reports: wall_processes::alive(&client).await?, asked };
        for exam in &exams {
            self.remember(&client, exam, at).await?;
        }
        // The engine takes a connection of its own.
        drop(client);
        // While the engine cannot say, there is no row, and the wall tells its age.
        let Ok(figures) = engine.figures(&exams).await else { return Ok(()) };
        let row = |(exam, figures): &(ExamId, Figures)| self.row((exam, due[exam]), figures, &said, at);
        let rows: Vec<Written> = figures.iter().map(row).collect();
        let written = async { wall_seconds::insert(&database.client().await?, at, &rows).await };
        let outcome = written.await;
        if outcome.is_err() {
            // What was not written down is no second before.
            self.last.clear();
        }
        outcome
    }

    /// Gives the right to write seconds back.
    pub(super) async fn end(&self, database: &Database) -> Result<(), StoreError> {
        wall_sampler::give_back(&database.client().await?, self.me).await
    }

    /// What this process says of itself; `/metrics` is told the same.
    fn report(&mut self, engine: &Engine) -> Report {
        let redis = engine.redis_versions().into_iter().map(|version| format!("Redis {version}"));
        // Distributions put their own name behind the number.
        let number = |version: &String| version.split(' ').next().unwrap_or_default().to_owned();
        let postgres = self.postgres.as_ref().map(|version| format!("Postgres {}", number(version)));
        let mut report = Report {
            version: self.version.clone(),
            clock_apart_ms: engine.clock_apart_ms(),
            stores: redis.chain(postgres).collect(),
            ..Report::default()
        };
        for (exam, tally) in engine.tallies() {
            let times = tally.take_times();
            if times != Times::default() {
                report.times.push((exam.to_string(), times));
            }
        }
        for exam in engine.exams() {
            let lag = engine.lag(&exam.id);
            if lag > Duration::ZERO {
                report.lags.push((exam.id.to_string(), u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)));
            }
        }
        report
    }

    /// What was counted here and not told of yet. Counts that are told again are the same rows.
    fn counted(&mut self, engine: &Engine) -> Vec<(ExamId, Outcome, i64)> {
        let mut counted = Vec::new();
        self.asked_for.clear();
        for (exam, tally) in engine.tallies() {
            for (outcome, count) in tally.counts() {
                if self.told.get(&(exam.clone(), outcome)).copied().unwrap_or_default() == count {
                    continue;
                }
                let (name, word) = (exam.to_string(), outcome.as_str());
                metrics::counter!("seathold_seats_asked_total", "exam" => name, "outcome" => word).absolute(count);
                self.asked_for.insert(exam.clone());
                counted.push((exam.clone(), outcome, i64::try_from(count).unwrap_or(i64::MAX)));
            }
        }
        counted
    }

    /// The exams of which there is a row in this second, and after how many seconds there is another one.
    fn due(&self, exams: &[Arc<Exam>], at: Timestamp) -> BTreeMap<ExamId, u8> {
        let is_calm_second = at.as_second() % i64::from(CALM_SECONDS) == 0;
        let due = |exam: &Arc<Exam>| {
            let pace = pace(exam, self.last.get(&exam.id), at)?;
            let is_due = pace == 1 || is_calm_second || self.asked_for.contains(&exam.id);
            is_due.then(|| (exam.id.clone(), pace))
        };
        exams.iter().filter_map(due).collect()
    }

    async fn count_payments(&mut self, client: &deadpool_postgres::Object, exams: &[&str]) -> Result<(), StoreError> {
        if self.payments.due_at.is_some_and(|due_at| Instant::now() < due_at) {
            return Ok(());
        }
        let begun = Instant::now();
        let counts = payment_orders::counted(client, exams).await?;
        self.payments.counts.extend(counts);
        self.payments.due_at = Some(Instant::now() + begun.elapsed() * PAYMENTS_REST);
        Ok(())
    }

    /// Reads the second before, where another process wrote it.
    async fn remember(
        &mut self,
        client: &deadpool_postgres::Object,
        exam: &ExamId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        if self.last.contains_key(exam) {
            return Ok(());
        }
        let newest = wall_seconds::newest(client, exam, at).await?;
        let detail = wall_seconds::detail(client, exam, at).await?;
        if let Some(((_, totals), detail)) = newest.zip(detail) {
            self.last.insert(exam.clone(), Last { totals, detail, moved_at: at });
        }
        Ok(())
    }

    fn row(&mut self, (exam, pace): (&ExamId, u8), figures: &Figures, said: &Said, at: Timestamp) -> Written {
        let before = self.last.get(exam);
        let mut detail = Detail::of(figures, at.as_second(), before.map(|last| &last.detail));
        detail.versions = said.reports.iter().map(|report| report.version.clone()).collect();
        let stores: BTreeSet<&String> = said.reports.iter().flat_map(|report| &report.stores).collect();
        detail.stores = stores.into_iter().cloned().collect();
        detail.disk_percent = said.reports.iter().filter_map(|report| report.disk_percent).min();
        let drifts = said.reports.iter().map(|report| report.clock_apart_ms);
        detail.clock_apart_ms = drifts.max_by_key(|ms| ms.unsigned_abs()).unwrap_or_default();
        let mut totals =
            Totals { asked: said.asked.get(exam.as_str()).cloned().unwrap_or_default(), ..Totals::of(figures) };
        totals.payments = self.payments.counts.get(exam.as_str()).copied().unwrap_or_default();
        let mut times = Times::default();
        for report in &said.reports {
            report.times.iter().filter(|(of, _)| of == exam.as_str()).for_each(|(_, more)| times.add(more));
            let lags = report.lags.iter().filter(|(of, _)| of == exam.as_str()).map(|(_, ms)| *ms);
            totals.lag_ms = totals.lag_ms.max(lags.max().unwrap_or_default());
        }
        let us = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        (totals.half_us, totals.most_us) = (times.within(500).map(us), times.within(990).map(us));
        let has_moved = before.is_none_or(|before| totals.has_moved_since(&before.totals));
        totals.pace = if has_moved { 1 } else { pace };
        let moved_at = if has_moved { at } else { before.map_or(at, |before| before.moved_at) };
        // Each row of a whole minute has it, because those are kept longest.
        let is_new = before.is_none_or(|before| before.detail != detail) || at.as_second() % 60 == 0;
        let written = is_new.then(|| detail.clone());
        self.last.insert(exam.clone(), Last { totals: totals.clone(), detail, moved_at });
        (exam.clone(), totals, written)
    }
}

/// After how many seconds there is another row of the exam. `None`: it is over, or far off.
fn pace(exam: &Exam, last: Option<&Last>, at: Timestamp) -> Option<u8> {
    let is_far = exam.opens_at.is_some_and(|opens_at| at < opens_at - BEFORE);
    let is_over = exam.closes_at.is_some_and(|closes_at| closes_at + AFTER < at);
    if is_far || is_over {
        return None;
    }
    let is_opening = exam.opens_at.is_some_and(|opens_at| (opens_at - OPENING.0..opens_at + OPENING.1).contains(&at));
    let moves = last.is_some_and(|last| at.duration_since(last.moved_at) < MOVED);
    Some(if is_opening || moves { 1 } else { CALM_SECONDS })
}

#[cfg(test)]
mod tests {
    use reservation::sitting::Acknowledge;
    use reservation::waiting_room::WaitingRoomSettings;

    use super::*;

    #[test]
    fn there_is_a_row_each_second_while_something_goes_on() {
        let opens_at: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let hours = SignedDuration::from_hours;
        let exam = Exam {
            id: "ce".parse().unwrap(),
            title: String::new(),
            hold: hours(1),
            grace: SignedDuration::ZERO,
            opens_at: Some(opens_at),
            closes_at: Some(opens_at + hours(100)),
            acknowledge: Acknowledge::Redis,
            waiting_room: WaitingRoomSettings::default(),
        };
        let moved = |moved_at| Last { totals: Totals::default(), detail: Detail::default(), moved_at };
        for (after, last, expected) in [
            (hours(-25), None, None),
            (hours(-23), None, Some(CALM_SECONDS)),
            (SignedDuration::from_mins(-5), None, Some(1)),
            (hours(2), None, Some(CALM_SECONDS)),
            (hours(3), Some(moved(opens_at + hours(3) - SignedDuration::from_mins(4))), Some(1)),
            (hours(3), Some(moved(opens_at)), Some(CALM_SECONDS)),
            (hours(103), None, None),
        ] {
            assert_eq!(pace(&exam, last.as_ref(), opens_at + after), expected, "{after}");
        }
    }
}
