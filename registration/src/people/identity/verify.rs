//! The one transaction that verifies: whoever proves what, an account becomes a person here and nowhere else; and how it
//! ceases to be one when staff say so.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Identity, IdentityError, card_word, declared, read_proofs, way_name};
use crate::model::clock;
use crate::model::exam_rules::{CardCheck, IdentityWay};
use crate::model::ids::AccountId;
use crate::model::ids::StaffId;
use crate::model::person::PersonName;
use crate::people::consents::store::face_consents;
use crate::people::identity::state::Person;
use crate::people::store::face_checks;
use crate::people::store::identities;
use crate::people::store::identities::{SealedPerson, StoredIdentity, Verified};
use crate::pictures::kept::{PictureId, Slot};
use crate::pictures::marks::MarkKind;
use crate::pictures::store::{identity_marks, identity_pictures};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// The drafts that nobody needs once it is known who somebody is.
const NEEDLESS: [&str; 3] = [Slot::CardFront.as_str(), Slot::CardBack.as_str(), Slot::Holding.as_str()];

/// The drafts that show who somebody is.
const OF_A_PERSON: [&str; 5] = [
    Slot::CardFront.as_str(),
    Slot::CardBack.as_str(),
    Slot::Holding.as_str(),
    Slot::Live.as_str(),
    Slot::Portrait.as_str(),
];

/// Whom an account is verified as, and by what.
pub(crate) struct Verifying<'a> {
    pub(crate) account: AccountId,
    pub(crate) person: &'a Person,
    pub(crate) way: IdentityWay,
    /// Who decided on the card, where it is by one.
    pub(crate) card: CardCheck,
    pub(crate) portrait: Option<PictureId>,
    /// Who of the staff said so, where they did.
    pub(crate) staff: Option<StaffId>,
    pub(crate) now: Timestamp,
}

impl Identity {
    /// Verifies that the account is this person, if it still says so. The portrait stays, everything else that was
    /// handed in goes.
    pub(crate) async fn verify(
        &self,
        account: AccountId,
        person: &Person,
        (way, card): (IdentityWay, CardCheck),
        portrait: Option<PictureId>,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let verifying = Verifying { account, person, way, card, portrait, staff: None, now: clock::now() };
        self.verify_in(&transaction, &verifying).await?;
        Ok(transaction.commit().await?)
    }

    /// The same as a part of the caller's transaction, which is to be given up after a refusal.
    pub(crate) async fn verify_in(
        &self,
        transaction: &impl GenericClient,
        verifying: &Verifying<'_>,
    ) -> Result<(), IdentityError> {
        let Verifying { account, person, way, card, portrait, staff, now } = *verifying;
        // The account first, then its identity: whoever declares somebody else locks in the same order.
        let declared = declared::locked(transaction, &self.vault, account).await?;
        let before = identities::lock(transaction, account.0).await?.ok_or(IdentityError::NoConsent)?;
        // Whoever takes it back locks the identity, too.
        if way == IdentityWay::Liveness && face_consents::is_withdrawn(transaction, account.0).await? {
            return Err(IdentityError::NoFaceConsent);
        }
        let is_verified = before.state == "verified";
        if is_verified && read_proofs(&before).prove(way, card) {
            return Err(IdentityError::AlreadyVerified);
        }
        if declared.as_ref() != Some(person) || (is_verified && open(&self.vault, &before)? != *person) {
            return Err(IdentityError::DeclarationChanged);
        }
        let portrait = portrait.map(|portrait| portrait.0);
        if is_verified {
            return prove_further(transaction, verifying, &before).await;
        }
        if let Some(portrait) = portrait
            && !identity_pictures::keep(transaction, portrait, account.0).await?
        {
            return Err(IdentityError::Busy);
        }
        let sealed = seal(&self.vault, account, person);
        match identities::verify(transaction, account.0, &sealed, way_name(way), portrait, staff, now).await? {
            Verified::Yes => {}
            Verified::No => return Err(IdentityError::AlreadyVerified),
            Verified::Taken => return Err(IdentityError::OtherAccount),
        }
        let words: Vec<&str> = card_word(way, card).into_iter().collect();
        identities::note_proofs(transaction, account.0, &words).await?;
        identity_pictures::drop_drafts(transaction, account.0, &NEEDLESS).await?;
        let old = before.picture.filter(|old| Some(*old) != portrait).into_iter().chain(before.card_back);
        identity_pictures::drop(transaction, &old.collect::<Vec<Uuid>>()).await?;
        metrics::counter!("registration_identities_verified_total", "way" => way_name(way)).increment(1);
        Ok(())
    }
}

