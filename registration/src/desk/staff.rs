//! Accounts of staff: a login name, a role and a password of their own rules. Whatever is done to one is in the audit.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::store;
use crate::desk::store::staff::StoredStaff;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::secrets::attempts::{Attempts, Counted, network_of};
use crate::secrets::passwords::{Hasher, Password, PasswordError};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// What somebody of the staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sees the queues and decides cases; corrects no accounts and moves no registrations.
    Reviewer,
    /// Sees payments, refunds, the books and reconciliation, and gives money back; decides no cases.
    Finance,
    /// May do all that the console can do.
    Administrator,
}

impl Role {
    /// All roles that there are.
    pub const ALL: [Self; 3] = [Self::Reviewer, Self::Finance, Self::Administrator];

    /// The role's word, in the store and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Finance => "finance",
            Self::Administrator => "administrator",
        }
    }
}

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their id, which the audit keeps.
    pub id: StaffId,
    /// The login name: 2 to 32 of `a–z 0–9 . _ -`, beginning with a letter. It never changes.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// A sign-in is good for the epoch in which it began.
    pub session_epoch: i32,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
}

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
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Wrong passwords of one name from one network before the next must wait. Another network's do not count: nobody
/// keeps somebody else out.
const WRONG_FREE: u32 = 5;
/// Wrong passwords of one network, whatever the names, before the next must wait.
const NETWORK_WRONG_FREE: u32 = 30;
/// Most members that are listed.
const LISTED_MAX: i64 = 10_000;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum StaffSignInError {
    /// No such name, or another password: which of them is not told, not even by the time it takes.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many wrong passwords from this network.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to staff. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Staff {
    database: Database,
    /// For the keyed index under which attempts are counted.
    vault: Vault,
    hasher: Hasher,
    attempts: Attempts,
}

impl Staff {
    pub(crate) fn new(database: Database, vault: Vault, hasher: Hasher) -> Self {
        Self { database, vault, hasher, attempts: Attempts::default() }
    }

    /// Adds a member of staff. The name is theirs for good, also once they are disabled.
    pub async fn add(&self, name: &str, password: &str, role: Role) -> Result<StaffMember, StaffError> {
        if !is_name(name) {
            return Err(StaffError::Name);
        }
        let password = Password::of_staff(password)?;
        let password_hash = self.hasher.hash(&password).await.map_err(|_| StaffError::Busy)?;
        let stored = StoredStaff {
            id: Uuid::now_v7(),
            name: name.to_owned(),
            role: role.as_str().to_owned(),
            password_hash,
            session_epoch: 0,
            disabled_at: None,
        };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !store::staff::insert(&transaction, &stored, clock::now()).await? {
            return Err(StaffError::NameTaken);
        }
        let about = format!("staff.{name}");
        let entry = Entry::new(Actor::System, AuditAction::StaffAdded, &about).detail(Some(role.as_str()));
        entry.write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(read(stored)?)
    }

    /// All members, the disabled too, by name; at most ten thousand.
    pub async fn list(&self) -> Result<Vec<StaffMember>, StoreError> {
        let all = store::staff::all(&self.database.client().await?, LISTED_MAX).await?;
        all.into_iter().map(read).collect()
    }

    /// Gives somebody another password; whoever is signed in under the name is so no more.
    pub async fn set_password(&self, name: &str, password: &str) -> Result<(), StaffError> {
        let password = Password::of_staff(password)?;
        let password_hash = self.hasher.hash(&password).await.map_err(|_| StaffError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        store::staff::set_password(&transaction, found.id, &password_hash).await?;
        write_down(&transaction, Actor::System, AuditAction::StaffPassword, &found.name).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Keeps somebody out, at once, or lets them in again. False when that was so already.
    pub async fn set_disabled(&self, name: &str, is_disabled: bool) -> Result<bool, StaffError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        if found.disabled_at.is_some() == is_disabled {
            return Ok(false);
        }
        store::staff::set_disabled(&transaction, found.id, is_disabled.then(clock::now)).await?;
        store::cases::give_all_back(&transaction, StaffId(found.id)).await?;
        let action = if is_disabled { AuditAction::StaffDisabled } else { AuditAction::StaffEnabled };
        write_down(&transaction, Actor::System, action, &found.name).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(true)
    }

    /// Ends every sign-in of somebody, on whatever device, and gives back the cases that they have.
    pub async fn sign_out(&self, member: &StaffMember) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::end_sessions(&transaction, member.id.0).await?;
        store::cases::give_all_back(&transaction, member.id).await?;
        write_down(&transaction, Actor::Staff(member.id), AuditAction::StaffSignedOut, &member.name).await?;
        Ok(transaction.commit().await?)
    }

    /// Finds the staff member with this name and password. After five wrong passwords from one network each
    /// further one must wait longer.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<StaffMember, StaffSignInError> {
        let (named, network) = self.counts(name, address);
        let too_many = |retry_after| StaffSignInError::TooMany { retry_after };
        self.attempts.begin(named, WRONG_FREE).map_err(too_many)?;
        self.attempts.begin(network, NETWORK_WRONG_FREE).map_err(too_many)?;
        let client = self.database.client().await?;
        let found = if is_name(name) { store::staff::by_name(&client, name).await? } else { None };
        drop(client);
        let hash = found.as_ref().map(|staff| staff.password_hash.clone());
        let fits = self.hasher.verify(password, hash).await.map_err(|_| StaffSignInError::Busy)?;
        let Some(staff) = found else {
            tracing::info!("somebody tried to sign in as staff under a name that nobody has");
            return Err(StaffSignInError::Wrong);
        };
        let is_let_in = fits && staff.disabled_at.is_none();
        let client = self.database.client().await?;
        // Who was refused is not known to be the one whose name was typed.
        let (actor, action) = match is_let_in {
            true => (Actor::Staff(StaffId(staff.id)), AuditAction::StaffSignedIn),
            false => (Actor::System, AuditAction::StaffRefused),
        };
        write_down(&client, actor, action, &staff.name).await?;
        if !is_let_in {
            return Err(StaffSignInError::Wrong);
        }
        self.attempts.forget(&named);
        self.attempts.forget(&network);
        Ok(read(staff)?)
    }

    /// The staff member with this id, unless they are disabled.
    pub async fn member(&self, id: StaffId) -> Result<Option<StaffMember>, StoreError> {
        let found = store::staff::get(&self.database.client().await?, id.0).await?;
        found.filter(|staff| staff.disabled_at.is_none()).map(read).transpose()
    }

    /// What a wrong password counts against: the name as this network tries it, and the network.
    fn counts(&self, name: &str, address: Option<IpAddr>) -> (Counted, Counted) {
        let network = address.map(network_of).unwrap_or_default();
        let named = self.vault.index("staff", &format!("{network} {name}"));
        (named, self.vault.index("staff network", &network.to_string()))
    }
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
    let role = Role::ALL.into_iter().find(|role| role.as_str() == stored.role);
    let role = role.ok_or(StoreError::Corrupt("a staff member's role"))?;
    let StoredStaff { id, name, session_epoch, disabled_at, .. } = stored;
    Ok(StaffMember { id: StaffId(id), name, role, session_epoch, disabled_at })
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
