//! Imports: files that staff bring, looked through before anything changes, and applied whole or not at all.
//!
//! In reading order: `upload` takes a file in, sealed part by part, and `sealed` reads it again; `reading` looks through it
//! and tells what would change and what is wrong; `applying` does it; `rooms` does both for rooms, and
//! `tables` for sittings and organisations; `corrected` is the file with what is wrong beside each
//! line. A job does the work, so that whoever waits may leave, and a process that dies is followed by another.

mod applying;
mod corrected;
mod reading;
mod rooms;
mod sealed;
pub(crate) mod store;
mod tables;
mod tally;
mod upload;

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::{Notify, watch};

use crate::desk::audit::looking::history;
use crate::desk::audit::{AuditAction, AuditEntry, Entry};
use crate::desk::permits::{Forbidden, Right, demand, demand_somewhere, permits, permits_somewhere};
use crate::desk::staff::StaffMember;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::import::{Import, ImportId, ImportKind, ImportReport, ImportState};
use crate::pictures::files::PictureFiles;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};
use store::imports;

pub use corrected::{CORRECTED_LINES_MAX, Corrected, CorrectedLine};
pub use sealed::FILE_BYTES_MAX;
pub use tally::{FAULTS_KEPT_MAX, ROWS_KEPT_MAX};
pub use upload::Upload;

/// How long a file lies here; then it is removed, whatever became of it.
pub const KEPT_DAYS: i64 = 7;
/// How long a file may take to come; the page that takes it has less.
const UPLOAD_MINUTES: i64 = 10;
/// Most imports in the list.
const LISTED_MAX: i64 = 100;
/// Most imports that wait or are worked on at once.
const WAITING_MAX: i64 = 20;
/// Until an import is tried again where somebody else imports.
const TURN_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// Most files that are removed in one round.
const FORGOTTEN_MAX: i64 = 50;

/// The door to imports. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Imports {
    pub(crate) database: Database,
    pub(crate) exams: Exams,
    pub(crate) vault: Vault,
    pub(crate) files: PictureFiles,
    /// Tells the job that something waits.
    pub(crate) wake: Arc<Notify>,
    /// Tells the job that the server stops.
    over: Arc<watch::Sender<bool>>,
}

/// Why nothing was done. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such import, or no such exam.
    #[error("there is no such import or exam")]
    Unknown,
    /// The file is larger than may be.
    #[error("the file has more than {FILE_BYTES_MAX} bytes: send it in parts")]
    TooLarge,
    /// There is nothing in the file.
    #[error("there is nothing in the file")]
    Empty,
    /// Others are being looked through.
    #[error("{WAITING_MAX} imports wait already: come back when they are done")]
    TooMany,
    /// It is not as it was when it was looked at: somebody applied it, gave it up, or something else has changed.
    #[error("this import has changed since: look at it again")]
    Changed,
    /// Its file was removed.
    #[error("the file was removed: bring it again")]
    Gone,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for ImportError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// One import as its page shows it.
#[derive(Clone)]
pub struct SeenImport {
    /// The import that is shown.
    pub import: Import,
    /// What was found in its file, as long as somebody may still apply or correct it; `None` before and after that.
    pub report: Option<ImportReport>,
    /// The same file was applied before, by this import.
    pub applied_before: Option<(ImportId, jiff::Timestamp)>,
    /// What was done about it, the newest first.
    pub history: Vec<AuditEntry>,
}

impl Imports {
    pub(crate) fn new(database: Database, exams: Exams, vault: Vault, files: PictureFiles) -> Self {
        Self { database, exams, vault, files, wake: Arc::default(), over: Arc::default() }
    }

    /// The newest imports, at most a hundred.
    ///
    /// # Errors
    /// [`ImportError::Forbidden`] and [`ImportError::Store`].
    pub async fn list(&self, member: &StaffMember) -> Result<Vec<Import>, ImportError> {
        let may_see = |import: &Import| permits(member, right(import.kind), import.exam.as_ref().into());
        if !permits_somewhere(member, Right::Import) {
            demand_somewhere(member, Right::ArrangeSeats)?;
        }
        let client = self.database.client().await?;
        let all = imports::newest(&client, member.reach.whole_exams().as_deref(), LISTED_MAX).await?;
        Ok(all.into_iter().filter(may_see).collect())
    }

