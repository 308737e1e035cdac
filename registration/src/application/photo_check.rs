//! The photo of a form: it must show the verified face where the exam asks for that, and is kept with the form.

use deadpool_postgres::GenericClient;

use super::Applications;
use crate::application::photos::{PhotoCheck, PhotoError};
use crate::model::exam::Exam;
use crate::model::exam_rules::{FieldKind, FieldRule};
use crate::model::ids::AccountId;
use crate::pictures::kept::PictureId;
use crate::pictures::store::identity_pictures;
use crate::rules::details::Answers;
use crate::store::StoreError;

/// Why a photo cannot be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoFault {
    /// It shows somebody else than who was verified.
    #[error("the photo shows somebody else")]
    Different,
    /// No face is seen.
    #[error("no face is seen on the photo")]
    NoFace,
    /// The face cannot be seen well enough.
    #[error("the face cannot be seen well enough")]
    PoorQuality,
    /// It lay too long, or another one took its place: choose one again.
    #[error("the photo is not there any more")]
    Gone,
    /// Too many photos were compared today.
    #[error("no more than {0} photos are compared in a day")]
    TriesUsed(u8),
    /// Too many at once: try again in a moment.
    #[error("too many photos at once")]
    Busy,
}

impl Applications {
    /// Keeps a photo that went ahead of its form among what was typed, so that it is not lost when the form never comes.
    pub async fn draft_photo(&self, account: AccountId, exam: &Exam, photo: PictureId) -> Result<(), StoreError> {
        let Some(field) = exam.rules.form.fields.iter().find(is_photo) else { return Ok(()) };
        let application = self.get(account, &exam.id).await?;
        let mut answers = application.draft.or(application.details).unwrap_or_default();
        answers.0.insert(field.name.clone(), photo.to_string());
        self.save_draft(account, exam, &answers).await
    }

    /// Checks the photo that the answers name. True when staff must look at it.
    pub(super) async fn check_photo(
        &self,
        account: AccountId,
        exam: &Exam,
        answers: &Answers,
    ) -> Result<Result<bool, PhotoFault>, StoreError> {
        let Some(photo) = photo_in(exam, answers) else { return Ok(Ok(false)) };
        let Some(photo) = photo else { return Ok(Err(PhotoFault::Gone)) };
        let needs_staff = match self.photos.check(account, &exam.rules.form.photo, photo).await {
            Ok(PhotoCheck::Same) => false,
            Ok(PhotoCheck::NotComparable) => true,
            Ok(PhotoCheck::Different) => return Ok(Err(PhotoFault::Different)),
            Ok(PhotoCheck::NoFace) => return Ok(Err(PhotoFault::NoFace)),
            Ok(PhotoCheck::PoorQuality) => return Ok(Err(PhotoFault::PoorQuality)),
            Err(PhotoError::Unknown | PhotoError::Draft(_)) => return Ok(Err(PhotoFault::Gone)),
            Err(PhotoError::TriesUsed(most)) => return Ok(Err(PhotoFault::TriesUsed(most))),
            Err(PhotoError::Busy) => return Ok(Err(PhotoFault::Busy)),
            Err(PhotoError::Store(error)) => return Err(error),
        };
        Ok(Ok(needs_staff))
    }
}

/// Keeps the photo of the form that is handed in, and drops that of the form before, in the hand-in's own transaction: no
/// photo is kept that no form names. False when the photo is gone.
pub(super) async fn exchange_photo(
    transaction: &impl GenericClient,
    account: AccountId,
    exam: &Exam,
    (before, after): (&Answers, &Answers),
) -> Result<bool, StoreError> {
    let (old, new) = (photo_in(exam, before).flatten(), photo_in(exam, after).flatten());
    if let Some(new) = new
        && !identity_pictures::keep(transaction, new.0, account.0).await?
    {
        return Ok(false);
    }
    if let Some(old) = old.filter(|old| Some(*old) != new) {
        identity_pictures::discard(transaction, old.0, account.0).await?;
    }
    Ok(true)
}

/// The photo that the answers name: nothing when the form asks for none or none was given, `Some(None)` when the answer
/// names no picture.
pub(crate) fn photo_in(exam: &Exam, answers: &Answers) -> Option<Option<PictureId>> {
    let field = exam.rules.form.fields.iter().find(is_photo)?;
    let answer = answers.get(&field.name);
    if answer.is_empty() { None } else { Some(answer.parse().ok()) }
}

fn is_photo(field: &&FieldRule) -> bool {
    field.kind == FieldKind::Photo
}
