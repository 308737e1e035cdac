//! Bringing people of a table into the store: a thread reads, checks and seals them line by line, the transaction takes
//! them batch by batch. However long a table is, only some batches of it are in memory.

use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

use deadpool_postgres::Transaction;
use tokio::sync::mpsc::{Sender, channel};

use super::error::ImportError;
use super::{DefinitionError, PAST_SCORES_FILE, ROSTER_FILE, past_scores_file, people_file, roster_file};
use crate::eligibility::keys;
use crate::eligibility::store::past_scores;
use crate::eligibility::store::past_scores::ScoreLines;
use crate::eligibility::store::roster;
use crate::eligibility::store::roster::RosterLines;
use crate::model::exam::Exam;
use crate::secrets::vault::Vault;
use crate::store::{Absent, Merged, StoreError};

/// Lines that are written at once.
const BATCH: usize = 2_000;
/// Batches that wait for the database.
const BATCHES_AHEAD: usize = 2;

/// What became of a file of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeopleImported {
    /// How many the file has.
    pub lines: u64,
    /// Of them, new ones.
    pub added: u64,
    /// Of them, changed ones.
    pub changed: u64,
    /// How many were there before, are not in the file, and went.
    pub removed: u64,
}

impl PeopleImported {
    fn new(lines: u64, merged: Merged) -> Self {
        let Merged { added, changed, removed } = merged;
        Self { lines, added, changed, removed }
    }
}

/// Brings the roster to what the file of an exam's directory says; without a file it becomes empty, which the caller was
/// told to do.
pub(super) async fn roster(
    transaction: &Transaction<'_>,
    dir: &Path,
    exam: &Arc<Exam>,
    vault: &Vault,
) -> Result<PeopleImported, ImportError> {
    let dir = dir.to_owned();
    let open = move |faults: &mut Vec<DefinitionError>| people_file::open(&dir, ROSTER_FILE, faults);
    roster_from(transaction, open, (exam, vault), Absent::Removed, |_| {}).await
}

/// The same for results of earlier exams.
pub(super) async fn past_scores(
    transaction: &Transaction<'_>,
    dir: &Path,
    exam: &Arc<Exam>,
    vault: &Vault,
) -> Result<PeopleImported, ImportError> {
    let dir = dir.to_owned();
    let open = move |faults: &mut Vec<DefinitionError>| people_file::open(&dir, PAST_SCORES_FILE, faults);
    past_scores_from(transaction, open, (exam, vault), Absent::Removed, |_| {}).await
}

/// Brings the roster to what a table says. `open` runs where it may wait; `so_far` hears how many lines have come.
pub(crate) async fn roster_from<R: Read + Seek>(
    transaction: &Transaction<'_>,
    open: impl FnOnce(&mut Vec<DefinitionError>) -> Option<R> + Send + 'static,
    (exam, vault): (&Arc<Exam>, &Vault),
    absent: Absent,
    mut so_far: impl FnMut(u64),
) -> Result<PeopleImported, ImportError> {
    roster::begin_import(transaction).await?;
    let (page, vault) = (exam.clone(), vault.clone());
    let (sender, mut batches) = channel::<RosterLines>(BATCHES_AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut batch, mut faults) = (RosterLines::default(), Vec::new());
        let Some(source) = open(&mut faults) else { return (0, faults) };
        let read = roster_file::read(source, &page, &mut faults, |line| {
            let Some(record) = line.found else { return true };
            keys::add_to_roster(&vault, &page.id, &record, &mut batch);
            batch.len() < BATCH || send(&sender, &mut batch)
        });
        send(&sender, &mut batch);
        (read.lines, faults)
    });
    let mut taken = 0;
    while let Some(batch) = batches.recv().await {
        roster::add(transaction, &batch).await?;
        taken += batch.len() as u64;
        so_far(taken);
    }
    let lines = finish(reading.await)?;
    Ok(PeopleImported::new(lines, roster::finish_import(transaction, &exam.id, absent).await?))
}

/// The same for results of earlier exams.
pub(crate) async fn past_scores_from<R: Read + Seek>(
    transaction: &Transaction<'_>,
    open: impl FnOnce(&mut Vec<DefinitionError>) -> Option<R> + Send + 'static,
    (exam, vault): (&Arc<Exam>, &Vault),
    absent: Absent,
    mut so_far: impl FnMut(u64),
) -> Result<PeopleImported, ImportError> {
    past_scores::begin_import(transaction).await?;
    let (page, vault) = (exam.clone(), vault.clone());
    let (sender, mut batches) = channel::<ScoreLines>(BATCHES_AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut batch, mut faults) = (ScoreLines::default(), Vec::new());
        let Some(source) = open(&mut faults) else { return (0, faults) };
        let read = past_scores_file::read(source, &page, &mut faults, |line| {
            let Some(score) = line.found else { return true };
            keys::add_to_scores(&vault, &page.id, &score, &mut batch);
            batch.len() < BATCH || send(&sender, &mut batch)
        });
        send(&sender, &mut batch);
        (read.lines, faults)
    });
    let mut taken = 0;
    while let Some(batch) = batches.recv().await {
        past_scores::add(transaction, &batch).await?;
        taken += batch.len() as u64;
        so_far(taken);
    }
    let lines = finish(reading.await)?;
    Ok(PeopleImported::new(lines, past_scores::finish_import(transaction, &exam.id, absent).await?))
}

/// Hands a batch on, however long that takes. False when nobody takes it any more.
fn send<T: Default>(sender: &Sender<T>, batch: &mut T) -> bool {
    sender.blocking_send(std::mem::take(batch)).is_ok()
}

/// How many lines were read, if all of them were right: the file may have changed since it was checked.
fn finish(read: Result<(u64, Vec<DefinitionError>), tokio::task::JoinError>) -> Result<u64, ImportError> {
    match read {
        Ok((lines, faults)) if faults.is_empty() => Ok(lines),
        Ok((_, faults)) => Err(ImportError::Definition(faults)),
        Err(_) => Err(StoreError::Corrupt("a file that ends its reader").into()),
    }
}
