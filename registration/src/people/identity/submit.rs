//! Pictures for staff to decide on: the person holding the document, or both sides of a card.

use super::{Identity, IdentityError, Person, declared, read_proofs, verify, way_name};
use crate::model::clock;
use crate::model::exam_rules::{CardCheck, IdentityWay};
use crate::model::facts::hint::Hint;
use crate::model::ids::AccountId;
use crate::people::store::identities::{self, HandedIn};
use crate::pictures::kept::PictureId;
use crate::pictures::marks::MarkKind;
use crate::pictures::resemblance::Pattern;
use crate::pictures::store::identity_pictures;

/// What is handed in.
pub(super) struct Submitted<'a> {
    pub(super) way: IdentityWay,
    pub(super) picture: PictureId,
    /// The other side, of a card.
    pub(super) back: Option<PictureId>,
    pub(super) hints: &'a [Hint],
    /// How the picture looks from afar, where that says something.
    pub(super) pattern: Option<&'a Pattern>,
    /// Whom it was compared with, where it was.
    pub(super) compared: Option<&'a Person>,
}

impl Identity {
    /// Hands drafts in for staff. Handed in again while it waits, the newest pictures count and the place in the queue is
    /// kept. The same form sent twice gets the same answer. Somebody who was verified by another way stays so meanwhile.
    pub(super) async fn submit(&self, account: AccountId, submitted: &Submitted<'_>) -> Result<(), IdentityError> {
        let Submitted { way, picture, back, hints, pattern, compared } = *submitted;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let person = declared::locked(&transaction, &self.vault, account).await?.ok_or(IdentityError::NotDeclared)?;
        let before = identities::lock(&transaction, account.0).await?.ok_or(IdentityError::NoConsent)?;
        // The draft was read before the lock: the other one of two taps may have handed it in meanwhile.
        if [before.more_picture, before.picture.filter(|_| before.state == "waiting")].contains(&Some(picture.0)) {
            return Ok(());
        }
        if compared.is_some_and(|compared| *compared != person) {
            return Err(IdentityError::DeclarationChanged);
        }
        let is_verified = before.state == "verified";
        if is_verified && read_proofs(&before).prove(way, CardCheck::Staff) {
            return Err(IdentityError::AlreadyVerified);
        }
        let new = [Some(picture.0), back.map(|back| back.0)];
        for draft in new.into_iter().flatten() {
            if !identity_pictures::keep(&transaction, draft, account.0).await? {
                return Err(IdentityError::Busy);
            }
        }
        let hints = Hint::words(hints);
        let handed =
            HandedIn { way: way_name(way), picture: picture.0, card_back: back.map(|back| back.0), hints: &hints };
        let (now, sealed) = (clock::now(), verify::seal(&self.vault, account, &person));
        let is_in = match is_verified {
            true => identities::hand_in_more(&transaction, account.0, &handed, now).await?,
            false => identities::hand_in(&transaction, account.0, &sealed, &handed, now).await?,
        };
        if !is_in {
            return Err(IdentityError::AlreadyVerified);
        }
        let old = [if is_verified { before.more_picture } else { before.picture }, before.card_back];
        let needless = old.into_iter().flatten().filter(|old| !new.contains(&Some(*old)));
        identity_pictures::drop(&transaction, &needless.collect::<Vec<_>>()).await?;
        if let Some(pattern) = pattern {
            let kind = if way == IdentityWay::Card { MarkKind::Card } else { MarkKind::Holding };
            self.pictures.remember(&transaction, account, kind, pattern).await?;
        }
        Ok(transaction.commit().await?)
    }
}
