//! Accounts of staff: a login name, a role, a password of their own rules and a second factor. Whatever is done to one is in the
//! audit.
//!
//! In reading order: `sign_in` compares the password, `provider` takes an identity provider's word in its place, `sessions` is what a sign-in is from then on; `factors` is what there is besides, `showing` takes it,
//! `enrolment` how an app is set up, `totp` and `recovery` its codes, `passkeys` what is kept on devices; `changes` is what is done to accounts, `duty` what they are there for, `links` how their owners
//! choose a password; `listed` shows all of them.

mod changes;
mod duty;
mod enrolment;
mod factors;
mod links;
mod listed;
mod passkeys;
mod provider;
mod recovery;
mod sessions;
mod showing;
mod sign_in;
mod totp;

use gateways::IdentityProvider;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Forbidden;
use crate::desk::store;
use crate::desk::store::staff::StoredStaff;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::secrets::attempts::Attempts;
use crate::secrets::passwords::{Hasher, PasswordError};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use crate::model::actor::{REACH_MAX, Reach, Role, StaffMember};
pub use changes::By;
pub use duty::Duty;
pub use enrolment::NewFactor;
pub use factors::{Enrolled, FactorError, Factors, PASSKEYS_MAX};
pub use links::{STAFF_LINK_LIFETIME, StaffLink, StaffLinkError, StaffLinkKind};
pub use listed::StaffLine;
pub use passkeys::{NewPasskey, Passkey, PasskeyNumber, PasskeyQuestion, UsedPasskey};
pub use provider::{
    Arrived, Back, Departure, Errand, LinkedSubject, ProviderError, ProviderLinkError, ProviderName, REDIRECT_PATH,
};
pub use recovery::{RECOVERY_CODES, RecoveryCode};
pub use sessions::{
    FRESH_MAX, OPEN_MAX, OpenSession, Origin, SESSION_LIFETIME, SessionNumber, SessionToken, StaffSession,
};
pub use showing::Shown;
pub use sign_in::StaffSignInError;

/// Why nobody was added or changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// Not a login name.
    #[error("a staff name is 2 to 32 of a-z 0-9 . _ - and begins with a letter")]
    Name,
    /// Not a password for staff.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Somebody has the name.
    #[error("there is a staff member of this name")]
    NameTaken,
    /// Nobody has the name.
    #[error("there is no staff member of this name: `seathold staff list` shows all")]
    Unknown,
    /// Not theirs to do.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An administrator takes access away from others, not from themselves.
    #[error("this is not for oneself: another administrator does it, or the operator at the command line")]
    Oneself,
    /// An exam or a site that is not there, no code of an organisation, or too many of them.
    #[error("there is no such exam, site or school: {0}")]
    NoSuch(String),
    /// Nobody would be left who may manage staff.
    #[error("this is the last administrator of everything: make another one first")]
    LastAdministrator,
    /// It was changed since: look again.
    #[error("what this member of staff is there for was changed meanwhile")]
    Changed,
    /// Somebody else of the staff is that subject, or it cannot be one: at most 255 letters of ASCII.
    #[error("this subject of the identity provider is somebody else's, or is no subject: 1 to 255 letters of ASCII")]
    Subject,
    /// Whoever is disabled is let in again before anything else.
    #[error("this member of staff is disabled: enable them first")]
    Disabled,
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Most members that are listed.
const LISTED_MAX: i64 = 10_000;
/// Tries are remembered for so many days, and so many are forgotten in one round.
const TRIES_DAYS: i64 = 2;
const TRIES_BATCH: i64 = 1_000;

/// The door to staff. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Staff {
    database: Database,
    /// For the keyed index under which attempts are counted.
    vault: Vault,
    hasher: Hasher,
    attempts: Attempts,
    /// Who says in place of a password who it is; `None` where passwords alone do.
    provider: Option<IdentityProvider>,
}

impl Staff {
    pub(crate) fn new(database: Database, vault: Vault, hasher: Hasher, provider: Option<IdentityProvider>) -> Self {
        Self { database, vault, hasher, attempts: Attempts::default(), provider }
    }

    /// All members, the disabled too, by name; at most ten thousand.
    pub async fn list(&self) -> Result<Vec<StaffMember>, StoreError> {
        let all = store::staff::all(&self.database.client().await?, LISTED_MAX).await?;
        all.into_iter().map(read).collect()
    }

    /// The staff member with this id, unless they are disabled.
    pub async fn member(&self, id: StaffId) -> Result<Option<StaffMember>, StoreError> {
        let found = store::staff::get(&self.database.client().await?, id.0).await?;
        found.filter(|staff| staff.disabled_at.is_none()).map(read).transpose()
    }
}

/// Forgets sign-ins, links and tries that are over.
pub(crate) async fn forget(client: &impl deadpool_postgres::GenericClient) -> Result<(), StoreError> {
    sessions::forget(client).await?;
    links::forget(client).await?;
    provider::forget(client).await?;
    let before = clock::today().saturating_sub(jiff::Span::new().days(TRIES_DAYS));
    store::staff_tries::delete_old(client, before, TRIES_BATCH).await
}

/// Writes down what was done to the member of staff of this name, who is the line's subject. The actor is whoever did it:
/// they themselves, or the system, as which the operator acts at the command line.
pub(crate) async fn write_down(
    client: &impl deadpool_postgres::GenericClient,
    actor: Actor,
    action: AuditAction,
    name: &str,
) -> Result<(), StoreError> {
    Entry::new(actor, action, &format!("staff.{name}")).write(client).await
}

fn read(stored: StoredStaff) -> Result<StaffMember, StoreError> {
    let Duty { role, reach } = Duty::read(&stored.duty)?;
    let StoredStaff { id, name, session_epoch, disabled_at, .. } = stored;
    Ok(StaffMember { id: StaffId(id), name, role, reach, session_epoch, disabled_at })
}

fn is_name(name: &str) -> bool {
    (2..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_names_are_simple() {
        for good in ["reviewer", "zhang.wei", "a1", "li_na-2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "a", "1a", "Admin", "张伟", "a b", &"a".repeat(33)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
