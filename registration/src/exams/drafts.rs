//! Exams set up in the browser: a draft is a definition as its text, checked by the one checker and applied by the one
//! import. It touches no exam until then.
//!
//! In reading order: [`shipped`] and `standing` are what drafts are begun from, `written` what stands as files; [`fields`],
//! `edit`, [`table`] and [`writing`] change the text, `checking` checks it, [`effect`] holds it against what stands, `applying`
//! carries it out when it is its `turn`; `window` opens and closes an exam at once, `preview` lets staff see a draft as candidates would.

mod applying;
pub(crate) mod begin;
pub(crate) mod checking;
mod edit;
pub mod effect;
pub mod fields;
pub mod moments;
pub mod preview;
pub mod shipped;
pub(crate) mod standing;
pub mod table;
mod turn;
mod window;
pub mod writing;
pub(crate) mod written;

use std::collections::HashMap;
use std::sync::Arc;

use reservation::engine::HoldError;
use reservation::ids::ExamId;

use self::checking::checked;
use self::effect::{EffectRefusal, Seats};
use self::writing::WriteError;
use crate::desk::audit::looking::history;
use crate::desk::audit::{AuditAction, AuditEntry, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand, permits};
use crate::desk::staff::StaffMember;
use crate::exams::Exams;
use crate::exams::definition::{
    DefinitionError, DefinitionTexts, ExamDefinition, FILE_BYTES_MAX, ImportError, sittings_file,
};
use crate::exams::store::{exam_applications, exam_drafts};
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam::draft::{Draft, DraftId, DraftState};
use crate::store::{Database, StoreError};

pub use self::applying::TakesSeats;
pub use self::begin::Begin;
pub use self::edit::{ListAct, NoPlace};
pub use self::fields::DraftPart;
pub use self::window::WindowAct;

/// The columns that a table of sittings may have.
const SITTING_COLUMNS: [&str; 11] = sittings_file::COLUMNS;
/// Most drafts that are open at once.
const OPEN_MAX: usize = 100;

/// The door to drafts. Cloning is a few reference counts.
#[derive(Clone)]
pub struct ExamDrafts {
    pub(crate) database: Database,
    pub(crate) exams: Exams,
}

/// Why nothing was done. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such draft, exam or file.
    #[error("there is no such draft, exam or file")]
    Unknown,
    /// It is not as it was when it was looked at: somebody changed it, applied it, or gave it up.
    #[error("this draft has changed since: look at it again")]
    Changed,
    /// Another import is under way.
    #[error("another exam is just being imported: come back when that is done")]
    Busy,
    /// So many drafts are open already.
    #[error("{OPEN_MAX} drafts are open: give some of them up first")]
    TooMany,
    /// A file is larger than may be.
    #[error("a file has more than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// What was entered could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The definition has faults.
    #[error("the definition has {} faults", .0.len())]
    Faults(Vec<DefinitionError>),
    /// Applying it would do what is not done.
    #[error("{} things keep it from being applied", .0.len())]
    Refused(Vec<EffectRefusal>),
    /// The exam is open or closed already.
    #[error("the exam is that already")]
    NotNow,
    /// The engine would not take it.
    #[error("the engine refused: {0}")]
    Engine(#[from] HoldError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for DraftError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<NoPlace> for DraftError {
    fn from(error: NoPlace) -> Self {
        Self::Write(error.into())
    }
}

impl From<ImportError> for DraftError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Definition(faults) => Self::Faults(faults),
            ImportError::Engine(error) => Self::Engine(error),
            ImportError::Store(error) => Self::Store(error),
        }
    }
}

/// One draft as its pages show it.
#[derive(Debug, Clone)]
pub struct SeenDraft {
    /// The draft that is shown.
    pub draft: Draft,
    /// Its files, as they are now.
    pub texts: DefinitionTexts,
    /// What they say, or every fault of them.
    pub checked: Result<ExamDefinition, Vec<DefinitionError>>,
    /// Has applying it begun, and not ended? It is under way, or has broken off.
    pub has_begun: bool,
    /// What was done with it, the newest first.
    pub history: Vec<AuditEntry>,
}

/// An exam in the list.
#[derive(Debug, Clone)]
pub struct ExamLine {
    /// The exam as pages show it.
    pub exam: Arc<Exam>,
    /// How many seats its sittings have.
    pub capacity: i64,
    /// Who has how many of them.
    pub seats: Seats,
}

impl ExamDrafts {
    /// Over the exams that they change.
    pub(crate) fn over(exams: &Exams) -> Self {
        Self { database: exams.database.clone(), exams: exams.clone() }
    }

