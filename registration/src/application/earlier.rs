//! What a candidate handed in for an earlier exam, offered again where another exam asks for the same.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;

use super::photos::PhotoError;
use super::{APPLICATIONS_MAX, Application, Applications, store};
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::{FieldKind, FieldRule};
use crate::model::ids::AccountId;
use crate::pictures::kept::{DraftError, PictureId};
use crate::rules::details::{Answers, shared};
use crate::store::StoreError;

/// Answers that were handed in longer ago are not offered: twelve months.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(365 * 24);

/// What can be taken over. `Debug` shows no answer.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// For which exam it was handed in.
    pub exam: Arc<Exam>,
    /// When it was handed in last.
    pub handed_in_at: Timestamp,
    /// The answers to what both exams ask for alike.
    pub answers: Answers,
    /// Is the photo among them?
    pub has_photo: bool,
}

impl Applications {
    /// What the account handed in last for another exam, as far as this one asks for the same; `None` where there is nothing of
    /// the kind within twelve months. `known` are the exams that there are.
    ///
    /// # Errors
    /// What the store says.
    pub async fn earlier(
        &self,
        account: AccountId,
        exam: &Exam,
        known: impl Fn(&ExamId) -> Option<Arc<Exam>>,
    ) -> Result<Option<Earlier>, StoreError> {
        let limit = i64::try_from(APPLICATIONS_MAX).expect("a small constant");
        let stored = store::applications::of_account(&self.database.client().await?, account, limit).await?;
        let since = clock::now() - AGE_MAX;
        let mut stored: Vec<_> =
            stored.into_iter().filter(|one| one.exam != exam.id && one.details_at > Some(since)).collect();
        stored.sort_by_key(|one| std::cmp::Reverse(one.details_at));
        let document = self.document_of(account).await?;
        for one in stored {
            let (Some(from), Some(handed_in_at)) = (known(&one.exam), one.details_at) else { continue };
            let Some(details) = self.read(&one)?.details else { continue };
            let answers = shared(&from.rules.form, &exam.rules.form, document.as_ref(), &details);
            let is_photo = |field: &&FieldRule| field.kind == FieldKind::Photo;
            let photo = exam.rules.form.fields.iter().find(is_photo);
            let has_photo = photo.is_some_and(|field| !answers.get(&field.name).is_empty());
            if !answers.0.is_empty() {
                return Ok(Some(Earlier { exam: from, handed_in_at, answers, has_photo }));
            }
        }
        Ok(None)
    }

    /// Makes them the draft of this exam's form, with a copy of the photo; a photo that is not there any more is left out. False, and
    /// nothing is written over, where the form has another draft by now than whoever wants them has `seen`, or was handed in.
    ///
    /// # Errors
    /// What the store says.
    pub async fn take_earlier(
        &self,
        account: AccountId,
        exam: &Exam,
        (earlier, seen): (Earlier, &Application),
    ) -> Result<bool, StoreError> {
        let mut answers = earlier.answers;
        for field in exam.rules.form.fields.iter().filter(|field| field.kind == FieldKind::Photo) {
            let Some(photo) = answers.0.remove(&field.name).and_then(|id| id.parse::<PictureId>().ok()) else {
                continue;
            };
            let Some(jpeg) = self.photos.read(account, photo).await? else { continue };
            match self.photos.draft(account, &exam.rules.form.photo, jpeg.into()).await {
                Ok(copy) => drop(answers.0.insert(field.name.clone(), copy.to_string())),
                Err(PhotoError::Store(error) | PhotoError::Draft(DraftError::Store(error))) => return Err(error),
                Err(error) => tracing::warn!(%error, "the photo of an earlier exam was not taken over"),
            }
        }
        let (sealed, now) = (self.seal("draft", &exam.id, account, &answers)?, clock::now());
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // Another page of theirs may have kept something while the photo was copied.
        let stored = store::applications::lock(&transaction, &exam.id, account, now).await?;
        let stands = self.read(&stored)?;
        if stands.details.is_some() || stands.draft != seen.draft {
            return Ok(false);
        }
        store::applications::set_draft(&transaction, &exam.id, account, &sealed, now).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
