//! The way by staff: a photo of the person holding the document, 人工通道.

use super::{Identity, IdentityError, declared, read_proofs, verify};
use crate::model::clock;
use crate::model::exam_rules::IdentityWay;
use crate::model::ids::AccountId;
use crate::people::store::identities;
use crate::pictures::kept::Slot;
use crate::pictures::store::identity_pictures;

impl Identity {
    /// Hands in the draft of the person holding the document. Handed in again while it waits, the newest picture
    /// counts and the place in the queue is kept. The same form sent twice gets the same answer. Somebody who was verified
    /// by another way stays so while a further proof waits.
    pub async fn hand_in(&self, account: AccountId) -> Result<(), IdentityError> {
        let (picture, _) =
            self.pictures.drafted(account, Slot::Holding).await?.ok_or(IdentityError::Missing(Slot::Holding))?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let person = declared::locked(&transaction, &self.vault, account).await?.ok_or(IdentityError::NotDeclared)?;
        let before = identities::lock(&transaction, account.0).await?.ok_or(IdentityError::NoConsent)?;
        // The draft was read before the lock: the other one of two taps may have handed it in meanwhile.
        if [before.more_picture, before.picture.filter(|_| before.state == "waiting")].contains(&Some(picture.0)) {
            return Ok(());
        }
        let is_verified = before.state == "verified";
        if is_verified && read_proofs(&before).ways.contains(&IdentityWay::Manual) {
            return Err(IdentityError::AlreadyVerified);
        }
        if !identity_pictures::keep(&transaction, picture.0, account.0).await? {
            return Err(IdentityError::Busy);
        }
        let (now, old) = (clock::now(), if is_verified { before.more_picture } else { before.picture });
        let sealed = verify::seal(&self.vault, account, &person);
        let is_in = match is_verified {
            true => identities::hand_in_more(&transaction, account.0, picture.0, now).await?,
            false => identities::hand_in(&transaction, account.0, &sealed, picture.0, now).await?,
        };
        if !is_in {
            return Err(IdentityError::AlreadyVerified);
        }
        if let Some(old) = old.filter(|old| *old != picture.0) {
            identity_pictures::drop(&transaction, &[old]).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
