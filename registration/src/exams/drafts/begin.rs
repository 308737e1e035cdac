//! Beginning a draft: from an exam, from a copy of one, from one that ships, or from files.

use jiff::civil::Date;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::checking::apart;
use super::edit::Editing;
use super::standing::Standing;
use super::{DraftError, ExamDrafts, OPEN_MAX, moments, scope, shipped, subject, written};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, demand};
use crate::desk::staff::StaffMember;
use crate::exams::definition::{DefinitionTexts, EXAM_FILE, FILE_BYTES_MAX, ORGANISATIONS_FILE, SITTINGS_FILE};
use crate::exams::store::exam_definitions;
use crate::exams::store::exam_drafts::{self, NewDraft};
use crate::model::clock;
use crate::model::exam::draft::{Draft, DraftId, DraftOrigin, DraftState};

/// What a draft is begun from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// An exam, which it changes.
    Exam(ExamId),
    /// A copy of an exam under another id, with every date moved so that it opens on that day.
    Clone {
        /// The exam that is copied.
        of: ExamId,
        /// The id of the new one.
        id: ExamId,
        /// The day on which it opens.
        opening: Date,
    },
    /// An exam that ships, under this id, with every date moved so that it opens on that day.
    Shipped {
        /// Its name under `ops/exams`.
        name: String,
        /// The id of the new one.
        id: ExamId,
        /// The day on which it opens.
        opening: Date,
    },
    /// Files that somebody brought.
    Files(DefinitionTexts),
}

impl ExamDrafts {
    /// Begins a draft.
    ///
    /// # Errors
    /// [`DraftError::Unknown`], [`DraftError::TooMany`], [`DraftError::TooLarge`], [`DraftError::Write`] where the file of
    /// which a copy is made cannot be changed, [`DraftError::Forbidden`] and [`DraftError::Store`].
    pub async fn begin(&self, member: &StaffMember, begin: Begin) -> Result<DraftId, DraftError> {
        let (base, origin, texts) = self.first_texts(begin).await?;
        check_size(&texts)?;
        let id = DraftId(Uuid::now_v7());
        let at = clock::now();
        let draft = Draft {
            id,
            exam: base.as_ref().map(|(exam, _)| exam.clone()),
            base: None,
            origin,
            state: DraftState::Open,
            version: 1,
            made_at: at,
            made_by: String::new(),
            changed_at: at,
            changed_by: String::new(),
        };
        demand(member, Right::EditExams, scope(&draft))?;
        let mut client = self.database.client().await?;
        let limit = i64::try_from(OPEN_MAX).expect("a small constant");
        if exam_drafts::open(&client, limit).await?.len() >= OPEN_MAX {
            return Err(DraftError::TooMany);
        }
        let transaction = client.transaction().await?;
        let base = base.as_ref().map(|(exam, base)| (exam, base.as_str()));
        let new = NewDraft { id, base, origin, texts: &texts, staff: member.id, at };
        exam_drafts::insert(&transaction, &new).await?;
        let (subject, of) = (subject(id), base.map_or(origin.as_ref(), |(exam, _)| exam.as_str()));
        Entry::by_staff(member.id, AuditAction::BeganDraft, &subject).detail(of).write(&transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The exam that a draft changes with what stands of it, where the draft comes from, and its first texts.
    async fn first_texts(
        &self,
        begin: Begin,
    ) -> Result<(Option<(ExamId, String)>, DraftOrigin, DefinitionTexts), DraftError> {
        Ok(match begin {
            Begin::Exam(exam) => {
                let (texts, base) = self.standing_texts(&exam).await?;
                (Some((exam, base)), DraftOrigin::Exam, texts)
            }
            Begin::Clone { of, id, opening } => {
                let (texts, _) = self.standing_texts(&of).await?;
                (None, DraftOrigin::Clone, apart(move || copied(texts, &id, opening)).await??)
            }
            Begin::Shipped { name, id, opening } => {
                let texts = shipped::find(&name).ok_or(DraftError::Unknown)?;
                (None, DraftOrigin::Shipped, apart(move || copied(texts, &id, opening)).await??)
            }
            Begin::Files(texts) => (self.base_of(&texts), DraftOrigin::Files, texts),
        })
    }

    /// The exam that files are about, where it is there already.
    fn base_of(&self, texts: &DefinitionTexts) -> Option<(ExamId, String)> {
        let table: toml::Table = texts.exam.parse().ok()?;
        let id: ExamId = table.get("id")?.as_str()?.parse().ok()?;
        let standing = Standing::of(&self.exams, &id)?;
        Some((id, standing.digest()))
    }

    /// The files that say what stands of an exam, and by what that is known.
    pub(crate) async fn standing_texts(&self, exam: &ExamId) -> Result<(DefinitionTexts, String), DraftError> {
        let standing = Standing::of(&self.exams, exam).ok_or(DraftError::Unknown)?;
        let kept = exam_definitions::get(&self.database.client().await?, exam).await?;
        Ok(apart(move || (standing.texts(kept), standing.digest())).await?)
    }
}

/// Another exam of the same files, which opens on that day.
fn copied(texts: DefinitionTexts, id: &ExamId, opening: Date) -> Result<DefinitionTexts, DraftError> {
    let read = texts.check().map_err(DraftError::Faults)?;
    let mut moved = moments::moved_to(&texts, read.page.opens_at, opening);
    // Dates may be written in a way that is not moved; then all of it is written anew first.
    let by = |texts: &DefinitionTexts| {
        let page = texts.check().ok()?.page;
        Some(page.sittings.iter().zip(&read.page.sittings).all(|(after, before)| {
            after.starts_at.duration_since(before.starts_at) == page.opens_at.duration_since(read.page.opens_at)
        }))
    };
    if by(&moved) != Some(true) {
        let anew = written::texts(&Standing::made_by(&read));
        moved = moments::moved_to(&anew, read.page.opens_at, opening);
    }
    let mut editing = Editing::of(&moved.exam)?;
    editing.set("id", Some(id.as_str().into()))?;
    Ok(DefinitionTexts { exam: editing.text(), ..moved })
}

/// The texts with another one for a file.
pub(super) fn with_file(texts: DefinitionTexts, file: &str, text: String) -> Result<DefinitionTexts, DraftError> {
    match file {
        EXAM_FILE => Ok(DefinitionTexts { exam: text, ..texts }),
        SITTINGS_FILE => Ok(DefinitionTexts { sittings: text, ..texts }),
        ORGANISATIONS_FILE => {
            Ok(DefinitionTexts { organisations: Some(text).filter(|text| !text.trim().is_empty()), ..texts })
        }
        _ => Err(DraftError::Unknown),
    }
}

pub(crate) fn check_size(texts: &DefinitionTexts) -> Result<(), DraftError> {
    let fits = texts.files().all(|(_, text)| text.len() as u64 <= FILE_BYTES_MAX && !text.contains('\0'));
    if fits { Ok(()) } else { Err(DraftError::TooLarge) }
}

/// By what the texts of a draft are known.
pub(super) fn digest(texts: &DefinitionTexts) -> String {
    written::digest_of(texts)
}
