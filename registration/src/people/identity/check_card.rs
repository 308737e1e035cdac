//! The way by card: both sides are read by a machine and compared with whom the account says to be.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use gateways::{Asked, CardError, CardSide, Unread};

use super::{Identity, IdentityError, Person, declared};
use crate::desk::audit::{AuditAction, AuditEntry, Entry};
use crate::desk::case::Subject;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::document::DocumentKind;
use crate::model::exam_rules::IdentityWay;
use crate::model::ids::AccountId;
use crate::people::identity::card::{CardRefusal, judge, refusal};
use crate::people::store::identity_tries;
use crate::pictures::clean::Recipe;
use crate::pictures::kept::{PictureId, Slot};
use crate::secrets::vault::Vault;

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
        let (shown, front) = self.side(account, Slot::CardFront).await?;
        let (_, back) = self.side(account, Slot::CardBack).await?;
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
            self.note_unsure(account, shown, &person).await?;
        }
        judged?;
        let (portrait, _) = self.pictures.draft(account, Slot::Portrait, front, Recipe::CardPortrait).await?;
        self.verify(account, &person, IdentityWay::Card, Some(portrait)).await
    }

    /// Writes down what the machine made of this picture of the card, compared with whom the account says to be now: staff who are
    /// asked by the candidate see it in the record.
    async fn note_unsure(&self, account: AccountId, shown: PictureId, person: &Person) -> Result<(), IdentityError> {
        let (subject, shown) = (Subject::Identity(account).to_string(), shown.to_string());
        let compared = compared_with(&self.vault, person);
        let client = self.database.client().await?;
        let entry = Entry::new(Actor::System, AuditAction::CardUnsure, &subject).seen(&shown).detail(&*compared);
        Ok(entry.write(&client).await?)
    }

    /// Does a line of an identity's record still hold of this person? What a machine made of a card was about whom the account
    /// said to be then; once that is another one, it misleads.
    pub fn still_holds(&self, entry: &AuditEntry, person: &Person) -> bool {
        entry.action != AuditAction::CardUnsure || entry.detail.as_deref() == Some(&*compared_with(&self.vault, person))
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

    async fn side(&self, account: AccountId, slot: Slot) -> Result<(PictureId, Bytes), IdentityError> {
        let found = self.pictures.drafted(account, slot).await?;
        found.map(|(id, jpeg)| (id, jpeg.into())).ok_or(IdentityError::Missing(slot))
    }
}

/// Whom a card was compared with, so that it is known again and says nothing.
fn compared_with(vault: &Vault, person: &Person) -> String {
    let index = vault.index("card compared", &format!("{} {}", person.document.keyed(), person.name.key()));
    URL_SAFE_NO_PAD.encode(&index[..12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::Document;

    #[test]
    fn what_a_machine_made_of_a_card_is_said_of_the_same_declaration_alone() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        let person = |name: &str| {
            let document = Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap();
            Person { name: name.parse().unwrap(), document }
        };
        let compared = compared_with(&vault, &person("马龘"));
        assert_eq!(compared, compared_with(&vault, &person("马龘")));
        assert_ne!(compared, compared_with(&vault, &person("马龙")));
        assert!(!compared.contains("11010519491231002X"));
    }
}