/// Somebody who is verified was proved by another way, too. The verified photo stays what it was; the one that came now is
/// taken where there was none.
async fn prove_further(
    transaction: &impl GenericClient,
    verifying: &Verifying<'_>,
    before: &StoredIdentity,
) -> Result<(), IdentityError> {
    let Verifying { account, way, card, portrait, staff, .. } = *verifying;
    let portrait = portrait.map(|portrait| portrait.0);
    let (taken, needless) = if before.picture.is_none() { (portrait, None) } else { (None, portrait) };
    if let Some(taken) = taken
        && !identity_pictures::keep(transaction, taken, account.0).await?
    {
        return Err(IdentityError::Busy);
    }
    // A card that somebody else decided on before is no further way.
    let is_new = !read_proofs(before).ways.contains(&way);
    let words: Vec<&str> = is_new.then(|| way_name(way)).into_iter().chain(card_word(way, card)).collect();
    if !identities::add_ways(transaction, account.0, &words, taken, staff).await? {
        return Err(IdentityError::AlreadyVerified);
    }
    let waited = before.more_picture.filter(|waited| Some(*waited) != taken);
    let needless: Vec<Uuid> = needless.into_iter().chain(waited).chain(before.card_back).collect();
    identity_pictures::drop(transaction, &needless).await?;
    identity_pictures::drop_drafts(transaction, account.0, &NEEDLESS).await?;
    metrics::counter!("registration_identities_verified_total", "way" => way_name(way)).increment(1);
    Ok(())
}

/// The account is not who it was, or nobody's any more: identity and faces must be proved anew, and the pictures go, with what they
/// would be found again by. The caller has locked the account. Was anything verified or waiting?
pub(crate) async fn forget(transaction: &impl GenericClient, account: AccountId) -> Result<bool, StoreError> {
    let before = identities::lock(transaction, account.0).await?;
    let mut pictures = face_checks::forget(transaction, account.0).await?;
    pictures.extend(identities::release(transaction, account.0).await?);
    identity_pictures::drop(transaction, &pictures).await?;
    identity_pictures::drop_drafts(transaction, account.0, &OF_A_PERSON).await?;
    identity_marks::forget(transaction, account.0, &MarkKind::ALL.map(MarkKind::as_str)).await?;
    Ok(before.is_some_and(|before| ["verified", "waiting"].contains(&before.state.as_str())))
}

/// Seals who somebody is, for this account's row only.
pub(crate) fn seal(vault: &Vault, account: AccountId, person: &Person) -> SealedPerson {
    let document = person.document.keyed();
    SealedPerson {
        name: vault.seal(&context("name", account), person.name.expose().as_bytes()),
        document: vault.seal(&context("document", account), document.as_bytes()),
        document_index: vault.index("document", &document),
    }
}

/// Opens what was sealed.
pub(crate) fn open(vault: &Vault, stored: &StoredIdentity) -> Result<Person, StoreError> {
    let missing = StoreError::Corrupt("an identity without a person");
    let (Some(name), Some(document)) = (&stored.name, &stored.document) else { return Err(missing) };
    open_parts(vault, AccountId(stored.account), name, document)
}

/// The same from its two parts.
pub(crate) fn open_parts(
    vault: &Vault,
    account: AccountId,
    name: &[u8],
    document: &[u8],
) -> Result<Person, StoreError> {
    let open = |field, sealed| {
        let plain = vault.open(&context(field, account), sealed)?;
        String::from_utf8(plain).map_err(|_| StoreError::Corrupt("an identity is no text"))
    };
    let corrupt = || StoreError::Corrupt("the person of an identity");
    let document = open("document", document)?;
    Ok(Person {
        name: PersonName::kept(&open("name", name)?),
        document: crate::model::document::Document::from_keyed(&document).ok_or_else(corrupt)?,
    })
}

fn context(field: &str, account: AccountId) -> String {
    format!("identity.{field} {}", account.0)
}
