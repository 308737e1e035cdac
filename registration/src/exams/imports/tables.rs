//! Lists of sittings and of organisations: looked through and applied as the other lists are, and brought to engine and pages as
//! `seathold exam import` and drafts bring them. They are short, so all of their lines are in memory.

mod made;
mod merging;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use reservation::ids::ExamId;

use super::sealed::SealedFile;
use super::store::imports::{self, Due};
use super::tally::{Tally, finished};
use super::{Imports, report_context, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::eligibility::store::bindings;
use crate::exams::definition::table::Shape;
use crate::exams::definition::wrong::Wrong;
use crate::exams::definition::{Changes, Coming, DefinitionError, ImportError, organisations_file, sittings_file};
use crate::exams::store::exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::import::{ImportCounts, ImportId, ImportKind};
use crate::store::StoreError;
use made::Made;
use merging::Lines;

pub(super) use merging::read;

/// A table of an exam's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Sittings,
    Organisations,
}

impl Table {
    /// The table that a kind of list is merged into; `None`: it is no such list.
    pub(super) fn of(kind: ImportKind) -> Option<Self> {
        match kind {
            ImportKind::Sittings => Some(Self::Sittings),
            ImportKind::Organisations => Some(Self::Organisations),
            ImportKind::Roster | ImportKind::PastScores | ImportKind::Rooms => None,
        }
    }

    fn shape(self) -> &'static Shape {
        match self {
            Self::Sittings => &sittings_file::SHAPE,
            Self::Organisations => &organisations_file::SHAPE,
        }
    }

    /// The column by which a line is known.
    fn key(self) -> &'static str {
        self.shape().columns[0]
    }

    /// How many sittings the engine may have taken of a list that was begun, by how it stood when somebody was told and stands now.
    /// Whoever began it has died, so that nobody knows: one at least, of which to say that it was not written would be wrong.
    fn perhaps_written(self, told: &ImportCounts, left: &ImportCounts) -> u64 {
        match self {
            Self::Sittings => (told.added + told.changed).saturating_sub(left.added + left.changed).max(1),
            // The engine has none of them.
            Self::Organisations => 0,
        }
    }

    fn twice(self, key: &str) -> Wrong {
        match self {
            Self::Sittings => Wrong::SittingTwice { sitting: key.to_owned() },
            Self::Organisations => Wrong::OrganisationTwice { code: key.to_owned() },
        }
    }
}

/// A list as it was read.
struct Listed {
    list: Lines,
    /// How many lines there are in all.
    count: u64,
    tally: Tally,
}

impl Imports {
    /// Looks through a list, and keeps what was found.
    pub(super) async fn read_table(&self, due: &Due, table: Table, progress: &AtomicU64) -> Result<(), StoreError> {
        let began = clock::now();
        let Listed { list, count, mut tally } =
            self.table_of(due.import.id, table, (due.import.bytes, due.parts)).await?;
        progress.store(count, Ordering::Relaxed);
        let mut counts = ImportCounts { lines: count, ..ImportCounts::default() };
        let mut base = None;
        if tally.faults == 0 {
            let mut made = self.made(table, exam_of(due)?, list, false).await?;
            tally.take(&mut made.faults);
            base = Some(made.base);
            if tally.faults == 0 {
                counts = ImportCounts { lines: count, ..made.counts };
            }
        }
        self.keep(due, counts, &tally, (base.as_deref(), began)).await
    }

    /// Keeps what was found when a list was held, from a moment on, against the exam known by this.
    async fn keep(
        &self,
        due: &Due,
        counts: ImportCounts,
        tally: &Tally,
        (base, began): (Option<&str>, Timestamp),
    ) -> Result<(), StoreError> {
        let id = due.import.id;
        let counts = ImportCounts { faults: tally.faults, ..counts };
        let plain = serde_json::to_vec(&tally.report).expect("texts and numbers are always JSON");
        let report = self.vault.seal(&report_context(id), &plain);
        let client = self.database.client().await?;
        imports::keep_base(&client, (id, due.lease), base).await?;
        imports::was_read(&client, (id, due.lease), &counts, &report, began).await?;
        Ok(())
    }

