//! Looking through a file: what would change, and what is wrong. Nothing of it is written but that.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::sealed::SealedFile;
use super::store::imports::{self, Due};
use super::tables::Table;
use super::tally::{Tally, finished};
use super::{Imports, report_context};
use crate::eligibility::keys;
use crate::eligibility::store::past_scores::{self, ScoreLines};
use crate::eligibility::store::roster::{self, RosterLines};
use crate::exams::definition::{past_scores_file, roster_file};
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::import::{ImportCounts, ImportKind, ImportState};
use crate::store::StoreError;

/// Lines that are compared at once.
const BATCH: usize = 2_000;
/// Batches that wait for the database.
const BATCHES_AHEAD: usize = 2;
/// How long an import is a process's without a sign of life.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// Between two signs of life.
const BEAT: std::time::Duration = std::time::Duration::from_millis(700);
/// How often an import is begun before it is given up.
const TRIES_MAX: i16 = 5;

/// A list of people, however long.
#[derive(Debug, Clone, Copy)]
pub(super) enum People {
    Roster,
    PastScores,
}

impl People {
    /// Of people, or `None`: of something else.
    pub(super) fn of(kind: ImportKind) -> Option<Self> {
        match kind {
            ImportKind::Roster => Some(Self::Roster),
            ImportKind::PastScores => Some(Self::PastScores),
            ImportKind::Sittings | ImportKind::Organisations | ImportKind::Rooms => None,
        }
    }
}

/// Lines of either kind, as they are compared.
enum Batch {
    People(RosterLines),
    Scores(ScoreLines),
}

impl Imports {
    /// Works on imports as long as any waits.
    pub(crate) async fn work_due(&self) -> Result<(), StoreError> {
        let mut over = self.over.subscribe();
        while !*over.borrow() {
            let now = clock::now();
            let client = self.database.client().await?;
            if imports::fail(&client, now, TRIES_MAX).await? > 0 {
                tracing::error!("an import was begun {TRIES_MAX} times and never finished: it is given up");
            }
            let due = imports::claim(&client, (now, now + LEASE), TRIES_MAX).await?;
            drop(client);
            let Some(due) = due else { return Ok(()) };
            let progress = AtomicU64::new(0);
            let work = async {
                let applies = due.import.state == ImportState::Applying;
                match (People::of(due.import.kind), Table::of(due.import.kind)) {
                    (Some(people), _) if applies => self.apply_due(&due, people, &progress).await,
                    (Some(people), _) => self.read_due(&due, people, &progress).await,
                    (None, Some(table)) if applies => Box::pin(self.apply_table(&due, table, &progress)).await,
                    (None, Some(table)) => Box::pin(self.read_table(&due, table, &progress)).await,
                    (None, None) if applies => self.apply_rooms(&due, &progress).await,
                    (None, None) => self.read_rooms(&due, &progress).await,
                }
            };
            tokio::select! {
                done = work => done?,
                () = self.beat(&due, &progress) => {}
                () = async { drop(over.wait_for(|over| *over).await) } => {
                    // The next process takes it at once; what this one wrote of it is rolled back.
                    let client = self.database.client().await?;
                    imports::put_back(&client, (due.import.id, due.lease), clock::now()).await?;
                }
            }
        }
        Ok(())
    }

    /// Works on nothing more, whatever has been begun.
    pub(crate) fn end(&self) {
        self.over.send_replace(true);
    }

    /// Says again and again that this process works on it; ends when it is another one's.
    async fn beat(&self, due: &Due, progress: &AtomicU64) {
        loop {
            tokio::time::sleep(BEAT).await;
            let Ok(client) = self.database.client().await else { continue };
            let until: Timestamp = clock::now() + LEASE;
            let so_far = progress.load(Ordering::Relaxed);
            if let Ok(false) = imports::renew(&client, (due.import.id, due.lease), (until, so_far)).await {
                return;
            }
        }
    }

