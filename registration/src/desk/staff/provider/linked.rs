//! Who of the staff is whom at the identity provider: members link themselves, with a fresh second factor, by signing in there; the
//! operator says it at the command line. Nothing is ever linked because a name or an address is the same.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use gateways::oidc::ProvidedSubject;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::changes::By;
use crate::desk::staff::sessions::OpenSession;
use crate::desk::staff::{Staff, StaffError, StaffMember};
use crate::desk::store;
use crate::desk::store::staff_subjects::At;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// How long a proof is good.
const PROOF_MAX: SignedDuration = SignedDuration::from_mins(10);
/// Longest subject, in letters of ASCII (OpenID Connect Core 1.0, 2).
const SUBJECT_CHARS_MAX: usize = 255;
/// Longest issuer that is kept.
const ISSUER_CHARS_MAX: usize = 500;

/// Whom a member is at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedSubject {
    /// Who it is there, for ever.
    pub subject: String,
    /// How people call them there; empty where nobody said it.
    pub shown: String,
    /// Since when; `None` while it is only proved.
    pub linked_at: Option<Timestamp>,
}

/// Why nobody was linked. Refusals first, faults last.
#[derive(Debug, thiserror::Error)]
pub enum ProviderLinkError {
    /// The proof is too old, or somebody else's.
    #[error("the proof is too old")]
    Stale,
    /// Somebody else of the staff is that subject.
    #[error("somebody else of the staff is that subject")]
    Taken,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for ProviderLinkError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// That a member has shown the provider who they are.
#[derive(Serialize, Deserialize)]
struct Proof {
    issuer: String,
    subject: String,
    shown: String,
    /// Until which second.
    ends: i64,
}

impl Staff {
    /// Whom a member is at the provider that is set up here.
    pub async fn linked_subject(&self, member: &StaffMember) -> Result<Option<LinkedSubject>, StoreError> {
        let Some(provider) = &self.provider else { return Ok(None) };
        let client = self.database.client().await?;
        let found = store::staff_subjects::of(&client, member.id.0, provider.issuer()).await?;
        Ok(found.map(|found| LinkedSubject {
            subject: found.subject,
            shown: found.shown,
            linked_at: Some(found.linked_at),
        }))
    }

    /// Whom a member has just shown to be; `None` when that is too long ago, or of another member.
    pub fn subject_to_link(&self, member: &StaffMember, sealed: &str) -> Option<LinkedSubject> {
        let Proof { subject, shown, .. } = self.proof(member, sealed)?;
        Some(LinkedSubject { subject, shown, linked_at: None })
    }

    /// Links a member to whom they have just shown to be, in place of whom they were before.
    pub async fn link_own(&self, open: &OpenSession, sealed: &str) -> Result<(), ProviderLinkError> {
        let member = &open.member;
        let Proof { issuer, subject, shown, .. } = self.proof(member, sealed).ok_or(ProviderLinkError::Stale)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::lock(&transaction, member.id.0).await?;
        let at = At { issuer: &issuer, subject: &subject };
        if !store::staff_subjects::link(&transaction, member.id.0, at, (&shown, clock::now())).await? {
            return Err(ProviderLinkError::Taken);
        }
        let about = format!("staff.{}", member.name);
        let entry = Entry::by_staff(member.id, AuditAction::StaffProviderLinked, &about);
        entry.detail(Some(issuer.as_str())).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A member is nobody at the provider any more, by their own word. False when they were nobody.
    pub async fn unlink_own(&self, open: &OpenSession) -> Result<bool, StoreError> {
        self.unlink_member(Actor::Staff(open.member.id), open.member.id, &open.member.name).await
    }

    /// Says whom somebody is at a provider, as the operator does, who has seen to it that they are.
    pub async fn link_subject(&self, by: By<'_>, name: &str, at: (&str, &str)) -> Result<(), StaffError> {
        by.demand()?;
        let (issuer, subject) = at;
        let is_plain = subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let is_subject = !subject.trim().is_empty() && subject.len() <= SUBJECT_CHARS_MAX && is_plain;
        if !is_subject || issuer.is_empty() || issuer.len() > ISSUER_CHARS_MAX {
            return Err(StaffError::Subject);
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        store::staff::lock(&transaction, found.id).await?;
        let at = At { issuer, subject };
        if !store::staff_subjects::link(&transaction, found.id, at, ("", clock::now())).await? {
            return Err(StaffError::Subject);
        }
        let about = format!("staff.{}", found.name);
        let entry = Entry::new(by.actor(), AuditAction::StaffProviderLinked, &about);
        entry.detail(Some(issuer)).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Somebody is nobody at any provider any more. False when they were nobody.
    pub async fn unlink_subject(&self, by: By<'_>, name: &str) -> Result<bool, StaffError> {
        by.demand()?;
        let client = self.database.client().await?;
        let found = store::staff::by_name(&client, name).await?.ok_or(StaffError::Unknown)?;
        drop(client);
        Ok(self.unlink_member(by.actor(), StaffId(found.id), &found.name).await?)
    }

    /// What whoever has shown the provider who they are keeps until they say whether that is to be linked.
    pub(super) fn proof_of(&self, staff: StaffId, somebody: &ProvidedSubject) -> String {
        let ProvidedSubject { issuer, subject, shown, .. } = somebody.clone();
        let ends = (clock::now() + PROOF_MAX).as_second();
        self.sealed(&context(staff), &Proof { issuer, subject, shown, ends })
    }

    fn proof(&self, member: &StaffMember, sealed: &str) -> Option<Proof> {
        let proof: Proof = self.unsealed(&context(member.id), sealed)?;
        (clock::now().as_second() < proof.ends).then_some(proof)
    }

    async fn unlink_member(&self, actor: Actor, staff: StaffId, name: &str) -> Result<bool, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !store::staff_subjects::unlink(&transaction, staff.0).await? {
            return Ok(false);
        }
        let about = format!("staff.{name}");
        Entry::new(actor, AuditAction::StaffProviderUnlinked, &about).write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// What a proof is sealed for.
fn context(staff: StaffId) -> String {
    format!("staff.provider.proof {}", staff.0)
}
