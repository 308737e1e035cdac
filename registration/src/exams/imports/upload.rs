//! Taking a file in: it is sealed part by part as it comes, and only one part is in memory.

use bytes::BytesMut;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::sealed::{FILE_BYTES_MAX, PART_BYTES, key};
use super::store::imports;
use super::{ImportError, Imports, WAITING_MAX, right, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::demand;
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::model::import::{ImportId, ImportKind};
use crate::store::StoreError;

/// Longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// A file that is coming.
pub struct Upload {
    imports: Imports,
    id: ImportId,
    staff: StaffId,
    bytes: u64,
    parts: u32,
    waiting: BytesMut,
    /// One index for each part: together they are what the same file is known by.
    marks: Vec<u8>,
}

impl Imports {
    /// Begins to take a file in.
    ///
    /// # Errors
    /// [`ImportError::TooMany`], [`ImportError::Forbidden`], [`ImportError::Unknown`] and [`ImportError::Store`].
    pub async fn begin(
        &self,
        member: &StaffMember,
        kind: ImportKind,
        exam: Option<&ExamId>,
        file_name: &str,
    ) -> Result<Upload, ImportError> {
        demand(member, right(kind), exam.into())?;
        // A list that is of an exam is of one that is there, and rooms are of none.
        let exam = exam.filter(|_| kind.is_of_exam());
        if exam.map_or(kind.is_of_exam(), |exam| self.exams.get(exam).is_none()) {
            return Err(ImportError::Unknown);
        }
        let id = ImportId(Uuid::now_v7());
        let client = self.database.client().await?;
        if imports::count_waiting(&client).await? >= WAITING_MAX {
            return Err(ImportError::TooMany);
        }
        imports::insert(&client, id, (kind, exam), (member.id, &named(file_name)), clock::now()).await?;
        let (imports, staff) = (self.clone(), member.id);
        Ok(Upload { imports, id, staff, bytes: 0, parts: 0, waiting: BytesMut::new(), marks: Vec::new() })
    }
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`ImportError::TooLarge`] and [`ImportError::Store`]; then nothing more is taken, and what came is removed.
    pub async fn add(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > FILE_BYTES_MAX {
            self.give_up().await?;
            return Err(ImportError::TooLarge);
        }
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= PART_BYTES {
            let part = self.waiting.split_to(PART_BYTES);
            self.keep(&part).await?;
        }
        Ok(())
    }

    /// All of it has come: a job looks through it.
    ///
    /// # Errors
    /// [`ImportError::Empty`], [`ImportError::Changed`] where it took so long that it was given up, and
    /// [`ImportError::Store`].
    pub async fn finish(mut self) -> Result<ImportId, ImportError> {
        if self.bytes == 0 {
            self.give_up().await?;
            return Err(ImportError::Empty);
        }
        if !self.waiting.is_empty() {
            let part = self.waiting.split();
            self.keep(&part).await?;
        }
        let digest = self.imports.vault.index_of_bytes("import.file", &self.marks);
        let mut client = self.imports.database.client().await?;
        let transaction = client.transaction().await?;
        if !imports::uploaded(&transaction, self.id, (self.bytes, self.parts), &digest).await? {
            return Err(ImportError::Changed);
        }
        let detail = format!("{} B", self.bytes);
        let subject = subject(self.id);
        let entry = Entry::by_staff(self.staff, AuditAction::BroughtImport, &subject);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        self.imports.wake.notify_one();
        Ok(self.id)
    }

    async fn keep(&mut self, part: &[u8]) -> Result<(), StoreError> {
        let key = key(self.id, self.parts);
        let vault = &self.imports.vault;
        self.marks.extend_from_slice(&vault.index_of_bytes("import.part", part));
        self.imports.files.put(&key, vault.seal(&key.context, part)).await?;
        self.parts += 1;
        Ok(())
    }

    async fn give_up(&self) -> Result<(), StoreError> {
        imports::drop_it(&self.imports.database.client().await?, self.id).await?;
        Ok(())
    }
}

/// What staff call their file, without folders and on one line.
fn named(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let bare: String = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    if bare.trim().is_empty() { "?".to_owned() } else { bare }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_file_is_called_by_its_last_name() {
        for (sent, kept) in [("名单.xlsx", "名单.xlsx"), ("C:\\a\\b.csv", "b.csv"), ("a/b\n.csv", "b.csv"), ("", "?")]
        {
            assert_eq!(named(sent), kept);
        }
        assert_eq!(named(&"长".repeat(300)).chars().count(), 200);
    }
}
