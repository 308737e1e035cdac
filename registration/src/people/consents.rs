//! The door to the consent to having one's face looked at by a machine: apart from every other consent, and taken back at any time.
//! Who does not give it, or takes it back, has another way in every exam.

pub(crate) mod store;

use jiff::Timestamp;

use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::accounts::AccountNumber;
use crate::people::consents::store::face_consents;
use crate::people::store::{face_checks, identities, identity_checks};
use crate::pictures::kept::Slot;
use crate::pictures::marks::MarkKind;
use crate::pictures::store::{identity_marks, identity_pictures, identity_uploads};
use crate::store::{Database, StoreError};

/// Which text of it is agreed to now; another text gets another version.
pub const FACE_CONSENT_VERSION: &str = "2026-12";
/// The pictures of a face that are kept for comparing.
const FACES: [&str; 2] = [Slot::Live.as_str(), Slot::Portrait.as_str()];

/// Whether somebody agreed to having their face looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceConsent {
    /// They never said anything.
    None,
    /// They agreed to it.
    Given {
        /// When they did.
        at: Timestamp,
    },
    /// They took it back.
    Withdrawn {
        /// When they did.
        at: Timestamp,
    },
}

/// The door. Cloning is a reference count.
#[derive(Clone)]
pub struct FaceConsents {
    pub(crate) database: Database,
}

impl FaceConsents {
    /// What the account said last.
    pub async fn state(&self, account: AccountId) -> Result<FaceConsent, StoreError> {
        face_consents::get(&self.database.client().await?, account.0).await
    }

    /// Did the account agree, and not take it back?
    pub async fn is_given(&self, account: AccountId) -> Result<bool, StoreError> {
        face_consents::is_given(&self.database.client().await?, account.0).await
    }

    /// Notes that the account agrees, by the text of [`FACE_CONSENT_VERSION`]. Said again, nothing changes.
    pub async fn give(&self, account: AccountId) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if face_consents::give(&transaction, account.0, FACE_CONSENT_VERSION, clock::now()).await? {
            let subject = AccountNumber::from(account).to_string();
            let entry = Entry::new(Actor::Candidate(account), AuditAction::FaceConsentGiven, &subject);
            entry.detail(FACE_CONSENT_VERSION).write(&transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Takes it back. What is kept of the face goes: pictures that were not decided on, the verified photo, by what they would be
    /// found again; a check on a vendor's page ends. What was proved stays proved: that it was lawful then does not change. False when there
    /// was nothing to take back.
    pub async fn withdraw(&self, account: AccountId) -> Result<bool, StoreError> {
        let (mut client, now) = (self.database.client().await?, clock::now());
        let transaction = client.transaction().await?;
        if !face_consents::withdraw(&transaction, account.0, now).await? {
            return Ok(false);
        }
        // The identity first, then the checks: whoever notes what was compared locks in the same order.
        let identity = identities::lock(&transaction, account.0).await?;
        let waiting = face_checks::take_back(&transaction, account.0).await?;
        identity_pictures::drop(&transaction, &waiting).await?;
        identity_uploads::delete(&transaction, account.0, Slot::Live.as_str()).await?;
        let mut photos = identity_pictures::drop_all(&transaction, account.0, &FACES).await?;
        // Whom staff verified by a photo with the document has that as the verified photo, from another slot.
        let verified = identity.filter(|identity| identity.state == "verified");
        photos.extend(verified.and_then(|identity| identity.picture));
        identity_pictures::drop(&transaction, &photos).await?;
        identities::forget_photo(&transaction, account.0, &photos).await?;
        identity_checks::cancel(&transaction, account.0, now).await?;
        identity_marks::forget(&transaction, account.0, &[MarkKind::Face.as_str()]).await?;
        let subject = AccountNumber::from(account).to_string();
        let entry = Entry::new(Actor::Candidate(account), AuditAction::FaceConsentWithdrawn, &subject);
        entry.at(now).write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
