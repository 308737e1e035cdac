//! Importing an exam: its files are checked, the engine gets its sittings, pages get its texts.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use deadpool_postgres::Transaction;
use reservation::engine::Engine;
use reservation::ids::{ExamId, PoolId, SittingId};
use reservation::sitting::{self, SittingSpec};

use super::error::ImportError;
use super::import_people::{self, PeopleImported};
use super::people_file::found;
use super::{DefinitionError, DefinitionTexts, ExamDefinition, ORGANISATIONS_FILE, PAST_SCORES_FILE, ROSTER_FILE};
use crate::eligibility::store::past_scores;
use crate::eligibility::store::roster;
use crate::exams::Exams;
use crate::exams::store;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::{OrganisationCode, WaitingListRules};
use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::store::StoreError;

/// So many sittings the engine takes before the transaction hears of it.
const SITTINGS_BETWEEN: usize = 20;

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
        let both = files.into_iter().filter(|(empties, file)| *empties && found(dir, file).is_some());
        let message = "is there, and is to be emptied: take the file away, or do not ask for it to be emptied";
        let faults: Vec<_> = both.map(|(_, file)| DefinitionError::new(file, 1, message)).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

impl Exams {
    /// Without its file an exam has no organisations, which nobody can have meant who has imported some.
    pub(crate) fn must_keep_organisations(&self, has_file: bool, page: &Exam) -> Result<(), ImportError> {
        let before = self.get(&page.id).map_or(0, |known| known.organisations.len());
        if before == 0 || has_file {
            return Ok(());
        }
        let message =
            format!("is missing, and the exam has {before} organisations: put it back, or its first line only");
        Err(ImportError::Definition(vec![DefinitionError::new(ORGANISATIONS_FILE, 1, message)]))
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
        // It is large, and whoever awaits it would carry it.
        Box::pin(self.import_emptying(dir, Emptying::default())).await
    }

    /// The same, and empties what is told by name: a file that is not there is no reason to.
    pub async fn import_emptying(&self, dir: &Path, emptying: Emptying) -> Result<Imported, ImportError> {
        emptying.check(dir).map_err(ImportError::Definition)?;
        let definition = super::parse(dir).map_err(ImportError::Definition)?;
        self.must_keep_organisations(dir.join(ORGANISATIONS_FILE).exists(), &definition.page)?;
        let coming = Coming::new(definition, DefinitionTexts::of(dir));
        self.engine.check_sittings(&coming.page.id, &coming.sittings)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::exams::lock_imports(&transaction).await?;
        let mut imported = coming.to_pages(&transaction).await?;
        if emptying.roster || found(dir, ROSTER_FILE).is_some() {
            imported.roster = Some(import_people::roster(&transaction, dir, &coming.page, &self.vault).await?);
        }
        if emptying.past_scores || found(dir, PAST_SCORES_FILE).is_some() {
            imported.past_scores =
                Some(import_people::past_scores(&transaction, dir, &coming.page, &self.vault).await?);
        }
        // Last but the commit: whatever fails before leaves both as they were, and no other import comes in between.
        coming.to_engine(&self.engine, &transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        self.refresh().await?;
        Ok(imported)
    }
}

/// A definition on its way into the stores. Directories come by it, and drafts.
pub(crate) struct Coming {
    pub(crate) page: Arc<Exam>,
    exam: sitting::Exam,
    pub(crate) sittings: Vec<(SittingId, SittingSpec)>,
    warnings: Vec<DefinitionError>,
    /// What it was read from; `None` where that was no text.
    texts: Option<DefinitionTexts>,
}

impl Coming {
    pub(crate) fn new(definition: ExamDefinition, texts: Option<DefinitionTexts>) -> Self {
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
        Self { page, exam, sittings, warnings, texts }
    }

    /// Writes what pages show, under the lock of imports; a transaction that is rolled back has only tried it.
    pub(crate) async fn to_pages(&self, transaction: &Transaction<'_>) -> Result<Imported, StoreError> {
        let page = &self.page;
        let is_new = store::exams::upsert(transaction, page).await?;
        store::exam_groups::replace(transaction, &page.id, &page.groups).await?;
        store::exam_organisations::replace(transaction, &page.id, &page.organisations).await?;
        let kept = store::exam_sittings::upsert(transaction, &page.id, &page.sittings).await?;
        store::exam_definitions::put(transaction, &page.id, self.texts.as_ref()).await?;
        let (exam, sittings) = (page.id.clone(), page.sittings.len());
        let warnings = self.warnings.clone();
        Ok(Imported { exam, is_new, sittings, warnings, kept, roster: None, past_scores: None })
    }

    /// Writes what pages show of the exam itself, and its texts: for whoever changed nothing else.
    pub(crate) async fn exam_to_pages(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        store::exams::upsert(transaction, &self.page).await?;
        store::exam_definitions::put(transaction, &self.page.id, self.texts.as_ref()).await
    }

    /// Gives the engine the exam itself.
    pub(crate) async fn exam_to_engine(
        &self,
        engine: &Engine,
        transaction: &Transaction<'_>,
    ) -> Result<(), ImportError> {
        store::exams::wait_for_engine(transaction).await?;
        engine.put_exam(self.exam.clone()).await?;
        Ok(())
    }

