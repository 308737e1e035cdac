//! Links by which staff look at a draft as candidates would see it. A link is good for half an hour, and for that draft alone;
//! nothing of the draft is kept anywhere else.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::SittingNumber;
use reservation::sitting::{Availability, Level, Sitting, SittingSpec};
use uuid::Uuid;

use super::checking::checked;
use super::{DraftError, ExamDrafts};
use crate::desk::staff::StaffMember;
use crate::exams::definition::ExamDefinition;
use crate::exams::store::exam_drafts;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam::draft::{DraftId, DraftState};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// How long a link is good, in minutes.
pub const PREVIEW_MINUTES: i64 = 30;
/// What the key of links is for.
const KIND: &str = "exam.preview";

/// A draft as candidates would see it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The exam that it would be.
    pub exam: Arc<Exam>,
    /// Its sittings with every seat free.
    pub available: Vec<Availability>,
    /// Until when the link is good.
    pub until: Timestamp,
}

impl ExamDrafts {
    /// What leads to a preview of the draft, for the end of an address.
    ///
    /// # Errors
    /// [`DraftError::Faults`] where the draft has any, [`DraftError::Changed`] where it was applied or given up,
    /// [`DraftError::Forbidden`], [`DraftError::Unknown`] and [`DraftError::Store`].
    pub async fn preview_token(&self, member: &StaffMember, id: DraftId) -> Result<String, DraftError> {
        let (draft, texts) = self.of(member, id).await?;
        if draft.state != DraftState::Open {
            return Err(DraftError::Changed);
        }
        let (_, definition) = checked(texts).await?;
        definition.map_err(DraftError::Faults)?;
        Ok(token(&self.exams.vault, id, clock::now() + SignedDuration::from_mins(PREVIEW_MINUTES)))
    }

    /// The draft that a link leads to, as it is now. `None`: the link is none, or not good any more, or the draft has faults
    /// by now, or was applied or given up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn previewed(&self, shown: &str) -> Result<Option<Preview>, StoreError> {
        let Some((id, until)) = read(&self.exams.vault, shown, clock::now()) else { return Ok(None) };
        let client = self.database.client().await?;
        let found = exam_drafts::get(&client, id, false).await?;
        drop(client);
        let Some((_, texts)) = found.filter(|(draft, _)| draft.state == DraftState::Open) else { return Ok(None) };
        let (_, definition) = checked(texts).await?;
        Ok(definition.ok().map(|definition| Preview {
            available: available(&definition),
            exam: Arc::new(definition.page),
            until,
        }))
    }
}

/// The draft's number and when the link ends, with what only our vault can make of both.
fn token(vault: &Vault, id: DraftId, until: Timestamp) -> String {
    let said = format!("{}.{}", id.0.simple(), until.as_second());
    let seal = BASE64_URL_SAFE_NO_PAD.encode(vault.index_of_bytes(KIND, said.as_bytes()));
    format!("{said}.{seal}")
}

fn read(vault: &Vault, shown: &str, now: Timestamp) -> Option<(DraftId, Timestamp)> {
    let (said, seal) = shown.rsplit_once('.')?;
    let seal = BASE64_URL_SAFE_NO_PAD.decode(seal).ok()?;
    verify_slices_are_equal(&vault.index_of_bytes(KIND, said.as_bytes()), &seal).ok()?;
    let (id, until) = said.split_once('.')?;
    let until = Timestamp::from_second(until.parse().ok()?).ok()?;
    let id = DraftId(Uuid::try_parse(id).ok()?);
    (now < until).then_some((id, until))
}

/// The sittings as if nobody had taken a seat yet.
fn available(definition: &ExamDefinition) -> Vec<Availability> {
    let all = definition.page.sittings.iter().zip(&definition.capacities).zip(1_i32..);
    let of = |((sitting, capacity), number): ((&crate::model::exam::ExamSitting, &u32), i32)| Availability {
        sitting: Arc::new(Sitting {
            id: sitting.id.clone(),
            number: SittingNumber(number),
            group_number: SittingNumber(number),
            spec: SittingSpec {
                title: sitting.title.zh.clone(),
                group: sitting.group.clone(),
                pool: None,
                capacity: *capacity,
                venue: Some(sitting.venue.zh.clone()),
                starts_at: Some(sitting.starts_at),
            },
        }),
        capacity: *capacity,
        free: *capacity,
        level: Level::of(*capacity, *capacity),
        next_release_at: None,
    };
    all.map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_its_draft_and_its_time_alone() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        let other = Vault::load_or_create(&dir.path().join("others")).unwrap();
        let until: Timestamp = "2026-11-20T06:32:10Z".parse().unwrap();
        let (before, id) = (until - SignedDuration::from_secs(1), DraftId(Uuid::from_u128(7)));
        let good = token(&vault, id, until);
        assert_eq!(read(&vault, &good, before), Some((id, until)));
        assert_eq!(read(&vault, &good, until), None, "its time is over");
        assert_eq!(read(&other, &good, before), None);
        let (said, seal) = good.rsplit_once('.').unwrap();
        let later = said.replace(&until.as_second().to_string(), &(until.as_second() + 999).to_string());
        let another = said.replace("07.", "08.");
        for forged in
            [format!("{later}.{seal}"), format!("{another}.{seal}"), format!("{said}."), said.to_owned(), String::new()]
        {
            assert_eq!(read(&vault, &forged, before), None, "{forged}");
        }
    }
}