    /// The exams that this member of staff may edit, or open and close, the one that opened last first.
    ///
    /// # Errors
    /// [`DraftError::Engine`] where the engine cannot say how the seats stand.
    pub async fn list(&self, member: &StaffMember) -> Result<Vec<ExamLine>, DraftError> {
        let may = |exam: &ExamId| {
            let scope = Scope::Exam(exam);
            permits(member, Right::EditExams, scope) || permits(member, Right::OpenAndClose, scope)
        };
        let exams: Vec<Arc<Exam>> = self.exams.list().into_iter().filter(|exam| may(&exam.id)).collect();
        let ids: Vec<ExamId> = exams.iter().map(|exam| exam.id.clone()).collect();
        let figures: HashMap<_, _> = self.exams.engine.figures(&ids).await?.into_iter().collect();
        let line = |exam: Arc<Exam>| {
            let sittings = figures.get(&exam.id).map(|figures| &figures.sittings[..]).unwrap_or_default();
            let seats = Seats {
                held: sittings.iter().map(|sitting| sitting.held).sum(),
                sold: sittings.iter().map(|sitting| sitting.frozen + sitting.confirmed).sum(),
            };
            ExamLine { capacity: sittings.iter().map(|sitting| sitting.capacity).sum(), exam, seats }
        };
        Ok(exams.into_iter().map(line).collect())
    }

    /// The drafts that are open, the one that was changed last first.
    ///
    /// # Errors
    /// [`DraftError::Store`].
    pub async fn drafts(&self, member: &StaffMember) -> Result<Vec<Draft>, DraftError> {
        let client = self.database.client().await?;
        let limit = i64::try_from(OPEN_MAX).expect("a small constant");
        let all = exam_drafts::open(&client, limit).await?;
        Ok(all.into_iter().filter(|draft| permits(member, Right::EditExams, scope(draft))).collect())
    }

    /// One draft with its texts and what is wrong with them.
    ///
    /// # Errors
    /// [`DraftError::Forbidden`], [`DraftError::Unknown`] and [`DraftError::Store`].
    pub async fn see(&self, member: &StaffMember, id: DraftId) -> Result<SeenDraft, DraftError> {
        let (draft, texts) = self.of(member, id).await?;
        let client = self.database.client().await?;
        let history = history(&client, &subject(id)).await?;
        let begun = exam_applications::get(&client, id).await?;
        drop(client);
        let is_of_it = |version| draft.state == DraftState::Open && draft.version == version;
        let has_begun = begun.is_some_and(|begun| is_of_it(begun.version));
        let (texts, checked) = checked(texts).await?;
        Ok(SeenDraft { draft, checked, texts, has_begun, history })
    }

    /// One draft with its texts, for whoever may work on it.
    async fn of(&self, member: &StaffMember, id: DraftId) -> Result<(Draft, DefinitionTexts), DraftError> {
        let client = self.database.client().await?;
        let (draft, texts) = exam_drafts::get(&client, id, false).await?.ok_or(DraftError::Unknown)?;
        demand(member, Right::EditExams, scope(&draft))?;
        Ok((draft, texts))
    }

    /// Writes what was entered into the form of a part, by the places of its values; which version the draft has then.
    ///
    /// # Errors
    /// [`DraftError::Write`], [`DraftError::Changed`], [`DraftError::Forbidden`], [`DraftError::Unknown`] and
    /// [`DraftError::Store`].
    pub async fn fill(
        &self,
        member: &StaffMember,
        at: (DraftId, i64),
        part: DraftPart,
        entered: &HashMap<String, String>,
    ) -> Result<i64, DraftError> {
        self.change(member, at, part.as_ref(), |texts| Ok(writing::write(texts, part, entered)?)).await
    }

