//! What is done to accounts of staff, by administrators in a browser or by the operator at the command line: adding, disabling,
//! passwords, and taking a second factor away.

use deadpool_postgres::GenericClient;

use super::sessions::SessionNumber;
use super::{Duty, Staff, StaffError, StaffMember, is_name, read, write_down};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand};
use crate::desk::store;
use crate::desk::store::staff::StoredStaff;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::secrets::passwords::{KnownNames, Password, PasswordError};
use crate::store::StoreError;
use uuid::Uuid;

/// Who changes an account of staff.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// The operator at the command line.
    Operator,
    /// An administrator in a browser. What takes somebody's access away they do to others only.
    Administrator(&'a StaffMember),
}

impl By<'_> {
    /// Whose act the audit calls it.
    pub(super) fn actor(self) -> Actor {
        match self {
            Self::Operator => Actor::System,
            Self::Administrator(member) => Actor::Staff(member.id),
        }
    }

    /// Refuses whoever may not change accounts of staff.
    pub(super) fn demand(self) -> Result<(), StaffError> {
        match self {
            Self::Operator => Ok(()),
            Self::Administrator(member) => Ok(demand(member, Right::ManageStaff, Scope::Everything)?),
        }
    }

    /// The same as it is now, once all of the staff are locked: of two who would take each other's place the later one has lost
    /// theirs.
    pub(super) async fn demand_still(self, transaction: &impl GenericClient) -> Result<(), StaffError> {
        let Self::Administrator(member) = self else { return Ok(()) };
        let member = store::staff::get(transaction, member.id.0).await?.ok_or(Forbidden)?;
        By::Administrator(&read(member)?).demand()
    }

    /// Refuses an administrator who would do it to themselves.
    pub(super) fn demand_other(self, name: &str) -> Result<(), StaffError> {
        match self {
            Self::Administrator(member) if member.name == name => Err(StaffError::Oneself),
            Self::Administrator(_) | Self::Operator => Ok(()),
        }
    }
}

impl Staff {
    /// The password that was chosen for this member, or why it is none: it is made neither of their name nor of the site's.
    pub(super) async fn chosen(&self, name: &str, text: &str) -> Result<Result<Password, PasswordError>, StoreError> {
        let said = store::imprint::get(&self.database.client().await?).await?;
        let site = said.map(|kept| kept.imprint.names()).unwrap_or_default();
        let site = [KnownNames::new(site.iter().map(String::as_str))];
        let password = Password::of_staff(text).and_then(|one| one.unlike(&[name.to_owned()]));
        Ok(password.and_then(|one| one.unlike_site(&site)))
    }

    /// Adds a member of staff. The name is theirs for good, also once they are disabled.
    pub async fn add(&self, name: &str, password: &str, duty: impl Into<Duty>) -> Result<StaffMember, StaffError> {
        let duty = duty.into();
        let password = self.chosen(name, password).await??;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let member = self.insert(&transaction, By::Operator, (name, &duty), &password).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(member)
    }

