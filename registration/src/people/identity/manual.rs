//! The way by staff: a photo of the person holding the document, 人工通道.

use super::submit::Submitted;
use super::{Identity, IdentityError};
use crate::model::exam_rules::IdentityWay;
use crate::model::facts::hint::Hint;
use crate::model::ids::AccountId;
use crate::pictures::kept::Slot;
use crate::pictures::marks::MarkKind;

impl Identity {
    /// Hands in the draft of the person holding the document. Staff hear it where another account sent next to the same one.
    pub async fn hand_in(&self, account: AccountId) -> Result<(), IdentityError> {
        let (picture, jpeg) =
            self.pictures.drafted(account, Slot::Holding).await?.ok_or(IdentityError::Missing(Slot::Holding))?;
        let pattern = self.pictures.pattern(jpeg.into()).await?;
        let mut hints = Vec::new();
        if let Some(pattern) = &pattern
            && self.pictures.is_of_another(account, MarkKind::Holding, pattern).await?
        {
            hints.push(Hint::Alike);
        }
        let (way, pattern) = (IdentityWay::Manual, pattern.as_ref());
        self.submit(account, &Submitted { way, picture, back: None, hints: &hints, pattern, compared: None }).await
    }
}
