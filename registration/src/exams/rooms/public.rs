//! What anybody may see of how seats are drawn: the commitment as soon as there is one; the seed, and the record by which the
//! draw is done again, once places are published.

use std::collections::VecDeque;

use bytes::Bytes;
use reservation::ids::{ExamId, SittingId};
use seating::record::{Late, Record};

use super::arranging::off_the_runtime;
use super::{Rooms, store};
use crate::model::room::arrangement::Arrangement;
use crate::store::StoreError;

/// Most records that are kept ready: one of 100,000 is some 15 MB.
const RECORDS_MAX: usize = 4;

/// What the public sees of a sitting's draw.
pub type Draw = Arrangement;

/// The record of a sitting's draw, as far as the public may have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicRecord {
    /// As `seathold seating verify` reads it: of an exam in which nobody asks for accommodations all of it, those who came later
    /// among them; else the draw of those who were not set aside ([`seating::aside`]).
    Open(Bytes),
    /// Somebody in it was granted accommodations, and there were too few rooms to set some aside. The draw cannot be done again
    /// without them, and they speak of health: where somebody sits says who it is.
    Withheld,
}

/// Records as they were last asked for, the newest last.
#[derive(Default)]
pub(super) struct Records(VecDeque<(Key, PublicRecord)>);

/// Which record it is: sitting, generation, and how many have come late.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    exam: ExamId,
    sitting: SittingId,
    generation: u32,
    late: u32,
}

impl Rooms {
    /// Is a sitting of the exam arranged, as far as this process has heard? From memory.
    pub fn has_draws(&self, exam: &ExamId) -> bool {
        self.arranged.read().expect("nothing panics while the exams are held").contains(exam)
    }

    /// Reads anew which exams have draws.
    pub(crate) async fn refresh_draws(&self) -> Result<(), StoreError> {
        let exams = store::arrangements::exams(&self.database.client().await?).await?;
        *self.arranged.write().expect("nothing panics while the exams are held") = exams.into_iter().collect();
        Ok(())
    }

    /// How an exam's sittings are drawn, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn draws(&self, exam: &ExamId) -> Result<Vec<Draw>, StoreError> {
        store::arrangements::of_exam(&self.database.client().await?, exam).await
    }

    /// The record of a published draw, with those who came later; `None` before it is published. One at a time is put
    /// together, and the last four are kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record(&self, exam: &ExamId, sitting: &SittingId) -> Result<Option<PublicRecord>, StoreError> {
        let mut records = self.records.lock().await;
        let known = store::arrangements::get(&self.database.client().await?, exam, sitting).await?;
        let Some((generation, published)) = known.and_then(|known| Some((known.generation, known.published?))) else {
            return Ok(None);
        };
        let key = Key { exam: exam.clone(), sitting: sitting.clone(), generation, late: published.late };
        if let Some((_, found)) = records.0.iter().find(|(kept, _)| *kept == key) {
            return Ok(Some(found.clone()));
        }
        let client = self.database.client().await?;
        let (generation, late, found) = match store::arrangements::public(&client, exam, sitting).await? {
            None => return Ok(None),
            // Who came later is not in it, so it stays as it is.
            Some((generation, Some(text))) => (generation, published.late, PublicRecord::Open(text.into())),
            Some((_, None)) => {
                let Some((generation, record, late)) = store::arrangements::record(&client, exam, sitting).await?
                else {
                    return Ok(None);
                };
                drop(client);
                let (late, found) = off_the_runtime(move || whole(&record, &late)).await??;
                (generation, late, found)
            }
        };
        records.0.retain(|(kept, _)| (&kept.exam, &kept.sitting) != (exam, sitting));
        while records.0.len() >= RECORDS_MAX {
            records.0.pop_front();
        }
        records.0.push_back((Key { generation, late, ..key }, found.clone()));
        Ok(Some(found))
    }
}

/// Record and late ones as one text, and how many are late.
fn whole(record: &str, late: &str) -> Result<(u32, PublicRecord), StoreError> {
    let record = with_late(record, late)?;
    let count = u32::try_from(record.late.len()).unwrap_or(u32::MAX);
    let mut people = record.input.examinees.iter().chain(record.late.iter().map(|late| &late.examinee));
    if people.any(|person| !person.needs.is_none()) {
        return Ok((count, PublicRecord::Withheld));
    }
    let text = serde_json::to_vec(&record).map_err(|_| StoreError::Corrupt("a record that is no JSON"))?;
    Ok((count, PublicRecord::Open(text.into())))
}

/// A record as it is stored, with those who came later.
pub(super) fn with_late(record: &str, late: &str) -> Result<Record, StoreError> {
    let corrupt = |_| StoreError::Corrupt("the record of a draw");
    let mut record: Record = serde_json::from_str(record).map_err(corrupt)?;
    record.late = serde_json::from_str::<Vec<Late>>(late).map_err(corrupt)?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use seating::{Examinee, Input, Needs, Room, Rules, Seed};

    use super::*;

    fn record_of(needs: Needs) -> String {
        let person = |id: &str, needs| Examinee { id: id.to_owned(), school: None, class: None, paper: None, needs };
        let room = Room {
            id: "r".to_owned(),
            layout: seating::Layout::grid(2, 3).unwrap(),
            order: seating::SeatOrder::default(),
            spacing: seating::Spacing::default(),
            prefix: String::new(),
            step_free: true,
            spare_seats: None,
        };
        let examinees = vec![person("S7K4-2M9Q", Needs::default()), person("S7K4-2M9R", needs)];
        let input = Input { sitting: "s".to_owned(), rules: Rules::default(), rooms: vec![room], examinees };
        serde_json::to_string(&Record::of(input, Seed::draw()).unwrap()).unwrap()
    }

    #[test]
    fn a_whole_record_is_published_only_where_nobody_was_granted_anything() {
        let plain = record_of(Needs::default());
        assert!(matches!(whole(&plain, "[]").unwrap(), (0, PublicRecord::Open(_))));
        let granted = record_of(Needs { front_row: true, ..Needs::default() });
        assert_eq!(whole(&granted, "[]").unwrap(), (0, PublicRecord::Withheld));
    }
}