    /// Gives somebody another password; whoever is signed in under the name is so no more.
    pub async fn set_password(&self, name: &str, password: &str) -> Result<(), StaffError> {
        let password = self.chosen(name, password).await??;
        let password_hash = self.hasher.hash(&password).await.map_err(|_| StaffError::Busy)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        store::staff::set_password(&transaction, found.id, &password_hash).await?;
        store::staff_sessions::end_all(&transaction, found.id, clock::now()).await?;
        write_down(&transaction, Actor::System, AuditAction::StaffPassword, &found.name).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// Keeps somebody out, at once, or lets them in again, as the operator does. False when that was so already.
    pub async fn set_disabled(&self, name: &str, is_disabled: bool) -> Result<bool, StaffError> {
        self.set_disabled_by(By::Operator, name, is_disabled).await
    }

    /// Keeps somebody out, at once, or lets them in again. False when that was so already. An administrator leaves at least one:
    /// whoever does it is one as it is done, and does it to others.
    pub async fn set_disabled_by(&self, by: By<'_>, name: &str, is_disabled: bool) -> Result<bool, StaffError> {
        by.demand()?;
        by.demand_other(name)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::staff::lock_all(&transaction).await?;
        by.demand_still(&transaction).await?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        if found.disabled_at.is_some() == is_disabled {
            return Ok(false);
        }
        let now = clock::now();
        store::staff::set_disabled(&transaction, found.id, is_disabled.then_some(now)).await?;
        store::staff_sessions::end_all(&transaction, found.id, now).await?;
        store::staff_links::end_all(&transaction, found.id, now).await?;
        store::cases::give_all_back(&transaction, StaffId(found.id)).await?;
        let action = if is_disabled { AuditAction::StaffDisabled } else { AuditAction::StaffEnabled };
        write_down(&transaction, by.actor(), action, &found.name).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(true)
    }

    /// Takes somebody's second factors and recovery codes away, and ends their sign-ins: at the next one they set up another. False
    /// when they had none.
    pub async fn reset_factor(&self, by: By<'_>, name: &str) -> Result<bool, StaffError> {
        by.demand()?;
        by.demand_other(name)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        store::staff::lock(&transaction, found.id).await?;
        let had_app = store::staff_factors::delete(&transaction, found.id).await?;
        let had_keys = store::staff_passkeys::delete_all(&transaction, found.id).await? > 0;
        store::staff_recovery_codes::delete(&transaction, found.id).await?;
        store::staff::end_sessions(&transaction, found.id).await?;
        store::staff_sessions::end_all(&transaction, found.id, clock::now()).await?;
        store::cases::give_all_back(&transaction, StaffId(found.id)).await?;
        write_down(&transaction, by.actor(), AuditAction::StaffFactorReset, &found.name).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(had_app || had_keys)
    }

    /// Ends sign-ins of somebody: the one of this number, or all of them. False when there is no such open one.
    pub async fn end_sessions_of(
        &self,
        by: By<'_>,
        name: &str,
        number: Option<SessionNumber>,
    ) -> Result<bool, StaffError> {
        by.demand()?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::staff::by_name(&transaction, name).await?.ok_or(StaffError::Unknown)?;
        let (now, about) = (clock::now(), format!("staff.{}", found.name));
        let detail = match number {
            Some(number) => {
                if !store::staff_sessions::end(&transaction, found.id, number.0, now).await? {
                    return Ok(false);
                }
                number.0.to_string()
            }
            None => {
                store::staff::end_sessions(&transaction, found.id).await?;
                store::staff_sessions::end_all(&transaction, found.id, now).await?;
                store::cases::give_all_back(&transaction, StaffId(found.id)).await?;
                "all".to_owned()
            }
        };
        let entry = Entry::new(by.actor(), AuditAction::StaffSessionEnded, &about);
        entry.detail(Some(detail.as_str())).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(true)
    }

    /// Adds somebody within a transaction.
    pub(super) async fn insert(
        &self,
        transaction: &impl GenericClient,
        by: By<'_>,
        (name, duty): (&str, &Duty),
        password: &Password,
    ) -> Result<StaffMember, StaffError> {
        if !is_name(name) {
            return Err(StaffError::Name);
        }
        self.check(transaction, duty).await?;
        let password_hash = self.hasher.hash(password).await.map_err(|_| StaffError::Busy)?;
        let stored = StoredStaff {
            id: Uuid::now_v7(),
            name: name.to_owned(),
            duty: duty.stored(),
            password_hash,
            session_epoch: 0,
            disabled_at: None,
        };
        if !store::staff::insert(transaction, &stored, clock::now()).await? {
            return Err(StaffError::NameTaken);
        }
        let (about, detail) = (format!("staff.{name}"), duty.in_words());
        let entry = Entry::new(by.actor(), AuditAction::StaffAdded, &about).detail(Some(detail.as_str()));
        entry.write(transaction).await?;
        Ok(read(stored)?)
    }
}
