//! Applying a file that was looked through: all of it in one transaction, or nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use super::reading::People;
use super::sealed::SealedFile;
use super::store::imports::{self, Due};
use super::{Imports, TURN_WAIT, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::exams::definition::{self, DefinitionError, PeopleImported, import_people};
use crate::exams::store::exams;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::import::ImportCounts;
use crate::store::{Absent, StoreError};

impl Imports {
    /// Applies the file. Where it would do something else than somebody was told, nothing is done and it is looked through
    /// once more; while somebody else imports, it waits.
    pub(super) async fn apply_due(&self, due: &Due, people: People, progress: &AtomicU64) -> Result<(), StoreError> {
        let (id, kind) = (due.import.id, due.import.kind);
        let exam = due.import.exam.as_ref().and_then(|exam| self.exams.get(exam));
        let exam = exam.ok_or(StoreError::Corrupt("an import of an exam that is not there"))?;
        let absent = if due.removes.is_some() { Absent::UnboundRemoved } else { Absent::Kept };
        let (imports, place) = (self.clone(), (due.import.bytes, due.parts));
        let open = move |_: &mut Vec<DefinitionError>| Some(SealedFile::new(&imports, id, place));
        let so_far = |lines| progress.store(lines, Ordering::Relaxed);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !exams::try_lock_imports(&transaction).await? {
            transaction.rollback().await?;
            return imports::put_back(&client, (id, due.lease), clock::now() + TURN_WAIT).await;
        }
        if imports::is_overtaken(&transaction, id).await? {
            transaction.rollback().await?;
            return imports::read_again(&client, (id, due.lease), 0).await;
        }
        let done = match people {
            People::Roster => {
                import_people::roster_from(&transaction, open, (&exam, &self.vault), absent, so_far).await
            }
            People::PastScores => {
                import_people::past_scores_from(&transaction, open, (&exam, &self.vault), absent, so_far).await
            }
        };
        let done = match done {
            Ok(done) if is_as_told(due, &done) => done,
            Ok(_) | Err(definition::ImportError::Definition(_)) => {
                transaction.rollback().await?;
                return imports::read_again(&client, (id, due.lease), 0).await;
            }
            Err(definition::ImportError::Store(error)) => return Err(error),
            // Of people the engine knows nothing.
            Err(definition::ImportError::Engine(_)) => return Err(StoreError::Corrupt("an import of people")),
        };
        let PeopleImported { lines, added, changed, removed } = done;
        let counts = ImportCounts { lines, added, changed, removed, ..ImportCounts::default() };
        let now = clock::now();
        if !imports::was_applied(&transaction, (id, due.lease), &counts, now).await? {
            // Another process has done it, or somebody gave it up.
            return Ok(transaction.rollback().await?);
        }
        let by = due.applied_by.map_or(Actor::System, Actor::Staff);
        let detail = format!("{} {}: +{added}, {changed} changed, -{removed}", kind.as_ref(), exam.id);
        let subject = subject(id);
        let entry = Entry::new(by, AuditAction::AppliedImport, &subject).detail(detail.as_str());
        entry.write(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// Does it what somebody was told that it would? What came by the command line meanwhile would be undone in silence. Fewer
/// lines may go than they were told: somebody may have become bound since.
fn is_as_told(due: &Due, done: &PeopleImported) -> bool {
    let told = &due.import.counts;
    (done.added, done.changed) == (told.added, told.changed) && done.removed <= due.removes.unwrap_or(0)
}
