//! What somebody of the staff is there for: a role, and for which exams, sites and schools.

use super::changes::By;
use super::{Staff, StaffError, StaffMember, read};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::store;
use crate::desk::store::staff::StoredDuty;
use crate::exams::store::exams;
use crate::model::actor::{REACH_MAX, Reach, Role};
use crate::model::ids::StaffId;
use crate::model::room::SiteId;
use crate::rooms::store::sites;
use crate::store::StoreError;

/// A role, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What they may do.
    pub role: Role,
    /// Where they may do it.
    pub reach: Reach,
}

impl From<Role> for Duty {
    /// The role for all there is.
    fn from(role: Role) -> Self {
        Self { role, reach: Reach::default() }
    }
}

impl Duty {
    /// That of a member.
    pub fn of(member: &StaffMember) -> Self {
        Self { role: member.role, reach: member.reach.clone() }
    }

    pub(super) fn read(stored: &StoredDuty) -> Result<Self, StoreError> {
        let role = Role::of_word(&stored.role).ok_or(StoreError::Corrupt("a staff member's role"))?;
        let corrupt = |_| StoreError::Corrupt("for what a staff member works");
        let exams = stored.exams.as_ref().map(|all| all.iter().map(|id| id.parse()).collect::<Result<_, _>>());
        let schools = stored.schools.as_ref().map(|all| all.iter().map(|code| code.parse()).collect::<Result<_, _>>());
        let reach = Reach {
            exams: exams.transpose().map_err(|_| StoreError::Corrupt("an exam for which staff work"))?,
            sites: stored.sites.as_ref().map(|all| all.iter().copied().map(SiteId).collect()),
            schools: schools.transpose().map_err(corrupt)?,
        };
        Ok(Self { role, reach })
    }

    pub(super) fn stored(&self) -> StoredDuty {
        let Self { role, reach } = self;
        let was_known = matches!(role, Role::Reviewer | Role::Finance | Role::Invigilator | Role::Administrator);
        // The version before gives nobody more than this one.
        let before = if was_known && reach.is_everything() { *role } else { Role::Invigilator };
        StoredDuty {
            role: role.as_str().to_owned(),
            role_before: before.as_str().to_owned(),
            exams: reach.exams.as_ref().map(|all| all.iter().map(ToString::to_string).collect()),
            sites: reach.sites.as_ref().map(|all| all.iter().map(|site| site.0).collect()),
            schools: reach.schools.as_ref().map(|all| all.iter().map(ToString::to_string).collect()),
        }
    }

    /// As the audit says it: the role, and what it is limited to.
    pub fn in_words(&self) -> String {
        let StoredDuty { role, exams, sites, schools, .. } = self.stored();
        let sites = sites.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        let limits = [("exams", exams), ("sites", sites), ("schools", schools)];
        let said = limits.into_iter().filter_map(|(word, all)| Some(format!(" {word}={}", all?.join(","))));
        format!("{role}{}", said.collect::<String>())
    }

    /// The duty that a text of the audit says, as [`Self::in_words`] makes it; `None`: the text says something else.
    pub fn of_words(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (role, mut reach) = (Role::of_word(words.next()?)?, Reach::default());
        for word in words {
            let (limit, all) = word.split_once('=')?;
            let all = all.split(',');
            match limit {
                "exams" => reach.exams = Some(all.map(|one| one.parse().ok()).collect::<Option<_>>()?),
                "sites" => reach.sites = Some(all.map(|one| one.parse().ok()).collect::<Option<_>>()?),
                "schools" => reach.schools = Some(all.map(|one| one.parse().ok()).collect::<Option<_>>()?),
                _ => return None,
            }
        }
        Some(Self { role, reach })
    }
}

impl Staff {
    /// Are the exams and sites there, and not too many? Schools are codes of whatever exam.
    pub(crate) async fn check(
        &self,
        client: &impl deadpool_postgres::GenericClient,
        duty: &Duty,
    ) -> Result<(), StaffError> {
        let Reach { exams, sites, schools } = &duty.reach;
        let counts = [exams.as_ref().map(Vec::len), sites.as_ref().map(Vec::len), schools.as_ref().map(Vec::len)];
        if let Some(count) = counts.into_iter().flatten().find(|count| !(1..=REACH_MAX).contains(count)) {
            return Err(StaffError::NoSuch(count.to_string()));
        }
        for exam in exams.iter().flatten() {
            if !exams::is_there(client, exam).await? {
                return Err(StaffError::NoSuch(exam.to_string()));
            }
        }
        for site in sites.iter().flatten() {
            if sites::get(client, *site).await?.is_none() {
                return Err(StaffError::NoSuch(site.0.to_string()));
            }
        }
        Ok(())
    }