    /// Looks through the file, and keeps what was found.
    async fn read_due(&self, due: &Due, people_of: People, progress: &AtomicU64) -> Result<(), StoreError> {
        let exam = due.import.exam.as_ref().and_then(|exam| self.exams.get(exam));
        let exam = exam.ok_or(StoreError::Corrupt("an import of an exam that is not there"))?;
        // What is applied from now on may not be among what it is held against.
        let began = clock::now();
        let (sender, batches) = channel(BATCHES_AHEAD);
        let (imports, id) = (self.clone(), due.import.id);
        let (place, page) = ((due.import.bytes, due.parts), exam.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let file = SealedFile::new(&imports, id, place);
            match people_of {
                People::Roster => people(&imports, file, &page, &sender),
                People::PastScores => scores(&imports, file, &page, &sender),
            }
        });
        let mut counts = self.compare(&exam.id, batches, progress).await?;
        let (lines, tally) = reading.await.map_err(|_| StoreError::Corrupt("a file that ends its reader"))?;
        if tally.is_broken {
            return Err(StoreError::Corrupt("a stored file that cannot be read"));
        }
        let client = self.database.client().await?;
        let there = match people_of {
            People::Roster => (roster::count(&client, &exam.id).await?, roster::count_bound(&client, &exam.id).await?),
            People::PastScores => (past_scores::count(&client, &exam.id).await?, 0),
        };
        // What was compared so far has been counted as if it were absent.
        counts.absent = there.0.saturating_sub(counts.absent);
        counts.bound = there.1.saturating_sub(counts.bound);
        counts.added = lines.saturating_sub(counts.added);
        let mut counts = ImportCounts { lines, faults: tally.faults, ..counts };
        if counts.faults > 0 {
            // Of a file with faults nothing is applied, and its numbers say little.
            counts = ImportCounts { lines, faults: counts.faults, ..ImportCounts::default() };
        }
        let plain = serde_json::to_vec(&tally.report).expect("texts and numbers are always JSON");
        let report = self.vault.seal(&report_context(id), &plain);
        imports::was_read(&client, (id, due.lease), &counts, &report, began).await?;
        Ok(())
    }

    /// Holds batches against what is there. In what comes back `added` and `absent` are the lines that are there already, and
    /// `bound` those of them to whom an account is bound.
    async fn compare(
        &self,
        exam: &ExamId,
        mut batches: Receiver<Batch>,
        progress: &AtomicU64,
    ) -> Result<ImportCounts, StoreError> {
        let mut counts = ImportCounts::default();
        while let Some(batch) = batches.recv().await {
            let client = self.database.client().await?;
            let (same, changed, bound, lines) = match batch {
                Batch::People(lines) => {
                    let pair = (&lines.document_index[..], &lines.line_index[..]);
                    let roster::Compared { same, changed, bound } = roster::compare(&client, exam, pair).await?;
                    (same, changed, bound, lines.len())
                }
                Batch::Scores(lines) => {
                    let (same, changed) = past_scores::compare(&client, exam, &lines).await?;
                    (same, changed, 0, lines.len())
                }
            };
            counts.changed += changed;
            counts.added += same + changed;
            counts.absent += same + changed;
            counts.bound += bound;
            progress.fetch_add(lines as u64, Ordering::Relaxed);
        }
        Ok(counts)
    }
}

fn people(imports: &Imports, file: SealedFile, exam: &Exam, sender: &Sender<Batch>) -> (u64, Tally) {
    let (mut tally, mut faults, mut batch) = (Tally::default(), Vec::new(), RosterLines::default());
    let read = roster_file::read(file, exam, &mut faults, |mut line| {
        // Where nobody takes batches any more the import is given up, or another process's.
        if !tally.see(&mut line) || sender.is_closed() {
            return false;
        }
        let Some(record) = line.found else { return true };
        keys::add_to_roster(&imports.vault, &exam.id, &record, &mut batch);
        batch.len() < BATCH || send(sender, Batch::People(std::mem::take(&mut batch)))
    });
    send(sender, Batch::People(batch));
    (read.lines, finished(tally, faults, read))
}

fn scores(imports: &Imports, file: SealedFile, exam: &Exam, sender: &Sender<Batch>) -> (u64, Tally) {
    let (mut tally, mut faults, mut batch) = (Tally::default(), Vec::new(), ScoreLines::default());
    let read = past_scores_file::read(file, exam, &mut faults, |mut line| {
        // Where nobody takes batches any more the import is given up, or another process's.
        if !tally.see(&mut line) || sender.is_closed() {
            return false;
        }
        let Some(score) = line.found else { return true };
        keys::add_to_scores(&imports.vault, &exam.id, &score, &mut batch);
        batch.len() < BATCH || send(sender, Batch::Scores(std::mem::take(&mut batch)))
    });
    send(sender, Batch::Scores(batch));
    (read.lines, finished(tally, faults, read))
}

/// Hands a batch on, however long that takes. False when nobody takes it any more.
fn send(sender: &Sender<Batch>, batch: Batch) -> bool {
    sender.blocking_send(batch).is_ok()
}