    /// Applies a list, all of it in one transaction; where it would do something else than somebody was told, it is looked
    /// through once more. What dies within the engine's part is gone on with.
    pub(super) async fn apply_table(&self, due: &Due, table: Table, progress: &AtomicU64) -> Result<(), StoreError> {
        let (id, exam, began) = (due.import.id, exam_of(due)?, clock::now());
        let Listed { list, count, mut tally } = self.table_of(id, table, (due.import.bytes, due.parts)).await?;
        progress.store(count, Ordering::Relaxed);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !exams::try_lock_imports(&transaction).await? {
            transaction.rollback().await?;
            return imports::put_back(&client, (id, due.lease), clock::now() + super::TURN_WAIT).await;
        }
        // Nobody imports meanwhile, so that what the list is held against stands until the transaction ends.
        let mut made = self.made(table, exam, list, due.removes.is_some()).await?;
        let ((base, begun), stood) =
            (imports::base(&transaction, id).await?, exams::version_of(&transaction, exam).await?);
        let goes_on = begun.is_some() && begun == stood;
        let is_same = tally.faults == 0 && (goes_on || base.as_ref() == Some(&made.base));
        let is_as_told = is_same && made.counts.removed == due.removes.unwrap_or(0);
        let Some((definition, texts)) = made.definition.filter(|_| is_as_told) else {
            transaction.rollback().await?;
            if is_same && due.removes.is_some() && !made.faults.is_empty() {
                // Looked through once more, with nothing that goes, it would be right: and so on for ever.
                tally.take(&mut made.faults);
                let counts = ImportCounts { lines: count, ..ImportCounts::default() };
                return self.keep(due, counts, &tally, (Some(made.base.as_str()), began)).await;
            }
            let written = if begun.is_some() { table.perhaps_written(&due.import.counts, &made.counts) } else { 0 };
            return imports::read_again(&client, (id, due.lease), written).await;
        };
        let ImportCounts { mut added, mut changed, removed, .. } = made.counts;
        let mut taken = 0;
        if goes_on {
            // What the engine has of it already is no change any more, and was one.
            let told = &due.import.counts;
            taken = (told.added + told.changed).saturating_sub(added + changed);
            (added, changed) = (told.added, told.changed);
        }
        if (added, changed, removed) != (0, 0, 0) || goes_on {
            // Committed by itself, before the engine hears anything: whatever ends us now leaves it behind.
            if !imports::begin_at(&self.database.client().await?, (id, due.lease), stood).await? {
                return Ok(transaction.rollback().await?);
            }
            let coming = Coming::new(definition, Some(texts));
            let changes = coming.changes(&self.exams.engine);
            match self.bring(&transaction, &coming, &changes).await {
                Ok(()) => {}
                Err(ImportError::Store(error)) => return Err(error),
                Err(error) => {
                    let written = taken + self.written(&coming, &changes);
                    tracing::warn!(%error, written, "the engine would not take an import: it is looked through once more");
                    transaction.rollback().await?;
                    return imports::read_again(&client, (id, due.lease), written).await;
                }
            }
        }
        let counts = ImportCounts { lines: count, added, changed, removed, ..ImportCounts::default() };
        if !imports::was_applied(&transaction, (id, due.lease), &counts, clock::now()).await? {
            // Another process has done it, or does; it is the same for engine and pages.
            return Ok(transaction.rollback().await?);
        }
        let by = due.applied_by.map_or(Actor::System, Actor::Staff);
        let detail = format!("{} {exam}: +{added}, {changed} changed, -{removed}", due.import.kind.as_ref());
        let subject = subject(id);
        Entry::new(by, AuditAction::AppliedImport, &subject).detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        drop(client);
        self.exams.refresh().await
    }

    /// Brings pages and engine to what a definition says.
    async fn bring(
        &self,
        transaction: &Transaction<'_>,
        coming: &Coming,
        changes: &Changes,
    ) -> Result<(), ImportError> {
        let engine = &self.exams.engine;
        engine.check_sittings(&coming.page.id, &coming.sittings)?;
        coming.to_pages(transaction).await?;
        coming.changes_to_engine(engine, transaction, changes).await
    }

    /// How many of the sittings that were to change the engine has as they were to be.
    fn written(&self, coming: &Coming, changes: &Changes) -> u64 {
        let wanted: HashSet<_> = changes.sittings().collect();
        let left = coming.changes(&self.exams.engine);
        let left = left.sittings().filter(|id| wanted.contains(id)).count();
        wanted.len().saturating_sub(left) as u64
    }

    /// What is wrong with lines of a list as things stand, beyond what they say by themselves.
    pub(super) async fn more_faults_of_table(
        &self,
        (id, exam): (ImportId, &ExamId),
        table: Table,
        place: (u64, u32),
    ) -> Result<HashMap<u64, Vec<DefinitionError>>, StoreError> {
        let Listed { list, tally, .. } = self.table_of(id, table, place).await?;
        let mut by_line: HashMap<_, Vec<_>> = HashMap::new();
        // Beside faults of that kind a list was not held against what is there, either.
        if tally.faults == 0 {
            let faults = self.made(table, exam, list, false).await?.faults;
            faults.into_iter().for_each(|fault| by_line.entry(fault.line).or_default().push(fault));
        }
        Ok(by_line)
    }

    /// Reads the list, which may wait.
    async fn table_of(&self, id: ImportId, table: Table, place: (u64, u32)) -> Result<Listed, StoreError> {
        let file = SealedFile::new(self, id, place);
        let reading = tokio::task::spawn_blocking(move || {
            let (mut tally, mut faults, mut list) = (Tally::of_table(), Vec::new(), Lines::default());
            let read = read(table, file, &mut faults, |mut line| {
                if list.heads.is_empty() {
                    list.heads = line.row.names().to_vec();
                }
                let goes_on = tally.see(&mut line);
                list.lines.extend(line.found);
                goes_on
            });
            Listed { list, count: read.lines, tally: finished(tally, faults, read) }
        });
        let listed = reading.await.map_err(|_| StoreError::Corrupt("a file that ends its reader"))?;
        if listed.tally.is_broken {
            return Err(StoreError::Corrupt("a stored file that cannot be read"));
        }
        Ok(listed)
    }

    async fn made(&self, table: Table, exam: &ExamId, list: Lines, removes: bool) -> Result<Made, StoreError> {
        let bound = match table {
            Table::Sittings => HashSet::new(),
            Table::Organisations => bindings::campuses(&self.database.client().await?, exam).await?,
        };
        made::made(&self.exams, (table, exam), (list, bound), removes).await
    }
}

/// The exam of an import that is of one.
fn exam_of(due: &Due) -> Result<&ExamId, StoreError> {
    due.import.exam.as_ref().ok_or(StoreError::Corrupt("an import of no exam"))
}