    /// One import. Whoever sees lines of its file is in the audit.
    ///
    /// # Errors
    /// [`ImportError::Forbidden`], [`ImportError::Unknown`] and [`ImportError::Store`].
    pub async fn see(&self, member: &StaffMember, id: ImportId) -> Result<SeenImport, ImportError> {
        let client = self.database.client().await?;
        let (import, _, sealed) = imports::get(&client, id).await?.ok_or(ImportError::Unknown)?;
        demand(member, right(import.kind), import.exam.as_ref().into())?;
        // Later, nobody is shown lines of it, and a page that looks again and again would fill the audit.
        let is_shown = matches!(import.state, ImportState::Read | ImportState::Refused);
        let report = sealed.filter(|_| is_shown).map(|sealed| self.opened(id, &sealed)).transpose()?;
        let applied_before = match import.state {
            ImportState::Read => imports::of_digest(&client, id).await?,
            _ => None,
        };
        if report.is_some() {
            Entry::by_staff(member.id, AuditAction::LookedAtImport, &subject(id)).write(&client).await?;
        }
        let history = history(&client, &subject(id)).await?;
        Ok(SeenImport { import, report, applied_before, history })
    }

    /// Has the file applied, whole or not at all. `removes`: as many lines as there are that are absent and unbound go, which
    /// the person was told; `None`: whatever is absent stays.
    ///
    /// # Errors
    /// [`ImportError::Changed`] where it waits no more, or as many lines would not go; [`ImportError::Forbidden`],
    /// [`ImportError::Unknown`] and [`ImportError::Store`].
    pub async fn apply(&self, member: &StaffMember, id: ImportId, removes: Option<u64>) -> Result<(), ImportError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (import, ..) = imports::get(&transaction, id).await?.ok_or(ImportError::Unknown)?;
        demand(member, right(import.kind), import.exam.as_ref().into())?;
        if !imports::want(&transaction, id, member.id, removes.filter(|count| *count > 0)).await? {
            return Err(ImportError::Changed);
        }
        let detail = removes.map(|count| format!("-{count}"));
        let subject = subject(id);
        let entry = Entry::by_staff(member.id, AuditAction::WantedImport, &subject);
        entry.detail(detail.as_deref()).write(&transaction).await?;
        transaction.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Gives an import up: its file is removed soon.
    ///
    /// # Errors
    /// [`ImportError::Changed`] where it is applied, or just being; [`ImportError::Forbidden`], [`ImportError::Unknown`] and
    /// [`ImportError::Store`].
    pub async fn drop_it(&self, member: &StaffMember, id: ImportId) -> Result<(), ImportError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (import, ..) = imports::get(&transaction, id).await?.ok_or(ImportError::Unknown)?;
        demand(member, right(import.kind), import.exam.as_ref().into())?;
        if !imports::drop_it(&transaction, id).await? {
            return Err(ImportError::Changed);
        }
        Entry::by_staff(member.id, AuditAction::DroppedImport, &subject(id)).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Removes files that are old, were given up, or never came whole.
    pub(crate) async fn forget_files(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let old = now - SignedDuration::from_hours(24 * KEPT_DAYS);
        let late = now - SignedDuration::from_mins(UPLOAD_MINUTES);
        let client = self.database.client().await?;
        let found = imports::to_forget(&client, (old, late), FORGOTTEN_MAX).await?;
        drop(client);
        for id in found {
            // What did not come whole has parts that nobody counted.
            sealed::remove(&self.files, id).await?;
            imports::forget(&self.database.client().await?, id, now).await?;
        }
        Ok(())
    }

    fn opened(&self, id: ImportId, sealed: &[u8]) -> Result<ImportReport, StoreError> {
        let plain = self.vault.open(&report_context(id), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("the report of an import"))
    }
}

/// What one must be allowed to do to bring such a list.
fn right(kind: ImportKind) -> Right {
    match kind {
        ImportKind::Roster | ImportKind::PastScores => Right::Import,
        ImportKind::Sittings | ImportKind::Organisations => Right::EditExams,
        ImportKind::Rooms => Right::ArrangeSeats,
    }
}

/// What lines of the audit about an import are about.
fn subject(id: ImportId) -> String {
    format!("import {}", id.0)
}

/// What the ciphertext of a report is, and whose.
fn report_context(id: ImportId) -> String {
    format!("import.report {}", id.0)
}
