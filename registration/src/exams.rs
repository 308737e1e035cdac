//! The exams of the site, read from memory.

pub mod checkin;
pub mod definition;
pub mod drafts;
pub mod imports;
pub mod lists;
pub mod rooms;
pub(crate) mod store;
pub mod wall;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use reservation::engine::Engine;
use reservation::ids::ExamId;
use tokio_postgres::IsolationLevel;

use crate::model::exam::{Exam, ExamSitting, Group};
use crate::model::organisation::Organisation;
use crate::secrets::passwords::KnownNames;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};
use wall::Wall;

/// The door to exams. Reading is from memory; other processes' imports show after a few seconds. Cloning is a few
/// reference counts.
#[derive(Clone)]
pub struct Exams {
    pub(crate) database: Database,
    pub(crate) engine: Engine,
    /// Seals the people of rosters.
    pub(crate) vault: Vault,
    shelf: Arc<RwLock<Shelf>>,
    /// Where an exam's seats are, second by second.
    pub wall: Arc<Wall>,
}

/// What was read last.
#[derive(Default)]
struct Shelf {
    /// [`store::exams::version`] of it; nothing was read yet when absent.
    version: Option<i64>,
    pages: Vec<Arc<Exam>>,
    /// What [`Exams::known_names`] answers.
    known_names: KnownNames,
}

impl Exams {
    /// Reads all exams.
    pub(crate) async fn open(database: Database, engine: Engine, vault: Vault) -> Result<Self, StoreError> {
        let wall = Arc::new(Wall::new(database.clone(), engine.clone(), vault.clone()));
        let exams = Self { database, engine, vault, shelf: Arc::default(), wall };
        exams.refresh().await?;
        Ok(exams)
    }

    /// All exams, the one that opened last first.
    pub fn list(&self) -> Vec<Arc<Exam>> {
        self.shelf.read().expect("nothing panics while the shelf is held").pages.clone()
    }

    /// What all exams are called, who holds them, and their schools, in both languages: what everybody knows of them.
    pub fn known_names(&self) -> KnownNames {
        self.shelf.read().expect("nothing panics while the shelf is held").known_names.clone()
    }

    /// The exam of this id, as this process read it last: an import is seen within seconds. `None`: there is none.
    pub fn get(&self, id: &ExamId) -> Option<Arc<Exam>> {
        let shelf = self.shelf.read().expect("nothing panics while the shelf is held");
        shelf.pages.iter().find(|page| page.id == *id).cloned()
    }

    /// Reads all exams anew when any has changed. One that this version cannot read stays as it was known.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        // One snapshot: an import in between is seen wholly or not at all.
        let transaction =
            client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?;
        let version = store::exams::version(&transaction).await?;
        if self.shelf.read().expect("nothing panics while the shelf is held").version == Some(version) {
            return Ok(());
        }
        let (mut pages, unreadable) = store::exams::all(&transaction).await?;
        let mut groups: HashMap<String, Vec<Group>> = HashMap::new();
        for (exam, group) in store::exam_groups::all(&transaction).await? {
            groups.entry(exam).or_default().push(group);
        }
        let mut sittings: HashMap<String, Vec<ExamSitting>> = HashMap::new();
        for (exam, sitting) in store::exam_sittings::all(&transaction).await? {
            sittings.entry(exam).or_default().push(sitting);
        }
        let mut organisations: HashMap<String, Vec<Organisation>> = HashMap::new();
        for (exam, organisation) in store::exam_organisations::all(&transaction).await? {
            organisations.entry(exam).or_default().push(organisation);
        }
        for page in &mut pages {
            page.organisations = organisations.remove(page.id.as_str()).unwrap_or_default();
            page.groups = groups.remove(page.id.as_str()).unwrap_or_default();
            page.sittings = sittings.remove(page.id.as_str()).unwrap_or_default();
        }
        let mut pages: Vec<Arc<Exam>> = pages.into_iter().map(Arc::new).collect();
        pages.extend(self.list().into_iter().filter(|page| unreadable.iter().any(|id| *id == page.id.as_str())));
        pages.sort_by(|a, b| b.opens_at.cmp(&a.opens_at).then_with(|| a.id.as_str().cmp(b.id.as_str())));
        let known_names = KnownNames::new(pages.iter().flat_map(|page| names_of(page)));
        let mut shelf = self.shelf.write().expect("nothing panics while the shelf is held");
        // Versions only grow: a slower reader does not put an older one back.
        if shelf.version < Some(version) {
            *shelf = Shelf { version: Some(version), pages, known_names };
        }
        Ok(())
    }
}

/// What an exam is called, who holds it, and its schools, in both languages.
fn names_of(exam: &Exam) -> impl Iterator<Item = &str> {
    let schools = exam.organisations.iter().map(|organisation| &organisation.name);
    let texts = [&exam.title, &exam.organiser].into_iter().chain(schools);
    texts.flat_map(|text| [text.zh.as_str(), text.en.as_str()]).chain([exam.id.as_str()])
}
