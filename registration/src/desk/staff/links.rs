//! Links by which staff choose a password: for somebody new, and for somebody who has forgotten theirs. Whoever makes one is shown
//! it once and passes it on; it is good once, for three days, and of its token only a hash is kept.

use std::fmt;

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use uuid::Uuid;

use super::changes::By;
use super::{Duty, Staff, StaffError, StaffMember, read, write_down};
use crate::desk::audit::AuditAction;
use crate::desk::store;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::secrets::passwords::{Password, PasswordError};
use crate::store::StoreError;

/// How long a link is good.
pub const STAFF_LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Links that expired are remembered for so long: it can be said of them that they did.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Most that are forgotten in one round.
const BATCH: i64 = 1_000;
/// Random bytes of a token.
const TOKEN_BYTES: usize = 24;
/// Longest text that is taken for a token.
const TOKEN_CHARS_MAX: usize = 64;

/// What a link is for. Its word is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffLinkKind {
    /// Somebody is new.
    Invitation,
    /// Somebody chooses another password.
    Password,
}

impl StaffLinkKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Password => "password",
        }
    }
}

/// A link's token. `Debug` does not show it.
pub struct StaffLink(String);

impl StaffLink {
    fn new() -> Self {
        let mut bytes = [0; TOKEN_BYTES];
        rand::fill(&mut bytes).expect("the system has random bytes");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The page of the staff's site that it leads to, from its root on.
    pub fn path(&self) -> String {
        format!("/join?token={}", self.0)
    }
}

impl fmt::Debug for StaffLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaffLink(..)")
    }
}

/// Why a link did nothing. Refusals first, faults last.
#[derive(Debug, thiserror::Error)]
pub enum StaffLinkError {
    /// It was used, or another one was made since.
    #[error("the link has been used")]
    Used,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// It was cut off, or nothing is known of it any more.
    #[error("there is no such link")]
    Unknown,
    /// Not a password for staff.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Staff {
    /// Adds somebody who chooses their password by a link.
    pub async fn invite(&self, by: By<'_>, name: &str, duty: impl Into<Duty>) -> Result<StaffLink, StaffError> {
        self.invite_by_two(by, None, name, duty).await
    }

    /// The same where somebody else agreed to it, who is shown the link. It is written down of both, so that neither of them is
    /// another person than whoever joins by it.
    pub(crate) async fn invite_by_two(
        &self,
        by: By<'_>,
        second: Option<StaffId>,
        name: &str,
        duty: impl Into<Duty>,
    ) -> Result<StaffLink, StaffError> {
        let duty = duty.into();
        by.demand()?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let member = self.insert(&transaction, by, (name, &duty), &nobody_s_password()).await?;
        let link = leave(&transaction, member.id, StaffLinkKind::Invitation).await?;
        write_down(&transaction, by.actor(), AuditAction::StaffInvited, &member.name).await?;
        if let Some(second) = second {
            write_down(&transaction, Actor::Staff(second), AuditAction::StaffInvited, &member.name).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(link)
    }

    /// A link by which somebody chooses another password. Until they do theirs is good, and links of before are not.
    pub async fn link_for(&self, by: By<'_>, name: &str) -> Result<StaffLink, StaffError> {
        by.demand()?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        if found.disabled_at.is_some() {
            return Err(StaffError::Disabled);
        }
        let link = leave(&transaction, StaffId(found.id), StaffLinkKind::Password).await?;
        write_down(&transaction, by.actor(), AuditAction::StaffLinkMade, &found.name).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(link)
    }

    /// Whose link this is, while it is good, and what for. It stays good.
    pub async fn look_at_link(&self, token: &str) -> Result<(StaffMember, StaffLinkKind), StaffLinkError> {
        let client = self.database.client().await?;
        let hash = hash(token).ok_or(StaffLinkError::Unknown)?;
        let (stored, link) = store::staff_links::get(&client, &hash).await?.ok_or(StaffLinkError::Unknown)?;
        let member = read(stored)?;
        if link.used_at.is_some() || member.disabled_at.is_some() {
            return Err(StaffLinkError::Used);
        }
        if link.expires_at <= clock::now() {
            return Err(StaffLinkError::Expired);
        }
        let kinds = [StaffLinkKind::Invitation, StaffLinkKind::Password];
        let kind = kinds.into_iter().find(|kind| kind.as_str() == link.kind);
        Ok((member, kind.ok_or(StoreError::Corrupt("what a link of staff is for"))?))
    }

    /// Gives the member whose link this is the password that they chose, once. Whoever is signed in under the name is so no more.
    pub async fn join(&self, token: &str, password: &str) -> Result<StaffMember, StaffLinkError> {
        let (member, _) = self.look_at_link(token).await?;
        let password = self.chosen(&member.name, password).await??;
        let password_hash = self.hasher.hash(&password).await.map_err(|_| StaffLinkError::Busy)?;
        let (now, staff) = (clock::now(), member.id.0);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let hash = hash(token).ok_or(StaffLinkError::Unknown)?;
        if !store::staff_links::take(&transaction, &hash, now).await? {
            return Err(StaffLinkError::Used);
        }
        store::staff::set_password(&transaction, staff, &password_hash).await?;
        store::staff_sessions::end_all(&transaction, staff, now).await?;
        write_down(&transaction, Actor::Staff(member.id), AuditAction::StaffJoined, &member.name).await?;
        let member = store::staff::get(&transaction, staff).await?.ok_or(StaffLinkError::Unknown)?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(read(member)?)
    }
}

/// Makes a link in a transaction.
async fn leave(
    transaction: &impl deadpool_postgres::GenericClient,
    staff: StaffId,
    kind: StaffLinkKind,
) -> Result<StaffLink, StoreError> {
    let (link, now) = (StaffLink::new(), clock::now());
    let hash = hash(&link.0).ok_or(StoreError::Corrupt("a link's own token"))?;
    store::staff_links::insert(transaction, &hash, staff.0, kind.as_str(), (now, now + STAFF_LINK_LIFETIME)).await?;
    Ok(link)
}

/// What is kept of a token; `None` of what is too long for one.
fn hash(token: &str) -> Option<[u8; 32]> {
    let hash = (token.len() <= TOKEN_CHARS_MAX).then(|| digest::digest(&digest::SHA256, token.as_bytes()))?;
    hash.as_ref().try_into().ok()
}

/// A password that nobody knows, which compares as slowly as anybody's.
fn nobody_s_password() -> Password {
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    Password::of_staff(&secret).expect("64 hexadecimal digits are a password")
}

/// Forgets links that expired long ago.
pub(crate) async fn forget(client: &impl deadpool_postgres::GenericClient) -> Result<(), StoreError> {
    store::staff_links::delete_old(client, clock::now() - REMEMBERED, BATCH).await
}
