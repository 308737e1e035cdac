//! Lists of rooms: looked through and applied as the others are. They are short, so all of their lines are in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::sealed::SealedFile;
use super::store::imports::{self, Due};
use super::tally::{Tally, finished};
use super::{Imports, report_context, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::exams::definition::DefinitionError;
use crate::exams::rooms::list::{self, Bringing, RoomLine, RoomsImported};
use crate::exams::store::exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::import::{ImportCounts, ImportId};
use crate::store::StoreError;

/// A list as it was read.
struct Listed {
    /// The lines without faults.
    lines: Vec<RoomLine>,
    /// How many there are in all.
    count: u64,
    tally: Tally,
}

impl Imports {
    /// Looks through a list of rooms, and keeps what was found.
    pub(super) async fn read_rooms(&self, due: &Due, progress: &AtomicU64) -> Result<(), StoreError> {
        // What is applied from now on may not be among what it is held against.
        let (id, began) = (due.import.id, clock::now());
        let Listed { lines, count, mut tally } = self.rooms_of(id, (due.import.bytes, due.parts)).await?;
        progress.store(count, Ordering::Relaxed);
        let client = self.database.client().await?;
        let mut done = RoomsImported::default();
        if tally.faults == 0 {
            let (found, mut faults) = list::bring(&client, lines, Bringing::Compared).await?;
            tally.take(&mut faults);
            done = found;
        }
        let mut counts = ImportCounts { lines: count, faults: tally.faults, ..ImportCounts::default() };
        if counts.faults == 0 {
            (counts.added, counts.changed) = (done.added, done.changed);
        }
        let plain = serde_json::to_vec(&tally.report).expect("texts and numbers are always JSON");
        let report = self.vault.seal(&report_context(id), &plain);
        imports::was_read(&client, (id, due.lease), &counts, &report, began).await?;
        Ok(())
    }

    /// Applies a list of rooms, all of it in one transaction; where it would do something else than somebody was told, it is
    /// looked through once more.
    pub(super) async fn apply_rooms(&self, due: &Due, progress: &AtomicU64) -> Result<(), StoreError> {
        let id = due.import.id;
        let Listed { lines, count, tally } = self.rooms_of(id, (due.import.bytes, due.parts)).await?;
        progress.store(count, Ordering::Relaxed);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !exams::try_lock_imports(&transaction).await? {
            transaction.rollback().await?;
            return imports::put_back(&client, (id, due.lease), clock::now() + super::TURN_WAIT).await;
        }
        let is_overtaken = tally.faults > 0 || imports::is_overtaken(&transaction, id).await?;
        let (done, faults) = match is_overtaken {
            true => Default::default(),
            false => list::bring(&transaction, lines, Bringing::Written).await?,
        };
        let told = &due.import.counts;
        if is_overtaken || !faults.is_empty() || (done.added, done.changed) != (told.added, told.changed) {
            transaction.rollback().await?;
            return imports::read_again(&client, (id, due.lease), 0).await;
        }
        let (added, changed) = (done.added, done.changed);
        let counts = ImportCounts { lines: count, added, changed, ..ImportCounts::default() };
        if !imports::was_applied(&transaction, (id, due.lease), &counts, clock::now()).await? {
            // Another process has done it, or somebody gave it up.
            return Ok(transaction.rollback().await?);
        }
        let by = due.applied_by.map_or(Actor::System, Actor::Staff);
        list::write_down(&transaction, by.clone(), &done).await?;
        let (subject, detail) = (subject(id), format!("rooms: +{added}, {changed} changed, -0"));
        Entry::new(by, AuditAction::AppliedImport, &subject).detail(detail.as_str()).write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// What is wrong with lines of a list as things stand, beyond what they say by themselves.
    pub(super) async fn more_faults_of_rooms(
        &self,
        id: ImportId,
        place: (u64, u32),
    ) -> Result<HashMap<u64, Vec<DefinitionError>>, StoreError> {
        let Listed { lines, tally, .. } = self.rooms_of(id, place).await?;
        let mut by_line: HashMap<_, Vec<_>> = HashMap::new();
        // Beside faults of that kind a list was not held against what is there, either.
        if tally.faults == 0 {
            let (_, faults) = list::bring(&self.database.client().await?, lines, Bringing::Compared).await?;
            faults.into_iter().for_each(|fault| by_line.entry(fault.line).or_default().push(fault));
        }
        Ok(by_line)
    }

    /// Reads the list, which may wait.
    async fn rooms_of(&self, id: ImportId, place: (u64, u32)) -> Result<Listed, StoreError> {
        let file = SealedFile::new(self, id, place);
        let reading = tokio::task::spawn_blocking(move || {
            let (mut tally, mut faults, mut lines) = (Tally::of_rooms(), Vec::new(), Vec::new());
            let read = list::read(file, &mut faults, |mut line| {
                let goes_on = tally.see(&mut line);
                lines.extend(line.found);
                goes_on
            });
            Listed { lines, count: read.lines, tally: finished(tally, faults, read) }
        });
        let listed = reading.await.map_err(|_| StoreError::Corrupt("a file that ends its reader"))?;
        if listed.tally.is_broken {
            return Err(StoreError::Corrupt("a stored file that cannot be read"));
        }
        Ok(listed)
    }
}
