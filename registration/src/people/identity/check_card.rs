//! The way by card: both sides are read by a machine and compared with whom the account says to be.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use gateways::{Asked, Belonging, CardError, CardReader, CardSide, Unread};

use super::submit::Submitted;
use super::{Identity, IdentityError, Person, declared};
use crate::desk::audit::{AuditAction, AuditEntry, Entry};
use crate::desk::case::Subject;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::document::DocumentKind;
use crate::model::exam_rules::{CardCheck, IdentityWay};
use crate::model::facts::hint::Hint;
use crate::model::ids::AccountId;
use crate::people::identity::card::{CardRefusal, judge, refusal};
use crate::people::store::{identities, identity_tries};
use crate::pictures::clean::Recipe;
use crate::pictures::kept::{DraftError, PictureId, Slot};
use crate::pictures::marks::MarkKind;
use crate::pictures::resemblance::Pattern;
use crate::secrets::vault::Vault;

/// Reading costs a core or money.
pub(crate) const CARD_TRIES_PER_DAY: u8 = 10;
/// A reader that gives no answer may be asked so often.
const CARD_CALLS_PER_DAY: u8 = 40;
/// What they are counted under.
const TRIES: &str = "card";
const CALLS: &str = "card calls";
/// Each costs money.
const REGISTER_CALLS_PER_DAY: u8 = 10;
const REGISTER_CALLS: &str = "register calls";

impl Identity {
    /// Has the drafts of both sides looked at by whoever is to decide on cards. The reader: equal, the account is verified, the
    /// portrait is kept, and the pictures of the card go; not equal, the drafts stay for an hour, so that a corrected name can be
    /// tried with them. Staff: what the reader says goes with the pictures. A vendor is asked once the reader says yes.
    ///
    /// Where another account sent next to the same picture, or the vendor has no answer, staff decide.
    pub async fn check_card(&self, account: AccountId, check: CardCheck) -> Result<(), IdentityError> {
        let reader = self.gateways.cards.as_ref();
        if reader.is_none() && check != CardCheck::Staff {
            return Err(IdentityError::NoSuchWay);
        }
        if self.is_proved_by(account, IdentityWay::Card, check).await? {
            return Err(IdentityError::AlreadyVerified);
        }
        let found = self.accounts.account(account).await?.ok_or(IdentityError::NotDeclared)?;
        let person = declared::person(&found).ok_or(IdentityError::NotDeclared)?;
        if person.document.kind() != DocumentKind::ResidentId {
            return Err(IdentityError::WrongDocument(person.document.kind()));
        }
        let (front, back) = (self.side(account, Slot::CardFront).await, self.side(account, Slot::CardBack).await);
        let are_gone = matches!((&front, &back), (Err(IdentityError::Missing(_)), Err(IdentityError::Missing(_))));
        // The same form twice: the first one was answered into nothing.
        if are_gone && self.has_card_in(account).await? {
            return Ok(());
        }
        let ((shown, front), (back_shown, back)) = (front?, back?);
        let read = match reader {
            Some(reader) => self.read_card(account, reader, &person, (shown, front.clone()), back).await,
            None => Err(IdentityError::NoSuchWay),
        };
        let mut hints = match (check, read) {
            (CardCheck::Staff, read) => suggestion(read)?.into_iter().collect::<Vec<_>>(),
            (_, read) => {
                read??;
                Vec::new()
            }
        };
        let pattern = self.odd(account, &front, &mut hints).await?;
        if check == CardCheck::Vendor {
            hints.extend(self.ask_register(account, &person).await?);
        }
        if check == CardCheck::Staff || !hints.is_empty() {
            if check != CardCheck::Staff {
                hints.insert(0, Hint::ReadEqual);
            }
            let (way, pattern) = (IdentityWay::Card, pattern.as_ref());
            let (back, compared) = (Some(back_shown), Some(&person));
            return self
                .submit(account, &Submitted { way, picture: shown, back, hints: &hints, pattern, compared })
                .await;
        }
        let (portrait, _) = self.pictures.draft(account, Slot::Portrait, front, Recipe::CardPortrait).await?;
        self.verify(account, &person, (IdentityWay::Card, check), Some(portrait)).await?;
        if let Some(pattern) = &pattern {
            let client = self.database.client().await?;
            self.pictures.remember(&client, account, MarkKind::Card, pattern).await?;
        }
        Ok(())
    }

    /// Reads both sides and compares them with whom the account says to be.
    ///
    /// # Errors
    ///
    /// When nothing was read, and it is not the picture's fault: no try is left, many at once, the reader is away.
    async fn read_card(
        &self,
        account: AccountId,
        reader: &CardReader,
        person: &Person,
        (shown, front): (PictureId, Bytes),
        back: Bytes,
    ) -> Result<Result<(), CardRefusal>, IdentityError> {
        // Who has no try left takes no place from others.
        let used = identity_tries::of_day(&self.database.client().await?, account.0, clock::today(), TRIES).await?;
        if used >= i32::from(CARD_TRIES_PER_DAY) {
            return Err(IdentityError::TriesUsed(CARD_TRIES_PER_DAY));
        }
        let place = reader.place().await.map_err(|_| IdentityError::Busy)?;
        self.count_try(account, CALLS, CARD_CALLS_PER_DAY).await?;
        self.count_try(account, TRIES, CARD_TRIES_PER_DAY).await?;
        let asked = Asked { name: person.name.expose().to_owned(), number: person.document.expose().to_owned() };
        let [front_text, back_text] = match place.both(front, back, &asked).await {
            Ok(texts) => texts,
            Err(Unread::Swapped) => return Ok(Err(CardRefusal::Swapped)),
            Err(Unread::Side(side, error)) => {
                return match self.unread(account, side, error).await? {
                    IdentityError::Card(refusal) => Ok(Err(refusal)),
                    error => Err(error),
                };
            }
        };
        drop(place);
        let judged = judge(person, &front_text, &back_text, clock::today());
        if judged == Err(CardRefusal::NameUnsure) {
            self.note_unsure(account, shown, person).await?;
        }
        Ok(judged)
    }

