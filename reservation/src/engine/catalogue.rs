//! Exams and sittings as this process knows them; replaced as a whole when the ledger's change.

mod known;
mod put;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::ids::{ExamId, SittingId, SittingNumber};
use crate::ledger::earlier_graces::{self, EarlierGraces};
use crate::ledger::{Ledger, LedgerError, catalogue, exams, sittings, waiting_lists, waiting_rooms};
use crate::sitting::{Exam, Sitting};
use crate::waiting_list::WaitingListSettings;
use crate::waiting_room::WaitingRoomKeys;

/// An exam with its sittings.
#[derive(Debug)]
pub struct ExamEntry {
    /// The exam itself, without its sittings.
    pub exam: Arc<Exam>,
    /// Its sittings, by number.
    pub sittings: Vec<Arc<Sitting>>,
    /// The keys of its waiting room; absent while nobody ever wanted one.
    pub waiting_room_keys: Option<Arc<WaitingRoomKeys>>,
    /// How its waiting lists are set; absent while they are off.
    pub waiting_list: Option<WaitingListSettings>,
    /// How they were set when they were on last; absent if they never were.
    pub last_waiting_list: Option<WaitingListSettings>,
    /// What was promised before the grace was changed.
    earlier_graces: EarlierGraces,
    by_id: HashMap<SittingId, Arc<Sitting>>,
}

impl ExamEntry {
    /// The deadline to show of a hold that lapses then. A change of the grace does not move one that was shown: it
    /// counts for holds that lapse after everything that was promised before.
    pub fn shown(&self, lapses_at: Timestamp) -> Timestamp {
        lapses_at - self.grace_of(lapses_at)
    }

    /// How long a hold lasts that is given now, with the grace: never shorter than the exam says.
    pub fn ttl(&self, now: Timestamp) -> SignedDuration {
        let Exam { hold, grace, .. } = *self.exam;
        hold + grace.max(self.grace_of(now + hold + grace))
    }

    fn grace_of(&self, lapses_at: Timestamp) -> SignedDuration {
        let earlier = self.earlier_graces.iter().find(|(until, _)| lapses_at <= *until);
        earlier.map_or(self.exam.grace, |(_, grace)| *grace)
    }

    /// A sitting by id.
    pub fn sitting(&self, id: &SittingId) -> Option<&Arc<Sitting>> {
        self.by_id.get(id)
    }

    /// A sitting by number.
    pub fn numbered(&self, number: SittingNumber) -> Option<&Arc<Sitting>> {
        let at = self.sittings.binary_search_by_key(&number, |sitting| sitting.number).ok()?;
        self.sittings.get(at)
    }
}

/// All exams at one revision.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The ledger's revision that this was read at.
    pub revision: i64,
    exams: HashMap<ExamId, Arc<ExamEntry>>,
}

impl Catalogue {
    /// Reads everything, if the ledger's revision is not `known`.
    pub async fn read(ledger: &Ledger, known: Option<i64>) -> Result<Option<Self>, LedgerError> {
        let mut client = ledger.client().await?;
        let tx = client
            .build_transaction()
            .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await?;
        let revision = catalogue::revision(&*tx).await?;
        if known == Some(revision) {
            return Ok(None);
        }
        let exams = exams::all(&*tx).await?;
        let mut sittings_of = HashMap::<ExamId, Vec<Arc<Sitting>>>::new();
        for (exam, sitting) in sittings::all(&*tx).await? {
            sittings_of.entry(exam).or_default().push(Arc::new(sitting));
        }
        let mut rooms = waiting_rooms::all(&*tx).await?;
        let mut graces = earlier_graces::all(&*tx).await?;
        let lists = waiting_lists::all(&*tx).await?;
        let exams = exams
            .into_iter()
            .map(|mut exam| {
                let waiting_room_keys = rooms.remove(&exam.id).map(|(settings, keys)| {
                    exam.waiting_room = settings;
                    Arc::new(keys)
                });
                let sittings = sittings_of.remove(&exam.id).unwrap_or_default();
                let by_id = sittings.iter().map(|sitting| (sitting.id.clone(), sitting.clone())).collect();
                let earlier_graces = graces.remove(&exam.id).unwrap_or_default();
                let list = lists.get(&exam.id);
                let last_waiting_list = list.map(|(settings, _)| *settings);
                let waiting_list = list.filter(|(_, is_on)| *is_on).map(|(settings, _)| *settings);
                let exam = Arc::new(exam);
                let entry = ExamEntry {
                    exam,
                    sittings,
                    waiting_room_keys,
                    waiting_list,
                    last_waiting_list,
                    earlier_graces,
                    by_id,
                };
                (entry.exam.id.clone(), Arc::new(entry))
            })
            .collect();
        Ok(Some(Self { revision, exams }))
    }

    /// The exam of this id, if this process knows it.
    pub fn exam(&self, id: &ExamId) -> Option<&Arc<ExamEntry>> {
        self.exams.get(id)
    }

    /// All exams, by id.
    pub fn exams(&self) -> Vec<Arc<ExamEntry>> {
        let mut exams: Vec<_> = self.exams.values().cloned().collect();
        exams.sort_by(|one, other| one.exam.id.cmp(&other.exam.id));
        exams
    }
}
