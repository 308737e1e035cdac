//! The way by card: both sides are read by a machine and compared with whom the account says to be.

use bytes::Bytes;
use gateways::{Asked, CardError, CardSide, Unread};

use super::{Identity, IdentityError, declared};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::Subject;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::document::DocumentKind;
use crate::model::exam_rules::IdentityWay;
use crate::model::ids::AccountId;
use crate::people::identity::card::{CardRefusal, judge, refusal};
use crate::people::store::identity_tries;
use crate::pictures::clean::Recipe;
use crate::pictures::kept::Slot;

/// Reading costs a core or money.
pub(crate) const CARD_TRIES_PER_DAY: u8 = 10;
/// A reader that gives no answer may be asked so often.
const CARD_CALLS_PER_DAY: u8 = 40;
/// What they are counted under.
const TRIES: &str = "card";
const CALLS: &str = "card calls";

impl Identity {
    /// Reads the drafts of both sides. Equal: the account is verified, the portrait is kept, and the pictures of the
    /// card go. Not equal: the drafts stay for an hour, so that a corrected name can be tried with them.
    pub async fn check_card(&self, account: AccountId) -> Result<(), IdentityError> {
        let reader = self.gateways.cards.as_ref().ok_or(IdentityError::NoSuchWay)?;
        if self.is_proved_by(account, IdentityWay::Card).await? {
            return Err(IdentityError::AlreadyVerified);
        }
        let found = self.accounts.account(account).await?.ok_or(IdentityError::NotDeclared)?;
        let person = declared::person(&found).ok_or(IdentityError::NotDeclared)?;
        if person.document.kind() != DocumentKind::ResidentId {
            return Err(IdentityError::WrongDocument(person.document.kind()));
        }
        let front = self.side(account, Slot::CardFront).await?;
        let back = self.side(account, Slot::CardBack).await?;
        // Who has no try left takes no place from others.
        let used = identity_tries::of_day(&self.database.client().await?, account.0, clock::today(), TRIES).await?;
        if used >= i32::from(CARD_TRIES_PER_DAY) {
            return Err(IdentityError::TriesUsed(CARD_TRIES_PER_DAY));
        }
        let place = reader.place().await.map_err(|_| IdentityError::Busy)?;
        self.count_try(account, CALLS, CARD_CALLS_PER_DAY).await?;
        self.count_try(account, TRIES, CARD_TRIES_PER_DAY).await?;
        let asked = Asked { name: person.name.expose().to_owned(), number: person.document.expose().to_owned() };
        let [front_text, back_text] = match place.both(front.clone(), back, &asked).await {
            Ok(texts) => texts,
            Err(Unread::Swapped) => return Err(CardRefusal::Swapped.into()),
            Err(Unread::Side(side, error)) => return Err(self.unread(account, side, error).await?),
        };
        drop(place);
        let judged = judge(&person, &front_text, &back_text, clock::today());
        if judged == Err(CardRefusal::NameUnsure) {
            self.note_unsure(account).await?;
        }
        judged?;
        let (portrait, _) = self.pictures.draft(account, Slot::Portrait, front, Recipe::CardPortrait).await?;
        self.verify(account, &person, IdentityWay::Card, Some(portrait)).await
    }

    /// Writes down what the machine made of the card: staff who are asked by the candidate see it beside the picture.
    async fn note_unsure(&self, account: AccountId) -> Result<(), IdentityError> {
        let subject = Subject::Identity(account).to_string();
        let client = self.database.client().await?;
        Ok(Entry::new(Actor::System, AuditAction::CardUnsure, &subject).write(&client).await?)
    }

    /// What is said of a side that was not read. That the reader gave no answer is not the candidate's fault.
    async fn unread(
        &self,
        account: AccountId,
        side: CardSide,
        error: CardError,
    ) -> Result<IdentityError, IdentityError> {
        if let Some(refusal) = refusal(side, &error) {
            return Ok(refusal.into());
        }
        let client = self.database.client().await?;
        identity_tries::take_back(&client, account.0, clock::today(), TRIES).await?;
        Ok(match error {
            CardError::Unavailable(why) => IdentityError::Unavailable(why),
            _ => IdentityError::Busy,
        })
    }

    async fn side(&self, account: AccountId, slot: Slot) -> Result<Bytes, IdentityError> {
        let found = self.pictures.drafted(account, slot).await?;
        found.map(|(_, jpeg)| jpeg.into()).ok_or(IdentityError::Missing(slot))
    }
}
