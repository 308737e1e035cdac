//! The way by card: both sides are read by a machine and compared with whom the account says to be.

use bytes::Bytes;
use gateways::{CardError, CardReader, CardSide, CardText};

use super::card::{judge, refusal};
use super::{Identity, IdentityError, claims};
use crate::accounts::AccountId;
use crate::clock;
use crate::document::DocumentKind;
use crate::exam_rules::IdentityWay;
use crate::identity_pictures::Slot;
use crate::pictures::Recipe;
use crate::steps::IdentityState;

/// Reading costs a core or money.
pub(crate) const CARD_TRIES_PER_DAY: u8 = 10;

impl Identity {
    /// Reads the drafts of both sides. Equal: the account is verified, the portrait is kept, and the pictures of the
    /// card go. Not equal: the drafts stay for an hour, so that a corrected name can be tried with them.
    pub async fn check_card(&self, account: AccountId) -> Result<(), IdentityError> {
        let reader = self.gateways.cards.as_ref().ok_or(IdentityError::NoSuchWay)?;
        if matches!(self.state(account).await?, IdentityState::Verified { .. }) {
            return Err(IdentityError::AlreadyVerified);
        }
        let found = self.accounts.account(account).await?.ok_or(IdentityError::NoClaim)?;
        let person = claims::person(&found).ok_or(IdentityError::NoClaim)?;
        if person.document.kind() != DocumentKind::ResidentId {
            return Err(IdentityError::WrongDocument(person.document.kind()));
        }
        let front = self.side(account, Slot::CardFront).await?;
        let back = self.side(account, Slot::CardBack).await?;
        self.count_try(account, "card", CARD_TRIES_PER_DAY).await?;
        let (front_text, back_text) =
            tokio::join!(read(reader, CardSide::Front, front.clone()), read(reader, CardSide::Back, back));
        judge(&person, &front_text?, &back_text?, clock::today())?;
        let (portrait, _) = self.pictures.draft(account, Slot::Portrait, front, Recipe::CardPortrait).await?;
        self.verify(account, &person, IdentityWay::Card, Some(portrait), None).await
    }

    async fn side(&self, account: AccountId, slot: Slot) -> Result<Bytes, IdentityError> {
        let found = self.pictures.drafted(account, slot).await?;
        found.map(|(_, jpeg)| jpeg.into()).ok_or(IdentityError::Missing(slot))
    }
}

async fn read(reader: &CardReader, side: CardSide, jpeg: Bytes) -> Result<CardText, IdentityError> {
    reader.read(side, jpeg).await.map_err(|error| match (refusal(side, &error), error) {
        (Some(refusal), _) => refusal.into(),
        (None, CardError::Unavailable(why)) => IdentityError::Unavailable(why),
        (None, _) => IdentityError::Busy,
    })
}
