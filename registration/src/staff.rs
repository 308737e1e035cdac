//! Accounts of staff: a login name, a role and a password of their own rules.

use jiff::SignedDuration;
use uuid::Uuid;

use crate::attempts::Attempts;
use crate::clock;
use crate::passwords::{Hasher, Password, PasswordError};
use crate::store::staff::StoredStaff;
use crate::store::{self, Database, StoreError};
use crate::vault::Vault;

/// A staff member's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct StaffId(pub Uuid);

/// What somebody of the staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Decides on pictures.
    Reviewer,
    /// Everything.
    Administrator,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Administrator => "administrator",
        }
    }
}

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Who.
    pub id: StaffId,
    /// The login name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Why nobody was added.
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
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// We failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Wrong passwords of one name before it must wait.
const WRONG_FREE: u32 = 5;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum StaffSignInError {
    /// No such name, or another password: which of them is not told, not even by the time it takes.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many wrong passwords for this name.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// We failed.
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

    /// Adds somebody.
    pub async fn add(&self, name: &str, password: &str, role: Role) -> Result<StaffMember, StaffError> {
        if !is_name(name) {
            return Err(StaffError::Name);
        }
        let password = Password::of_staff(password)?;
        let password_hash = self.hasher.hash(&password).await.map_err(|_| StaffError::Busy)?;
        let stored =
            StoredStaff { id: Uuid::now_v7(), name: name.to_owned(), role: role.as_str().to_owned(), password_hash };
        if store::staff::insert(&self.database.client().await?, &stored, clock::now()).await? {
            Ok(StaffMember { id: StaffId(stored.id), name: stored.name, role })
        } else {
            Err(StaffError::NameTaken)
        }
    }

    /// Finds the staff member with this name and password. After five wrong passwords each
    /// further one must wait longer.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<StaffMember, StaffSignInError> {
        let index = self.vault.index("staff", name);
        self.attempts.begin(index, WRONG_FREE).map_err(|retry_after| StaffSignInError::TooMany { retry_after })?;
        let found = match is_name(name) {
            true => store::staff::by_name(&self.database.client().await?, name).await?,
            false => None,
        };
        let hash = found.as_ref().map(|staff| staff.password_hash.clone());
        let fits = self.hasher.verify(password, hash).await.map_err(|_| StaffSignInError::Busy)?;
        match found {
            Some(staff) if fits => {
                self.attempts.forget(&index);
                Ok(read(staff)?)
            }
            _ => Err(StaffSignInError::Wrong),
        }
    }

    /// The staff member with this id.
    pub async fn member(&self, id: StaffId) -> Result<Option<StaffMember>, StoreError> {
        let found = store::staff::get(&self.database.client().await?, id.0).await?;
        found.map(read).transpose()
    }
}

fn read(stored: StoredStaff) -> Result<StaffMember, StoreError> {
    let role = [Role::Reviewer, Role::Administrator].into_iter().find(|role| role.as_str() == stored.role);
    let role = role.ok_or(StoreError::Corrupt("a staff member's role"))?;
    Ok(StaffMember { id: StaffId(stored.id), name: stored.name, role })
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