    /// Gives the engine its part: also what it has already, so that whatever died half way is whole afterwards.
    pub(crate) async fn to_engine(&self, engine: &Engine, transaction: &Transaction<'_>) -> Result<(), ImportError> {
        self.exam_to_engine(engine, transaction).await?;
        let all = self.sittings.iter().map(|(id, _)| (id.clone(), None)).collect();
        self.sittings_to_engine(engine, transaction, &all).await
    }

    /// What of it the engine has not yet: of a large exam little changes at once.
    pub(crate) fn changes(&self, engine: &Engine) -> Changes {
        let known = engine.availability(&self.page.id).unwrap_or_default().into_iter();
        let known: HashMap<SittingId, SittingSpec> =
            known.map(|one| (one.sitting.id.clone(), one.sitting.spec.clone())).collect();
        // The pool of a sitting that is there never changes, and is not always named.
        let is_same =
            |known: &SittingSpec, spec: &SittingSpec| SittingSpec { pool: spec.pool.clone(), ..known.clone() } == *spec;
        let differ = self.sittings.iter().filter_map(|(id, spec)| match known.get(id) {
            Some(known) if is_same(known, spec) => None,
            known => Some((id.clone(), known.map(|known| known.capacity))),
        });
        let is_exam = engine.exam(&self.page.id).is_none_or(|known| *known != self.exam);
        Changes { is_exam, sittings: differ.collect() }
    }

    /// Gives the engine what was found to differ, and nothing else: what somebody changed elsewhere since stays, or is told
    /// where both changed the seats of one sitting.
    pub(crate) async fn changes_to_engine(
        &self,
        engine: &Engine,
        transaction: &Transaction<'_>,
        changes: &Changes,
    ) -> Result<(), ImportError> {
        if changes.is_exam {
            self.exam_to_engine(engine, transaction).await?;
        }
        self.sittings_to_engine(engine, transaction, &changes.sittings).await
    }

    /// The transaction hears of it every few sittings: where it has ended by itself, the engine gets no more of what pages
    /// would never show.
    async fn sittings_to_engine(
        &self,
        engine: &Engine,
        transaction: &Transaction<'_>,
        wanted: &HashMap<SittingId, Option<u32>>,
    ) -> Result<(), ImportError> {
        store::exams::wait_for_engine(transaction).await?;
        let all = self.sittings.iter().filter_map(|(id, spec)| Some((id, spec, *wanted.get(id)?)));
        for (place, (id, spec, known)) in all.enumerate() {
            if place > 0 && place % SITTINGS_BETWEEN == 0 {
                store::exams::is_still_there(transaction).await?;
            }
            engine.put_sitting_if(&self.page.id, id, spec.clone(), known).await?;
        }
        let list = self.page.rules.waiting_list.as_ref();
        Ok(engine.put_waiting_list(&self.page.id, list.map(WaitingListRules::settings)).await?)
    }
}

/// What the engine has not as a definition says it, at one moment.
pub(crate) struct Changes {
    is_exam: bool,
    /// The sittings that differ, with how many seats each had; `None`: there was none.
    sittings: HashMap<SittingId, Option<u32>>,
}

impl Changes {
    /// The sittings that differ.
    pub(crate) fn sittings(&self) -> impl Iterator<Item = &SittingId> {
        self.sittings.keys()
    }
}

/// The sittings as the engine takes them.
fn engine_sittings(page: &Exam, capacities: Vec<u32>) -> Vec<(SittingId, SittingSpec)> {
    let pools = Pools::of(page);
    let of_engine = |(sitting, capacity): (&ExamSitting, u32)| {
        let spec = SittingSpec {
            title: sitting.title.zh.clone(),
            group: sitting.group.clone(),
            pool: pools.pool(sitting),
            capacity,
            venue: Some(sitting.venue.zh.clone()),
            starts_at: Some(sitting.starts_at),
        };
        (sitting.id.clone(), spec)
    };
    page.sittings.iter().zip(capacities).map(of_engine).collect()
}

/// Which sittings of an exam change together. A large one has thousands of campuses, and is asked for each sitting.
pub(crate) struct Pools<'a> {
    exam: &'a Exam,
    by_code: HashMap<&'a OrganisationCode, &'a Organisation>,
}

impl<'a> Pools<'a> {
    /// Those of an exam.
    pub(crate) fn of(exam: &'a Exam) -> Self {
        Self { exam, by_code: exam.organisations.iter().map(|one| (&one.code, one)).collect() }
    }

    /// Seats of one province change together; an exam without provinces is one pool.
    pub(crate) fn pool(&self, sitting: &ExamSitting) -> Option<PoolId> {
        pool_by(self.exam, sitting, |code| self.by_code.get(code).copied())
    }
}

/// The same for one sitting.
pub(crate) fn pool(exam: &Exam, sitting: &ExamSitting) -> Option<PoolId> {
    pool_by(exam, sitting, |code| exam.organisations.iter().find(|one| one.code == *code))
}

fn pool_by<'a>(
    exam: &Exam,
    sitting: &'a ExamSitting,
    find: impl Fn(&OrganisationCode) -> Option<&'a Organisation>,
) -> Option<PoolId> {
    let mut next = sitting.campus.as_ref();
    for _ in OrganisationLevel::ALL {
        let one = find(next?)?;
        if one.level == OrganisationLevel::Province {
            // Ids have at most 64 characters; what is longer shares the exam's pool.
            return format!("{}_{}", exam.id, one.code).parse().ok();
        }
        next = one.parent.as_ref();
    }
    None
}
