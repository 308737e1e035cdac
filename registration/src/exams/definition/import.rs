//! Importing an exam: its files are checked, the engine gets its sittings, pages get its texts.

use std::path::Path;
use std::sync::Arc;

use reservation::ids::{ExamId, PoolId, SittingId};
use reservation::sitting::{self, SittingSpec};

use super::error::ImportError;
use super::import_people::{self, PeopleImported};
use super::{DefinitionError, ExamDefinition, ORGANISATIONS_FILE, PAST_SCORES_FILE, ROSTER_FILE};
use crate::eligibility::store::past_scores;
use crate::eligibility::store::roster;
use crate::exams::Exams;
use crate::exams::store;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::WaitingListRules;
use crate::model::organisation::{OrganisationLevel, ancestry};
use crate::store::StoreError;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The exam that was made or changed.
    pub exam: ExamId,
    /// False when it was there already.
    pub is_new: bool,
    /// How many sittings the file has.
    pub sittings: usize,
    /// What may be meant, and is not what one would expect.
    pub warnings: Vec<DefinitionError>,
    /// Sittings imported earlier that the file has no more: they stay, because candidates may hold seats in them.
    pub kept: Vec<SittingId>,
    /// What became of the roster; `None`: without a file it is as it was.
    pub roster: Option<PeopleImported>,
    /// What became of the results of earlier exams; `None`: without a file they are as they were.
    pub past_scores: Option<PeopleImported>,
}

/// What an import is told to empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Emptying {
    /// The roster: everybody goes from it.
    pub roster: bool,
    /// The results of earlier exams: all of them go.
    pub past_scores: bool,
}

impl Emptying {
    /// A file cannot be imported and emptied at once.
    fn check(self, dir: &Path) -> Result<(), Vec<DefinitionError>> {
        let files = [(self.roster, ROSTER_FILE), (self.past_scores, PAST_SCORES_FILE)];
        let both = files.into_iter().filter(|(empties, file)| *empties && dir.join(file).exists());
        let message = "is there, and is to be emptied: take the file away, or do not ask for it to be emptied";
        let faults: Vec<_> =
            both.map(|(_, file)| DefinitionError { file, line: 1, message: message.to_owned() }).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

impl Exams {
    /// Without its file an exam has no organisations, which nobody can have meant who has imported some.
    fn must_keep_organisations(&self, dir: &Path, page: &Exam) -> Result<(), ImportError> {
        let before = self.get(&page.id).map_or(0, |known| known.organisations.len());
        if before == 0 || dir.join(ORGANISATIONS_FILE).exists() {
            return Ok(());
        }
        let message =
            format!("is missing, and the exam has {before} organisations: put it back, or its first line only");
        Err(ImportError::Definition(vec![DefinitionError { file: ORGANISATIONS_FILE, line: 1, message }]))
    }

    /// How many people and results of earlier exams there are now, for whoever is about to import others.
    pub async fn people_there(&self, exam: &ExamId) -> Result<(u64, u64), StoreError> {
        let client = self.database.client().await?;
        Ok((roster::count(&client, exam).await?, past_scores::count(&client, exam).await?))
    }

    /// Reads an exam's directory and brings engine and pages to what it says; again with the same files changes
    /// nothing. What pages get is committed after the engine has its part, so that no page offers what cannot be held. An
    /// import that dies in between leaves pages as they were, with seats and times as far as the engine got; importing
    /// again mends it.
    pub async fn import(&self, dir: &Path) -> Result<Imported, ImportError> {
        self.import_emptying(dir, Emptying::default()).await
    }

    /// The same, and empties what is told by name: a file that is not there is no reason to.
    pub async fn import_emptying(&self, dir: &Path, emptying: Emptying) -> Result<Imported, ImportError> {
        emptying.check(dir).map_err(ImportError::Definition)?;
        let definition = super::parse(dir).map_err(ImportError::Definition)?;
        self.must_keep_organisations(dir, &definition.page)?;
        let ExamDefinition { page, capacities, acknowledge, waiting_room, warnings, .. } = definition;
        let page = Arc::new(page);
        let exam = sitting::Exam {
            id: page.id.clone(),
            title: page.title.zh.clone(),
            hold: page.hold,
            grace: page.grace,
            opens_at: Some(page.opens_at),
            closes_at: Some(page.closes_at),
            acknowledge,
            waiting_room,
        };
        let sittings = engine_sittings(&page, capacities);
        self.engine.check_sittings(&page.id, &sittings)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::exams::lock_imports(&transaction).await?;
        let is_new = store::exams::upsert(&transaction, &page).await?;
        store::exam_groups::replace(&transaction, &page.id, &page.groups).await?;
        store::exam_organisations::replace(&transaction, &page.id, &page.organisations).await?;
        let kept = store::exam_sittings::upsert(&transaction, &page.id, &page.sittings).await?;
        let roster = match emptying.roster || dir.join(ROSTER_FILE).exists() {
            true => Some(import_people::roster(&transaction, dir, &page, &self.vault).await?),
            false => None,
        };
        let past_scores = match emptying.past_scores || dir.join(PAST_SCORES_FILE).exists() {
            true => Some(import_people::past_scores(&transaction, dir, &page, &self.vault).await?),
            false => None,
        };
        // Last but the commit: whatever fails before leaves both as they were, and no other import comes in between.
        self.engine.put_exam(exam).await?;
        for (sitting, spec) in sittings {
            self.engine.put_sitting(&page.id, &sitting, spec).await?;
        }
        let list = page.rules.waiting_list.as_ref();
        self.engine.put_waiting_list(&page.id, list.map(WaitingListRules::settings)).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        self.refresh().await?;
        let (exam, sittings) = (page.id.clone(), page.sittings.len());
        Ok(Imported { exam, is_new, sittings, warnings, kept, roster, past_scores })
    }
}

/// The sittings as the engine takes them.
fn engine_sittings(page: &Exam, capacities: Vec<u32>) -> Vec<(SittingId, SittingSpec)> {
    let of_engine = |(sitting, capacity): (&ExamSitting, u32)| {
        let spec = SittingSpec {
            title: sitting.title.zh.clone(),
            group: sitting.group.clone(),
            pool: pool(page, sitting),
            capacity,
            venue: Some(sitting.venue.zh.clone()),
            starts_at: Some(sitting.starts_at),
        };
        (sitting.id.clone(), spec)
    };
    page.sittings.iter().zip(capacities).map(of_engine).collect()
}

/// Seats of one province change together; an exam without provinces is one pool.
pub(crate) fn pool(exam: &Exam, sitting: &ExamSitting) -> Option<PoolId> {
    let campus = sitting.campus.as_ref()?;
    let line = ancestry(&exam.organisations, campus);
    let province = line.iter().find(|organisation| organisation.level == OrganisationLevel::Province)?;
    // Ids have at most 64 characters; what is longer shares the exam's pool.
    format!("{}_{}", exam.id, province.code).parse().ok()
}
