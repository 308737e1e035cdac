//! The way by staff: a photo of the person holding the document, 人工通道.

use super::{Identity, IdentityError, declared, verify};
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::store::identities;
use crate::pictures::kept::Slot;
use crate::pictures::store::identity_pictures;

impl Identity {
    /// Hands in the draft of the person holding the document. Handed in again while it waits, the newest picture
    /// counts and the place in the queue is kept. The same form sent twice gets the same answer.
    pub async fn hand_in(&self, account: AccountId) -> Result<(), IdentityError> {
        let (picture, _) =
            self.pictures.drafted(account, Slot::Holding).await?.ok_or(IdentityError::Missing(Slot::Holding))?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let person = declared::locked(&transaction, &self.vault, account).await?.ok_or(IdentityError::NotDeclared)?;
        let before = identities::lock(&transaction, account.0).await?.ok_or(IdentityError::NoConsent)?;
        // The draft was read before the lock: the other one of two taps may have handed it in meanwhile.
        if before.state == "waiting" && before.picture == Some(picture.0) {
            return Ok(());
        }
        if !identity_pictures::keep(&transaction, picture.0, account.0).await? {
            return Err(IdentityError::Busy);
        }
        let sealed = verify::seal(&self.vault, account, &person);
        if !identities::hand_in(&transaction, account.0, &sealed, picture.0, clock::now()).await? {
            return Err(IdentityError::AlreadyVerified);
        }
        if let Some(old) = before.picture.filter(|old| *old != picture.0) {
            identity_pictures::drop(&transaction, &[old]).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
