//! The door to identities: who somebody is, proved by their card, by a vendor's page, or to staff. No two accounts are
//! ever one person, and no account is ever two.

pub(crate) mod card;
mod check_card;
mod declared;
mod handover;
pub(crate) mod in_person;
mod liveness;
mod manual;
pub(crate) mod state;
mod submit;
mod verify;

use bytes::Bytes;
use deadpool_postgres::GenericClient;
use gateways::Gateways;
use uuid::Uuid;

use crate::model::clock;
use crate::model::document::{Document, DocumentKind};
use crate::model::exam_rules::{CardCheck, IdentityRules, IdentityWay};
use crate::model::facts::{FurtherProof, IdentityState, Proofs};
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::people::accounts::{Account, Accounts};
use crate::people::store::identities;
use crate::people::store::identities::StoredIdentity;
use crate::people::store::{identity_checks, identity_tries};
use crate::pictures::clean::{PictureError, Recipe};
use crate::pictures::files::CleanError;
use crate::pictures::kept::{DraftError, IdentityPictures, PictureId, Piece, Progress, Slot, UploadError};
use crate::pictures::store::identity_pictures;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use crate::people::identity::card::CardRefusal;
pub use gateways::CardSide;
pub use handover::{HANDOVER_LIFETIME, HandoverError, HandoverToken};
pub(crate) use verify::{Verifying, forget, open};

pub use crate::people::identity::state::{
    DeclareRights, IdentityRecord, IdentityStatus, LivenessRefusal, LivenessStatus, Person,
};

/// Which text of the consent is agreed to now; another text gets another version.
pub const CONSENT_VERSION: &str = "2026-12";

/// Why nothing was handed in or verified. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The account is verified, and stays so.
    #[error("the account is verified already")]
    AlreadyVerified,
    /// Sensitive data is only taken with a consent of its own.
    #[error("the consent is missing")]
    NoConsent,
    /// The consent to having one's face looked at is missing, which is one of its own.
    #[error("the consent to the face check is missing")]
    NoFaceConsent,
    /// Name and document are not known yet.
    #[error("name and document are missing")]
    NotDeclared,
    /// The document is the login: only staff can mend it.
    #[error("the document is the login and cannot be changed here")]
    DocumentIsLogin,
    /// Name or document changed meanwhile: look at them, and begin again.
    #[error("name or document changed meanwhile")]
    DeclarationChanged,
    /// This way proves other documents only.
    #[error("this way does not prove a {}", .0.as_str())]
    WrongDocument(DocumentKind),
    /// This way is not set up here.
    #[error("this way is not set up")]
    NoSuchWay,
    /// A picture is missing.
    #[error("the picture {} is missing", .0.as_str())]
    Missing(Slot),
    /// A picture is none, or too many are being cleaned.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The card does not prove it.
    #[error(transparent)]
    Card(#[from] CardRefusal),
    /// No more tries today.
    #[error("no more than {0} tries a day")]
    TriesUsed(u8),
    /// Another account is verified as this person: use that one.
    #[error("another account is verified as this person")]
    OtherAccount,
    /// Many at once: try again in a moment.
    #[error("many at once")]
    Busy,
    /// The machine or vendor that checks does not answer: try again later, or another way.
    #[error("the check is not available: {0}")]
    Unavailable(String),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PictureError> for IdentityError {
    fn from(error: PictureError) -> Self {
        Self::Draft(error.into())
    }
}

impl From<tokio_postgres::Error> for IdentityError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Width and height of the verified photo as its person sees it, in pixels.
pub const PORTRAIT_PIXELS: (u32, u32) = (220, 280);

/// The door to identities. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Identity {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) accounts: Accounts,
    pub(crate) pictures: IdentityPictures,
    pub(crate) gateways: Gateways,
}

impl Identity {
    /// Where the account stands.
    pub async fn state(&self, account: AccountId) -> Result<IdentityState, StoreError> {
        state(&self.database.client().await?, account).await
    }

    /// The same, with the ways by which it was proved.
    pub async fn proved(&self, account: AccountId) -> Result<(IdentityState, Proofs), StoreError> {
        let found = identities::get(&self.database.client().await?, account.0).await?;
        let state = found.as_ref().map_or(Ok(IdentityState::None), read_state)?;
        Ok((state, found.as_ref().map(read_proofs).unwrap_or_default()))
    }

    /// Is the account verified by this way and, where that is a card, by whoever is to decide on it?
    async fn is_proved_by(&self, account: AccountId, way: IdentityWay, card: CardCheck) -> Result<bool, StoreError> {
        let (state, proofs) = self.proved(account).await?;
        Ok(matches!(state, IdentityState::Verified { .. }) && proofs.prove(way, card))
    }

    /// Who the account was verified to be; nothing before.
    pub async fn verified(&self, account: AccountId) -> Result<Option<Person>, StoreError> {
        let found = identities::get(&self.database.client().await?, account.0).await?;
        match found {
            Some(found) if found.state == "verified" => open(&self.vault, &found).map(Some),
            _ => Ok(None),
        }
    }

