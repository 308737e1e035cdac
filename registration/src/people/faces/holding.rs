//! Another way than the face, in every exam that asks for one: a photo of the person holding their document, which staff look at.

use reservation::ids::ExamId;

use super::{FaceCheckError, Faces, Noted};
use crate::model::facts::FaceState;
use crate::model::facts::hint::Hint;
use crate::model::ids::AccountId;
use crate::people::store::identities;
use crate::pictures::kept::Slot;
use crate::pictures::marks::MarkKind;

impl Faces {
    /// Hands in the draft of the person holding the document in place of their face. No machine compares it, and no consent to that is
    /// needed. The same form sent twice gets the same answer.
    pub async fn hand_in_holding(&self, account: AccountId, exam: &ExamId) -> Result<FaceState, FaceCheckError> {
        let state = self.state(account, exam).await?;
        if matches!(state, FaceState::Passed { .. }) {
            return Ok(state);
        }
        let identity = identities::get(&self.database.client().await?, account.0).await?;
        let identity = identity.filter(|found| found.state == "verified").ok_or(FaceCheckError::NotVerified)?;
        let Some((draft, jpeg)) = self.pictures.drafted(account, Slot::Holding).await? else {
            // The first one was answered into nothing.
            return if matches!(state, FaceState::Waiting { .. }) { Ok(state) } else { Err(FaceCheckError::Missing) };
        };
        let pattern = self.pictures.pattern(jpeg.into()).await?;
        let mut hints = Vec::new();
        if let Some(pattern) = &pattern
            && self.pictures.is_of_another(account, MarkKind::Holding, pattern).await?
        {
            hints.push(Hint::Alike);
        }
        let (way, kind, pattern) = ("holding", MarkKind::Holding, pattern.as_ref());
        let noted = Noted { draft, way, kind, pattern, waits: Some(&hints) };
        self.note(account, exam, &noted, &identity).await?;
        Ok(self.state(account, exam).await?)
    }
}
