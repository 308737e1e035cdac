//! Which acts two people do together, who may do each, and how many requests wait for somebody.

use serde::Deserialize;
use strum::VariantArray;

use super::sitting::demand_sitting;
use super::{Right, permits_somewhere};
use crate::desk::store::approvals as rows;
use crate::exams::Exams;
use crate::model::actor::StaffMember;
use crate::model::clock;
use crate::store::{Database, StoreError};

/// Most requests that are looked at one by one to count them.
const COUNTED_MAX: i64 = 500;

/// Which kind of act it is. Its word is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ActKind {
    /// Another role, or other limits, of a member: [`super::approvals::Act::Duty`].
    Duty,
    /// An administrator is invited: [`super::approvals::Act::Invite`].
    Invite,
    /// Places are published: [`super::approvals::Act::Publish`].
    Publish,
    /// A registration moves to another account: [`super::approvals::Act::Rebind`].
    Rebind,
    /// A sitting gets fewer seats: [`super::approvals::Act::Capacity`].
    Capacity,
    /// A long list is taken out: [`super::approvals::Act::Export`].
    Export,
    /// Data of candidates goes after other years: [`super::approvals::Act::Retention`].
    Retention,
}

impl ActKind {
    /// What both must be allowed to do.
    pub fn right(self) -> Right {
        match self {
            Self::Duty | Self::Invite => Right::ManageStaff,
            Self::Publish | Self::Capacity => Right::ArrangeSeats,
            Self::Rebind => Right::MoveRegistrations,
            Self::Export => Right::Export,
            Self::Retention => Right::SetRetention,
        }
    }
}

/// How many requests of others wait for this member. `None`: nothing of the kind is theirs.
pub(crate) async fn count(database: &Database, exams: &Exams, member: &StaffMember) -> Result<Option<u64>, StoreError> {
    let (kinds, of) = (kinds(member), exams_of(member));
    if kinds.is_empty() {
        return Ok(None);
    }
    let (client, now, reach) = (database.client().await?, clock::now(), &member.reach);
    if reach.sites.is_none() && reach.schools.is_none() {
        return rows::count_waiting(&client, member.id, (&kinds, of.as_deref()), now).await.map(Some);
    }
    // Of what is asked for only a sitting is a campus's.
    let sittings = [ActKind::Publish, ActKind::Capacity].map(|kind| kind.as_ref().to_owned());
    let kinds: Vec<&str> = kinds.into_iter().filter(|kind| sittings.iter().any(|one| one == kind)).collect();
    let contents = rows::contents_waiting(&client, member.id, (&kinds, of.as_deref()), now, COUNTED_MAX).await?;
    let is_theirs = |content: &String| {
        let Ok(OfSitting { exam, sitting }) = serde_json::from_str(content) else { return false };
        let Some((exam, sitting)) = exam.parse().ok().zip(sitting.parse().ok()) else { return false };
        demand_sitting(exams, member, &exam, &sitting).is_ok()
    };
    let theirs = contents.iter().filter(|content| is_theirs(content)).count();
    Ok(Some(u64::try_from(theirs).unwrap_or(u64::MAX)))
}

/// What of an act's content says which sitting it is about.
#[derive(Deserialize)]
struct OfSitting {
    exam: String,
    sitting: String,
}

/// The exams for which they work, as the store names them; `None`: all.
pub(super) fn exams_of(member: &StaffMember) -> Option<Vec<String>> {
    member.reach.exams.as_ref().map(|exams| exams.iter().map(ToString::to_string).collect())
}

/// The kinds of acts that they may do, as words.
pub(super) fn kinds(member: &StaffMember) -> Vec<&'static str> {
    let theirs = ActKind::VARIANTS.iter().filter(|kind| permits_somewhere(member, kind.right()));
    theirs.map(AsRef::as_ref).collect()
}
