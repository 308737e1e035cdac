//! Who works at which doors: administrators say so.

use jiff::Timestamp;

use super::store::invigilators as rows;
use super::{CheckIn, CheckInError, at, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, demand};
use crate::desk::staff::{Role, StaffMember};
use crate::desk::store::staff;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::model::room::checkin::Entrance;

/// Most people of one entrance.
const LISTED_MAX: i64 = 500;
/// Most members of staff among whom invigilators are looked for.
const STAFF_MAX: i64 = 10_000;

/// Somebody who works at an entrance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invigilator {
    /// Who it is.
    pub staff: StaffId,
    /// Their login name.
    pub name: String,
    /// The login name of the administrator who said so.
    pub given_by: String,
    /// Since when they work there.
    pub given_at: Timestamp,
    /// Whether they are kept out of everything.
    pub is_disabled: bool,
}

impl CheckIn {
    /// Who works at the entrance, by name, and the names of the other invigilators.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn invigilators(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
    ) -> Result<(Vec<Invigilator>, Vec<String>), CheckInError> {
        demand(member, Right::AssignInvigilators, at(entrance))?;
        self.open(member, entrance).await?;
        let client = self.database.client().await?;
        let here: Vec<Invigilator> =
            rows::at(&client, entrance, LISTED_MAX).await?.into_iter().map(invigilator).collect();
        let all = staff::all(&client, STAFF_MAX).await?;
        let is_other = |name: &str| here.iter().all(|one| one.name != name);
        let others = all
            .into_iter()
            .filter(|one| {
                one.duty.role == Role::Invigilator.as_str() && one.disabled_at.is_none() && is_other(&one.name)
            })
            .map(|one| one.name);
        let others = others.collect();
        Ok((here, others))
    }

    /// Lets an invigilator work at the entrance. False when they do so already.
    ///
    /// # Errors
    /// [`CheckInError::NoInvigilator`], [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn assign(&self, member: &StaffMember, entrance: &Entrance, name: &str) -> Result<bool, CheckInError> {
        demand(member, Right::AssignInvigilators, at(entrance))?;
        self.open(member, entrance).await?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let found = staff::by_name(&transaction, name.trim()).await?;
        let found =
            found.filter(|one| one.duty.role == Role::Invigilator.as_str()).ok_or(CheckInError::NoInvigilator)?;
        let is_new = rows::insert(&transaction, entrance, StaffId(found.id), (member.id, clock::now())).await?;
        if is_new {
            let subject = subject(entrance);
            let entry = Entry::by_staff(member.id, AuditAction::AssignedInvigilator, &subject);
            entry.detail(found.name.as_str()).write(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(is_new)
    }

    /// Lets somebody work at the entrance no more, from their next request on. False when they do not.
    ///
    /// # Errors
    /// [`CheckInError::NoInvigilator`], [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn dismiss(&self, member: &StaffMember, entrance: &Entrance, name: &str) -> Result<bool, CheckInError> {
        demand(member, Right::AssignInvigilators, at(entrance))?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let found = staff::by_name(&transaction, name.trim()).await?.ok_or(CheckInError::NoInvigilator)?;
        let was_there = rows::delete(&transaction, entrance, StaffId(found.id)).await?;
        if was_there {
            let subject = subject(entrance);
            let entry = Entry::by_staff(member.id, AuditAction::DismissedInvigilator, &subject);
            entry.detail(found.name.as_str()).write(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(was_there)
    }
}

fn invigilator(stored: rows::StoredInvigilator) -> Invigilator {
    let rows::StoredInvigilator { staff, name, given_by, given_at, is_disabled } = stored;
    Invigilator { staff, name, given_by, given_at, is_disabled }
}