    /// How the front looks from afar, and what is odd about it, whatever the reader says.
    async fn odd(
        &self,
        account: AccountId,
        front: &Bytes,
        hints: &mut Vec<Hint>,
    ) -> Result<Option<Pattern>, IdentityError> {
        if self.pictures.files.is_grey(front.clone()).await.map_err(DraftError::from)? {
            hints.push(Hint::Grey);
        }
        let pattern = self.pictures.pattern(front.clone()).await?;
        if let Some(pattern) = &pattern
            && self.pictures.is_of_another(account, MarkKind::Card, pattern).await?
        {
            hints.push(Hint::Alike);
        }
        Ok(pattern)
    }

    /// Asks the vendor who knows names and numbers; a hint where staff are to decide instead.
    ///
    /// # Errors
    ///
    /// When name and number do not belong together.
    async fn ask_register(&self, account: AccountId, person: &Person) -> Result<Option<Hint>, IdentityError> {
        let Some(vendor) = &self.gateways.two_elements else { return Ok(Some(Hint::VendorAway)) };
        self.count_try(account, REGISTER_CALLS, REGISTER_CALLS_PER_DAY).await?;
        match vendor.check(person.name.expose(), person.document.expose()).await {
            Ok(Belonging::Together) => Ok(None),
            Ok(Belonging::Apart) => Err(CardRefusal::NotTogether.into()),
            Ok(Belonging::Unknown) => Ok(Some(Hint::NoRecord)),
            Err(error) => {
                tracing::warn!(%error, "the register of names and numbers is away; staff look instead");
                Ok(Some(Hint::VendorAway))
            }
        }
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

    /// Does a card of the account wait for staff?
    async fn has_card_in(&self, account: AccountId) -> Result<bool, IdentityError> {
        let found = identities::get(&self.database.client().await?, account.0).await?;
        Ok(found.is_some_and(|found| found.card_back.is_some()))
    }

    async fn side(&self, account: AccountId, slot: Slot) -> Result<(PictureId, Bytes), IdentityError> {
        let found = self.pictures.drafted(account, slot).await?;
        found.map(|(id, jpeg)| (id, jpeg.into())).ok_or(IdentityError::Missing(slot))
    }
}

/// What of a reading goes with a card to staff. What the candidate can mend in a moment is said to them instead: nobody waits a
/// day to hear that the sides are swapped. That nothing was read keeps nobody from staff.
fn suggestion(read: Result<Result<(), CardRefusal>, IdentityError>) -> Result<Option<Hint>, IdentityError> {
    let refusal = match read {
        Ok(Ok(())) => return Ok(Some(Hint::ReadEqual)),
        Ok(Err(refusal)) => refusal,
        Err(
            IdentityError::NoSuchWay
            | IdentityError::TriesUsed(_)
            | IdentityError::Busy
            | IdentityError::Unavailable(_),
        ) => return Ok(Some(Hint::ReadNothing)),
        Err(error) => return Err(error),
    };
    match refusal {
        CardRefusal::NoCard(_) | CardRefusal::Blurred(_) | CardRefusal::WrongSide(_) | CardRefusal::Swapped => {
            Err(refusal.into())
        }
        CardRefusal::Unreadable(_) => Ok(Some(Hint::ReadNothing)),
        CardRefusal::Expired => Ok(Some(Hint::ReadExpired)),
        CardRefusal::NotOriginal(_) => Ok(Some(Hint::ReadCopy)),
        CardRefusal::NameUnsure => Ok(Some(Hint::ReadUnsure)),
        CardRefusal::Name => Ok(Some(Hint::ReadName)),
        CardRefusal::Number => Ok(Some(Hint::ReadNumber)),
        CardRefusal::NameAndNumber => Ok(Some(Hint::ReadBoth)),
        // Only a vendor says so.
        CardRefusal::NotTogether => Ok(None),
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
    fn h1_staff_get_the_machines_word_and_candidates_hear_what_they_can_mend() {
        let said = |refusal| suggestion(Ok(Err(refusal))).ok().flatten();
        assert_eq!(suggestion(Ok(Ok(()))).ok().flatten(), Some(Hint::ReadEqual));
        assert_eq!(said(CardRefusal::Name), Some(Hint::ReadName));
        assert_eq!(said(CardRefusal::NotOriginal(CardSide::Front)), Some(Hint::ReadCopy));
        assert_eq!(suggestion(Err(IdentityError::TriesUsed(3))).ok().flatten(), Some(Hint::ReadNothing));
        let swapped = suggestion(Ok(Err(CardRefusal::Swapped)));
        assert!(matches!(swapped, Err(IdentityError::Card(CardRefusal::Swapped))), "{swapped:?}");
    }

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