    /// What is on record of an account's identity, in one look at its row.
    pub async fn record(&self, account: &Account) -> Result<IdentityRecord, StoreError> {
        let found = identities::get(&self.database.client().await?, account.id.0).await?;
        let state = found.as_ref().map_or(Ok(IdentityState::None), read_state)?;
        let person = match &found {
            Some(found) if matches!(state, IdentityState::Verified { .. }) => Some(open(&self.vault, found)?),
            _ => declared::person(account),
        };
        Ok(IdentityRecord {
            person,
            has_consented: found.as_ref().is_some_and(|found| found.consent_version == CONSENT_VERSION),
            proofs: found.as_ref().map(read_proofs).unwrap_or_default(),
            state,
        })
    }

    /// All that the first page needs to know. `None`: there is no such account.
    pub async fn status(&self, account: AccountId) -> Result<Option<IdentityStatus>, StoreError> {
        let Some(found) = self.accounts.account(account).await? else { return Ok(None) };
        let client = self.database.client().await?;
        let identity = identities::get(&client, account.0).await?;
        let check = identity_checks::newest(&client, account.0, None).await?;
        drop(client);
        let state = identity.as_ref().map_or(Ok(IdentityState::None), read_state)?;
        let is_verified = matches!(state, IdentityState::Verified { .. });
        let person = match &identity {
            Some(identity) if is_verified => Some(open(&self.vault, identity)?),
            _ => declared::person(&found),
        };
        let rights =
            if is_verified { DeclareRights::Nothing } else { declared::rights(&self.accounts, account).await? };
        Ok(Some(IdentityStatus {
            rights,
            way: identity.as_ref().and_then(|identity| read_way(identity.way.as_deref()?)),
            proofs: identity.as_ref().map(read_proofs).unwrap_or_default(),
            has_portrait: is_verified && identity.as_ref().is_some_and(|identity| identity.picture.is_some()),
            liveness: check.as_ref().map_or(LivenessStatus::None, liveness::status),
            state,
            person,
        }))
    }

    /// The ways that the rules take and this machine has, in the rules' order. Staff need no reader.
    pub fn ways(&self, rules: &IdentityRules) -> Vec<IdentityWay> {
        let is_here = |way: &IdentityWay| match way {
            IdentityWay::Card => self.gateways.cards.is_some() || rules.card == CardCheck::Staff,
            IdentityWay::Liveness => self.gateways.liveness.is_some(),
            IdentityWay::Manual => true,
        };
        rules.taken().into_iter().filter(is_here).collect()
    }

    /// Notes that the candidate agrees to the use of sensitive data, by the text of [`CONSENT_VERSION`].
    pub async fn consent(&self, account: AccountId) -> Result<(), StoreError> {
        identities::consent(&self.database.client().await?, account.0, CONSENT_VERSION, clock::now()).await
    }

    /// Did the candidate agree to the use of sensitive data, by the text of now?
    pub async fn has_consented(&self, account: AccountId) -> Result<bool, StoreError> {
        identities::has_consented(&self.database.client().await?, account.0, CONSENT_VERSION).await
    }

    /// Name and document as the candidate states them. What waits for staff is taken back when they change.
    pub async fn declare(&self, account: AccountId, name: PersonName, document: Document) -> Result<(), IdentityError> {
        let found = self.accounts.account(account).await?.ok_or(IdentityError::NotDeclared)?;
        let person = Person { name, document };
        if declared::person(&found).as_ref() == Some(&person) {
            return Ok(());
        }
        declared::change(&self.accounts, account, person).await?;
        let client = self.database.client().await?;
        let pictures = identities::withdraw(&client, account.0).await?;
        Ok(identity_pictures::drop(&client, &pictures).await?)
    }

    /// Keeps a picture as a draft: whole, and for an hour.
    pub async fn draft(&self, account: AccountId, slot: Slot, picture: Bytes) -> Result<PictureId, DraftError> {
        Ok(self.pictures.draft(account, slot, picture, Recipe::Whole).await?.0)
    }

    /// Takes a piece of a picture that will be such a draft.
    pub async fn receive(&self, account: AccountId, slot: Slot, piece: Piece) -> Result<Progress, UploadError> {
        self.pictures.receive(account, slot, piece, Recipe::Whole).await
    }

    /// How many bytes of the picture with this key are here.
    pub async fn received(&self, account: AccountId, slot: Slot, key: Uuid) -> Result<usize, StoreError> {
        self.pictures.uploads.received(account, slot.as_str(), key).await
    }

    /// The draft in a slot, a JPEG, if there is one.
    pub async fn drafted(&self, account: AccountId, slot: Slot) -> Result<Option<(PictureId, Vec<u8>)>, StoreError> {
        self.pictures.drafted(account, slot).await
    }

