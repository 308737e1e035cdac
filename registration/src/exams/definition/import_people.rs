//! Importing the files of people: a thread reads, checks and seals them line by line, the transaction takes them batch
//! by batch. However long a file is, only some batches of it are in memory.

use std::path::Path;
use std::sync::Arc;

use deadpool_postgres::Transaction;
use tokio::sync::mpsc::{Sender, channel};

use super::error::ImportError;
use super::{DefinitionError, past_scores_file, roster_file};
use crate::eligibility::keys;
use crate::eligibility::store::past_scores;
use crate::eligibility::store::past_scores::ScoreLines;
use crate::eligibility::store::roster;
use crate::eligibility::store::roster::RosterLines;
use crate::model::exam::Exam;
use crate::secrets::vault::Vault;
use crate::store::{Merged, StoreError};

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
    /// How many were there before and are not in the file.
    pub removed: u64,
}

impl PeopleImported {
    fn new(lines: u64, merged: Merged) -> Self {
        let Merged { added, changed, removed } = merged;
        Self { lines, added, changed, removed }
    }
}

/// Brings the roster to what the file says; without a file it becomes empty, which the caller was told to do.
pub(super) async fn roster(
    transaction: &Transaction<'_>,
    dir: &Path,
    exam: &Arc<Exam>,
    vault: &Vault,
) -> Result<PeopleImported, ImportError> {
    roster::begin_import(transaction).await?;
    let (dir, page, vault) = (dir.to_owned(), exam.clone(), vault.clone());
    let (sender, mut batches) = channel::<RosterLines>(BATCHES_AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut batch, mut faults) = (RosterLines::default(), Vec::new());
        let lines = roster_file::read(&dir, &page, &mut faults, |record| {
            keys::add_to_roster(&vault, &page.id, &record, &mut batch);
            batch.len() < BATCH || send(&sender, &mut batch)
        });
        send(&sender, &mut batch);
        (lines, faults)
    });
    while let Some(batch) = batches.recv().await {
        roster::add(transaction, &batch).await?;
    }
    let lines = finish(reading.await)?;
    Ok(PeopleImported::new(lines, roster::finish_import(transaction, &exam.id).await?))
}

/// The same for results of earlier exams.
pub(super) async fn past_scores(
    transaction: &Transaction<'_>,
    dir: &Path,
    exam: &Arc<Exam>,
    vault: &Vault,
) -> Result<PeopleImported, ImportError> {
    past_scores::begin_import(transaction).await?;
    let (dir, page, vault) = (dir.to_owned(), exam.clone(), vault.clone());
    let (sender, mut batches) = channel::<ScoreLines>(BATCHES_AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut batch, mut faults) = (ScoreLines::default(), Vec::new());
        let lines = past_scores_file::read(&dir, &page, &mut faults, |score| {
            keys::add_to_scores(&vault, &page.id, &score, &mut batch);
            batch.len() < BATCH || send(&sender, &mut batch)
        });
        send(&sender, &mut batch);
        (lines, faults)
    });
    while let Some(batch) = batches.recv().await {
        past_scores::add(transaction, &batch).await?;
    }
    let lines = finish(reading.await)?;
    Ok(PeopleImported::new(lines, past_scores::finish_import(transaction, &exam.id).await?))
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