    /// Adds a thing to a list of a part.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub async fn add(
        &self,
        member: &StaffMember,
        at: (DraftId, i64),
        part: DraftPart,
        list: &str,
    ) -> Result<i64, DraftError> {
        self.change(member, at, part.as_ref(), |texts| Ok(writing::add(texts, part, list)?)).await
    }

    /// Moves a thing of a list of a part, or takes it out.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub async fn act(
        &self,
        member: &StaffMember,
        at: (DraftId, i64),
        part: DraftPart,
        what: (&str, usize, ListAct),
    ) -> Result<i64, DraftError> {
        self.change(member, at, part.as_ref(), |texts| Ok(writing::act(texts, part, what)?)).await
    }

    /// Writes the table of sittings.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub async fn fill_sittings(
        &self,
        member: &StaffMember,
        at: (DraftId, i64),
        entered: &HashMap<String, String>,
    ) -> Result<i64, DraftError> {
        self.change(member, at, "sittings", |texts| Ok(writing::write_sittings(texts, entered)?)).await
    }

    /// Replaces the text of a file.
    ///
    /// # Errors
    /// As [`Self::fill`]; [`DraftError::TooLarge`].
    pub async fn write_file(
        &self,
        member: &StaffMember,
        at: (DraftId, i64),
        file: &str,
        text: &str,
    ) -> Result<i64, DraftError> {
        // Browsers send lines as the protocol of mail ends them.
        let text = text.replace("\r\n", "\n");
        self.change(member, at, file, |texts| begin::with_file(texts.clone(), file, text)).await
    }

    async fn change(
        &self,
        member: &StaffMember,
        (id, version): (DraftId, i64),
        what: &str,
        change: impl FnOnce(&DefinitionTexts) -> Result<DefinitionTexts, DraftError>,
    ) -> Result<i64, DraftError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (draft, texts) = exam_drafts::get(&transaction, id, true).await?.ok_or(DraftError::Unknown)?;
        demand(member, Right::EditExams, scope(&draft))?;
        if draft.version != version || draft.state != DraftState::Open {
            return Err(DraftError::Changed);
        }
        let changed = change(&texts)?;
        begin::check_size(&changed)?;
        if changed == texts {
            return Ok(version);
        }
        if !exam_drafts::change(&transaction, (id, version), &changed, (member.id, clock::now())).await? {
            return Err(DraftError::Changed);
        }
        let subject = subject(id);
        Entry::by_staff(member.id, AuditAction::ChangedDraft, &subject).detail(what).write(&transaction).await?;
        transaction.commit().await?;
        Ok(version + 1)
    }

    /// Gives a draft up.
    ///
    /// # Errors
    /// [`DraftError::Changed`], [`DraftError::Forbidden`], [`DraftError::Unknown`] and [`DraftError::Store`].
    pub async fn drop_it(&self, member: &StaffMember, (id, version): (DraftId, i64)) -> Result<(), DraftError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let (draft, _) = exam_drafts::get(&transaction, id, true).await?.ok_or(DraftError::Unknown)?;
        demand(member, Right::EditExams, scope(&draft))?;
        if !exam_drafts::end(&transaction, (id, version), DraftState::Dropped, (member.id, clock::now())).await? {
            return Err(DraftError::Changed);
        }
        Entry::by_staff(member.id, AuditAction::DroppedDraft, &subject(id)).write(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// An exam as files, for whoever takes it out: checked and imported again they change nothing.
    ///
    /// # Errors
    /// [`DraftError::Forbidden`], [`DraftError::Unknown`] and [`DraftError::Store`].
    pub async fn export(&self, member: &StaffMember, exam: &ExamId) -> Result<DefinitionTexts, DraftError> {
        demand(member, Right::EditExams, Scope::Exam(exam))?;
        let (texts, digest) = self.standing_texts(exam).await?;
        let client = self.database.client().await?;
        let subject = subject_of_exam(exam);
        let entry = Entry::by_staff(member.id, AuditAction::ExportedExam, &subject);
        entry.detail(digest.as_str()).write(&client).await?;
        Ok(texts)
    }

    /// A draft as files, and how the archive of them is called: after the exam that they say.
    ///
    /// # Errors
    /// [`DraftError::Forbidden`], [`DraftError::Unknown`] and [`DraftError::Store`].
    pub async fn export_draft(
        &self,
        member: &StaffMember,
        id: DraftId,
    ) -> Result<(String, DefinitionTexts), DraftError> {
        let (_, texts) = self.of(member, id).await?;
        let (texts, checked) = checked(texts).await?;
        let name = checked.map_or_else(|_| "exam-draft".to_owned(), |definition| definition.page.id.to_string());
        let (client, subject, digest) = (self.database.client().await?, subject(id), begin::digest(&texts));
        let entry = Entry::by_staff(member.id, AuditAction::ExportedExam, &subject);
        entry.detail(digest.as_str()).write(&client).await?;
        Ok((name, texts))
    }

    /// What was done with an exam as a whole, the newest first.
    ///
    /// # Errors
    /// [`DraftError::Store`].
    pub async fn history(&self, exam: &ExamId) -> Result<Vec<AuditEntry>, DraftError> {
        let client = self.database.client().await?;
        Ok(history(&client, &subject_of_exam(exam)).await?)
    }
}

/// What a draft belongs to, for rights.
fn scope(draft: &Draft) -> Scope<'_> {
    draft.exam.as_ref().into()
}

/// What lines of the audit about a draft are about.
fn subject(id: DraftId) -> String {
    format!("exam_draft.{}", id.0)
}

/// What lines of the audit about an exam as a whole are about.
fn subject_of_exam(exam: &ExamId) -> String {
    format!("exam.{exam}")
}