    /// Somebody is there for something else from their next request on; the cases that they have go back. What they were there
    /// for before.
    ///
    /// # Errors
    /// [`StaffError::LastAdministrator`], [`StaffError::NoSuch`], [`StaffError::Unknown`] and [`StaffError::Oneself`].
    pub async fn set_duty(&self, by: By<'_>, name: &str, duty: &Duty) -> Result<Duty, StaffError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let before = self.set_duty_in(&transaction, by, (name, None), duty).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(before)
    }

    /// The same, only as long as they are there for what they were.
    ///
    /// # Errors
    /// As [`Self::set_duty`], and [`StaffError::Changed`].
    pub(crate) async fn set_duty_as(
        &self,
        by: By<'_>,
        (name, before): (&str, &Duty),
        duty: &Duty,
    ) -> Result<(), StaffError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        self.set_duty_in(&transaction, by, (name, Some(before)), duty).await?;
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }

    /// The same within a transaction; where it is said what they were there for, only as long as they are.
    async fn set_duty_in(
        &self,
        transaction: &impl deadpool_postgres::GenericClient,
        by: By<'_>,
        (name, expected): (&str, Option<&Duty>),
        duty: &Duty,
    ) -> Result<Duty, StaffError> {
        by.demand()?;
        by.demand_other(name)?;
        self.check(transaction, duty).await?;
        let found = store::staff::by_name(transaction, name).await?.ok_or(StaffError::Unknown)?;
        store::staff::lock_all(transaction).await?;
        by.demand_still(transaction).await?;
        let found = store::staff::get(transaction, found.id).await?.ok_or(StaffError::Unknown)?;
        let (id, member) = (found.id, read(found)?);
        let before = Duty::of(&member);
        if expected.is_some_and(|expected| *expected != before) {
            return Err(StaffError::Changed);
        }
        let stays = *duty == Duty::from(Role::Administrator);
        let was = before == Duty::from(Role::Administrator) && member.disabled_at.is_none();
        if was && !stays && store::staff::other_administrators(transaction, id).await? == 0 {
            return Err(StaffError::LastAdministrator);
        }
        store::staff::set_duty(transaction, id, &duty.stored()).await?;
        store::cases::give_all_back(transaction, StaffId(id)).await?;
        let (about, detail) = (format!("staff.{name}"), format!("{} → {}", before.in_words(), duty.in_words()));
        let entry = Entry::new(by.actor(), AuditAction::StaffDuty, &about).detail(Some(detail.as_str()));
        entry.write(transaction).await?;
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_version_before_never_takes_somebody_for_more() {
        let of_one = Reach::of(vec!["ce".parse().unwrap()], vec![], vec![]);
        for role in Role::ALL {
            let (whole, limited) = (Duty::from(role), Duty { role, reach: of_one.clone() });
            assert_eq!(limited.stored().role_before, "invigilator", "{role:?}");
            let known = ["reviewer", "finance", "invigilator", "administrator"].contains(&role.as_str());
            assert_eq!(whole.stored().role_before, if known { role.as_str() } else { "invigilator" });
            for duty in [whole, limited] {
                assert_eq!(Duty::read(&duty.stored()).unwrap(), duty);
            }
        }
    }

    #[test]
    fn what_somebody_is_there_for_is_said_whole() {
        let site = SiteId(Uuid::from_u128(1));
        let reach = Reach::of(vec!["ce".parse().unwrap()], vec![site], vec!["11".parse().unwrap()]);
        let duty = Duty { role: Role::Seating, reach };
        assert_eq!(duty.in_words(), format!("seating exams=ce sites={} schools=11", site.0));
        assert_eq!(Duty::from(Role::Finance).in_words(), "finance");
        for one in [duty, Duty::from(Role::Finance)] {
            assert_eq!(Duty::of_words(&one.in_words()), Some(one));
        }
        for text in ["", "chief", "finance whole", "finance exams=", "finance sites=x", "finance doors=1"] {
            assert_eq!(Duty::of_words(text), None, "{text}");
        }
    }
}
