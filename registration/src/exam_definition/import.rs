//! Importing an exam: its files are checked, the engine gets its sittings, pages get its texts.

use std::path::Path;
use std::sync::Arc;

use reservation::engine::HoldError;
use reservation::ids::{ExamId, PoolId, SittingId};
use reservation::sitting::{Exam, SittingSpec};

use super::import_people::{self, PeopleImported};
use super::{DefinitionError, ExamDefinition};
use crate::exams::{ExamPage, Exams, SittingPage};
use crate::organisation::{OrganisationLevel, ancestry};
use crate::store::{self, StoreError};

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The exam.
    pub exam: ExamId,
    /// False when it was there already.
    pub is_new: bool,
    /// How many sittings the file has.
    pub sittings: usize,
    /// What may be meant, and is not what one would expect.
    pub warnings: Vec<DefinitionError>,
    /// Sittings imported earlier that the file has no more: they stay, because candidates may hold seats in them.
    pub kept: Vec<SittingId>,
    /// What became of the roster.
    pub roster: PeopleImported,
    /// What became of the results of earlier exams.
    pub past_scores: PeopleImported,
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files are wrong; nothing was changed.
    #[error("the exam definition has {} faults, the first: {}", .0.len(), .0[0])]
    Definition(Vec<DefinitionError>),
    /// The engine refused.
    #[error("the engine refused: {0}")]
    Engine(#[from] HoldError),
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Exams {
    /// Reads an exam's directory and brings engine and pages to what it says; again with the same files changes
    /// nothing. The engine comes first, so that no page offers what cannot be held; an import that died is mended by
    /// importing again.
    pub async fn import(&self, dir: &Path) -> Result<Imported, ImportError> {
        let definition = super::parse(dir).map_err(ImportError::Definition)?;
        let ExamDefinition { page, capacities, acknowledge, waiting_room, warnings, .. } = definition;
        let page = Arc::new(page);
        let exam = Exam {
            id: page.id.clone(),
            title: page.title.zh.clone(),
            hold: page.hold,
            grace: page.grace,
            opens_at: Some(page.opens_at),
            closes_at: Some(page.closes_at),
            acknowledge,
            waiting_room,
        };
        self.engine.put_exam(exam).await?;
        for (sitting, capacity) in page.sittings.iter().zip(capacities) {
            let spec = SittingSpec {
                title: sitting.title.zh.clone(),
                group: sitting.group.clone(),
                pool: pool(&page, sitting),
                capacity,
                venue: Some(sitting.venue.zh.clone()),
                starts_at: Some(sitting.starts_at),
            };
            self.engine.put_sitting(&page.id, &sitting.id, spec).await?;
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::exams::lock_imports(&transaction).await?;
        let is_new = store::exams::upsert(&transaction, &page).await?;
        store::exam_groups::replace(&transaction, &page.id, &page.groups).await?;
        store::exam_organisations::replace(&transaction, &page.id, &page.organisations).await?;
        let kept = store::exam_sittings::upsert(&transaction, &page.id, &page.sittings).await?;
        let roster = import_people::roster(&transaction, dir, &page, &self.vault).await?;
        let past_scores = import_people::past_scores(&transaction, dir, &page, &self.vault).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        self.refresh().await?;
        let (exam, sittings) = (page.id.clone(), page.sittings.len());
        Ok(Imported { exam, is_new, sittings, warnings, kept, roster, past_scores })
    }
}

/// Seats of one province change together; an exam without provinces is one pool.
fn pool(exam: &ExamPage, sitting: &SittingPage) -> Option<PoolId> {
    let campus = sitting.campus.as_ref()?;
    let line = ancestry(&exam.organisations, campus);
    let province = line.iter().find(|organisation| organisation.level == OrganisationLevel::Province)?;
    // Ids have at most 64 characters; what is longer shares the exam's pool.
    format!("{}_{}", exam.id, province.code).parse().ok()
}