    /// The verified photo, a JPEG of [`PORTRAIT_PIXELS`], for the person themselves: enough to see whom it shows.
    pub async fn portrait(&self, account: AccountId) -> Result<Option<Vec<u8>>, DraftError> {
        let found = identities::get(&self.database.client().await?, account.0).await?;
        let picture = found.filter(|found| found.state == "verified").and_then(|found| found.picture);
        let Some(picture) = picture else { return Ok(None) };
        let Some(jpeg) = self.pictures.find(account, PictureId(picture)).await? else { return Ok(None) };
        let (width, height) = PORTRAIT_PIXELS;
        match self.pictures.files.reshape(jpeg.clone(), Recipe::Cropped { width, height }).await {
            // A vendor's, or one of before: it is small enough as it is.
            Err(CleanError::Picture(PictureError::TooSmall { .. })) => Ok(Some(jpeg)),
            outcome => Ok(Some(outcome?)),
        }
    }

    /// Which picture is the verified photo, if there is one.
    pub(crate) async fn verified_photo(&self, account: AccountId) -> Result<Option<PictureId>, StoreError> {
        let found = identities::get(&self.database.client().await?, account.0).await?;
        Ok(found.filter(|found| found.state == "verified").and_then(|found| found.picture).map(PictureId))
    }

    /// Is another account verified as this very person, by name and document? Asked before anything is checked that
    /// takes time, or somebody else's.
    pub(crate) async fn is_elsewhere(&self, account: AccountId, person: &Person) -> Result<bool, StoreError> {
        let index = verify::seal(&self.vault, account, person).document_index;
        let found = identities::of_document(&self.database.client().await?, &index).await?;
        let Some(other) = found.filter(|found| found.account != account.0) else { return Ok(false) };
        Ok(open(&self.vault, &other)? == *person)
    }

    /// Is it so for what the account says of itself?
    pub async fn is_used_elsewhere(&self, account: AccountId) -> Result<bool, StoreError> {
        let found = self.accounts.account(account).await?;
        match found.as_ref().and_then(declared::person) {
            Some(person) => self.is_elsewhere(account, &person).await,
            None => Ok(false),
        }
    }

    /// Counts a try that costs money, or says that there are no more today.
    async fn count_try(&self, account: AccountId, what: &str, most: u8) -> Result<(), IdentityError> {
        let client = self.database.client().await?;
        let counted = identity_tries::count(&client, account.0, clock::today(), what, i32::from(most)).await?;
        counted.map(drop).ok_or(IdentityError::TriesUsed(most))
    }
}

/// Where the account stands.
pub(crate) async fn state(client: &impl GenericClient, account: AccountId) -> Result<IdentityState, StoreError> {
    let found = identities::get(client, account.0).await?;
    found.as_ref().map_or(Ok(IdentityState::None), read_state)
}

fn read_state(stored: &StoredIdentity) -> Result<IdentityState, StoreError> {
    let missing = StoreError::Corrupt("an identity without its times");
    Ok(match stored.state.as_str() {
        "none" => IdentityState::None,
        "waiting" => IdentityState::Waiting { since: stored.submitted_at.ok_or(missing)? },
        "refused" => IdentityState::Refused { reason: stored.reason.clone().unwrap_or_default() },
        "verified" => IdentityState::Verified { at: stored.decided_at.ok_or(missing)? },
        _ => return Err(StoreError::Corrupt("the state of an identity")),
    })
}

/// By which ways it was proved; of nobody who is not verified.
pub(crate) fn read_proofs(stored: &StoredIdentity) -> Proofs {
    if stored.state != "verified" {
        return Proofs::default();
    }
    let known = stored.way.iter().chain(&stored.also_by).filter_map(|way| read_way(way));
    let is_by = |check: &CardCheck| {
        card_word(IdentityWay::Card, *check).is_some_and(|word| stored.also_by.iter().any(|known| known == word))
    };
    let cards = [CardCheck::Vendor, CardCheck::Staff].into_iter().filter(is_by).collect();
    let further = match (stored.more_since, &stored.more_reason) {
        (Some(since), _) => FurtherProof::Waiting { since },
        (None, Some(reason)) => FurtherProof::Refused { reason: reason.clone() },
        (None, None) => FurtherProof::None,
    };
    Proofs { ways: known.collect(), cards, further }
}

fn read_way(stored: &str) -> Option<IdentityWay> {
    [IdentityWay::Card, IdentityWay::Liveness, IdentityWay::Manual].into_iter().find(|way| way_name(*way) == stored)
}

/// The word beside those of ways that says who besides the reader decided on a card.
fn card_word(way: IdentityWay, card: CardCheck) -> Option<&'static str> {
    match (way, card) {
        (IdentityWay::Card, CardCheck::Vendor) => Some("card_vendor"),
        (IdentityWay::Card, CardCheck::Staff) => Some("card_staff"),
        (IdentityWay::Card, CardCheck::Auto) | (IdentityWay::Liveness | IdentityWay::Manual, _) => None,
    }
}

fn way_name(way: IdentityWay) -> &'static str {
    match way {
        IdentityWay::Card => "card",
        IdentityWay::Liveness => "liveness",
        IdentityWay::Manual => "manual",
    }
}
