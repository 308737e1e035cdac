//! The file with what is wrong beside each line, for whoever corrects it.

use std::collections::HashMap;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::reading::People;
use super::sealed::SealedFile;
use super::store::imports;
use super::tables::{self, Table};
use super::tally::told;
use super::{ImportError, Imports, right, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::demand;
use crate::desk::staff::StaffMember;
use crate::exams::definition::people_file::Line;
use crate::exams::definition::{DefinitionError, past_scores_file, roster_file};
use crate::exams::rooms::list;
use crate::model::import::{ImportFault, ImportId, ImportKind};

/// Most lines of such a file. Of a longer one only the lines with faults are given out.
pub const CORRECTED_LINES_MAX: u64 = 50_000;
/// Lines that are handed on at once.
const BATCH: usize = 500;
/// Batches that wait for whoever takes them.
const BATCHES_AHEAD: usize = 2;

/// A line with what is wrong with it.
pub struct CorrectedLine {
    /// Its number in the file.
    pub row: u64,
    /// Its cells, as they were read.
    pub cells: Vec<String>,
    /// What is wrong.
    pub faults: Vec<ImportFault>,
}

/// The lines as they are read again.
pub struct Corrected {
    /// The names of the columns, ours where we know what is meant.
    pub heads: Vec<String>,
    /// What it is a list of.
    pub kind: ImportKind,
    /// What the file was called.
    pub file_name: String,
    /// Are the lines without faults there, too?
    pub is_whole: bool,
    /// The lines, some hundred at a time.
    pub lines: Receiver<Vec<CorrectedLine>>,
}

impl Imports {
    /// Reads the file again, line by line. Whoever takes it out is in the audit before.
    ///
    /// # Errors
    /// [`ImportError::Gone`] where the file was removed, or has no lines that could be read; [`ImportError::Forbidden`],
    /// [`ImportError::Unknown`] and [`ImportError::Store`].
    pub async fn corrected(&self, member: &StaffMember, id: ImportId) -> Result<Corrected, ImportError> {
        let client = self.database.client().await?;
        let (import, parts, sealed) = imports::get(&client, id).await?.ok_or(ImportError::Unknown)?;
        demand(member, right(import.kind), import.exam.as_ref().into())?;
        let report = sealed.filter(|_| import.has_file).ok_or(ImportError::Gone)?;
        let heads = self.opened(id, &report)?.heads;
        if heads.is_empty() {
            return Err(ImportError::Gone);
        }
        Entry::by_staff(member.id, AuditAction::TookImport, &subject(id)).write(&client).await?;
        drop(client);
        let is_whole = import.counts.lines <= CORRECTED_LINES_MAX;
        let (sender, lines) = channel(BATCHES_AHEAD);
        let place = (import.bytes, parts);
        let mut batch = Batch { lines: Vec::new(), is_whole, sender, more: HashMap::new() };
        match People::of(import.kind) {
            Some(people) => {
                let exam = import.exam.as_ref().and_then(|exam| self.exams.get(exam)).ok_or(ImportError::Unknown)?;
                let imports = self.clone();
                tokio::task::spawn_blocking(move || {
                    let (file, mut faults) = (SealedFile::new(&imports, id, place), Vec::new());
                    match people {
                        People::Roster => roster_file::read(file, &exam, &mut faults, |line| batch.take(line)),
                        People::PastScores => past_scores_file::read(file, &exam, &mut faults, |line| batch.take(line)),
                    };
                    batch.send()
                });
            }
            None => {
                let table = Table::of(import.kind);
                batch.more = match (table, &import.exam) {
                    (Some(table), Some(exam)) => self.more_faults_of_table((id, exam), table, place).await?,
                    _ => self.more_faults_of_rooms(id, place).await?,
                };
                let imports = self.clone();
                tokio::task::spawn_blocking(move || {
                    let (file, mut faults) = (SealedFile::new(&imports, id, place), Vec::new());
                    match table {
                        Some(table) => tables::read(table, file, &mut faults, |line| batch.take(line)),
                        None => list::read(file, &mut faults, |line| batch.take(line)),
                    };
                    batch.send()
                });
            }
        }
        Ok(Corrected { heads, kind: import.kind, file_name: import.file_name, is_whole, lines })
    }
}

/// Lines on their way to whoever takes them.
struct Batch {
    lines: Vec<CorrectedLine>,
    is_whole: bool,
    sender: Sender<Vec<CorrectedLine>>,
    /// What is wrong with lines beyond what they say by themselves.
    more: HashMap<u64, Vec<DefinitionError>>,
}

impl Batch {
    /// Takes a line and what is wrong with it. False when nobody wants more.
    fn take<T>(&mut self, line: Line<'_, T>) -> bool {
        let found = line.faults.drain(..).chain(self.more.remove(&line.row.line).unwrap_or_default());
        let faults: Vec<ImportFault> =
            found.filter_map(|fault| Some(told(fault.line, fault.column, fault.wrong.as_ref()?))).collect();
        if self.is_whole || !faults.is_empty() {
            let cells = line.row.fields().map(|(_, cell)| cell.to_owned()).collect();
            self.lines.push(CorrectedLine { row: line.row.line, cells, faults });
        }
        self.lines.len() < BATCH || self.send()
    }

    fn send(&mut self) -> bool {
        self.sender.blocking_send(std::mem::take(&mut self.lines)).is_ok()
    }
}
