//! Sites and rooms: made, changed, taken out of use and back. Rooms are reused by every exam that takes place there.

use jiff::Timestamp;
use uuid::Uuid;

use super::form::{RoomFault, RoomForm, SiteForm};
use super::{RoomError, Rooms, store};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand, demand_somewhere};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::room::{Room, RoomId, Site, SiteId};
use crate::model::text::Text;
use crate::store::StoreError;

/// Most sites that are listed, and most rooms of one.
const SITES_MAX: i64 = 500;
const ROOMS_MAX: i64 = 1_000;

/// A site in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSite {
    /// The site that is meant.
    pub site: Site,
    /// Since when it is out of use.
    pub retired_at: Option<Timestamp>,
    /// How many rooms are in use there.
    pub rooms: u64,
}

/// A room of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct OneRoom {
    /// The room that is meant.
    pub room: Room,
    /// Since when it is out of use.
    pub retired_at: Option<Timestamp>,
}

/// A site with its rooms.
#[derive(Debug, Clone, PartialEq)]
pub struct OneSite {
    /// The site that is meant.
    pub listed: ListedSite,
    /// Its rooms by name, those in use first.
    pub rooms: Vec<OneRoom>,
}

impl Rooms {
    /// All sites by name, those in use first; at most 500.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn sites(&self, member: &StaffMember) -> Result<Vec<ListedSite>, RoomError> {
        demand_somewhere(member, Right::ArrangeSeats)?;
        let client = self.database.client().await?;
        let only = member.reach.whole_sites();
        Ok(store::sites::all(&client, only.as_deref(), SITES_MAX).await?.into_iter().map(listed).collect())
    }

    /// What the sites are called that are in use, as every ticket says it; at most 500.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn site_names(&self) -> Result<Vec<(SiteId, Text)>, StoreError> {
        let all = store::sites::all(&self.database.client().await?, None, SITES_MAX).await?;
        let in_use = all.into_iter().filter(|stored| stored.retired_at.is_none());
        Ok(in_use.map(|stored| (stored.site.id, stored.site.name)).collect())
    }

    /// One site with its rooms, at most 1,000.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn site(&self, member: &StaffMember, id: SiteId) -> Result<OneSite, RoomError> {
        demand(member, Right::ArrangeSeats, Scope::Site(id))?;
        let client = self.database.client().await?;
        let site = store::sites::get(&client, id).await?.ok_or(RoomError::Unknown)?;
        let rooms = store::rooms::of_site(&client, id, ROOMS_MAX).await?;
        Ok(OneSite { listed: listed(site), rooms: rooms.into_iter().map(one).collect() })
    }

    /// One room with its site.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn room(&self, member: &StaffMember, id: RoomId) -> Result<(Site, OneRoom), RoomError> {
        let client = self.database.client().await?;
        let room = store::rooms::get(&client, id).await?.ok_or(RoomError::Unknown)?;
        demand(member, Right::ArrangeSeats, Scope::Site(room.room.site))?;
        let site = store::sites::get(&client, room.room.site).await?.ok_or(RoomError::Unknown)?;
        Ok((site.site, one(room)))
    }

    /// Makes a site, or changes the one of that id.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`], [`RoomError::Faults`] and [`RoomError::Store`].
    pub async fn save_site(
        &self,
        member: &StaffMember,
        id: Option<SiteId>,
        form: &SiteForm<'_>,
    ) -> Result<SiteId, RoomError> {
        demand(member, Right::ArrangeSeats, id.map_or(Scope::Everything, Scope::Site))?;
        let site = form.check(id.unwrap_or_else(|| SiteId(Uuid::now_v7()))).map_err(RoomError::Faults)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if id.is_some() && store::sites::get(&transaction, site.id).await?.is_none() {
            return Err(RoomError::Unknown);
        }
        if !store::sites::put(&transaction, &site).await? {
            return Err(RoomError::Faults(vec![RoomFault::NameTaken]));
        }
        let subject = format!("site {}", site.id.0);
        let entry = Entry::by_staff(member.id, AuditAction::SavedSite, &subject);
        entry.detail(site.name.zh.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        Ok(site.id)
    }

    /// Makes a room, or changes the one of that id.
    ///
    /// # Errors
    /// [`RoomError::InUse`] when its seats would change and somebody has a place there; [`RoomError::Forbidden`],
    /// [`RoomError::Unknown`], [`RoomError::Faults`] and [`RoomError::Store`].
    pub async fn save_room(
        &self,
        member: &StaffMember,
        site: SiteId,
        id: Option<RoomId>,
        form: &RoomForm<'_>,
    ) -> Result<RoomId, RoomError> {
        demand(member, Right::ArrangeSeats, Scope::Site(site))?;
        let room = form.check(id.unwrap_or_else(|| RoomId(Uuid::now_v7())), site).map_err(RoomError::Faults)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if id.is_some() {
            let before = store::rooms::lock(&transaction, room.id).await?.ok_or(RoomError::Unknown)?.room;
            if before.site != site {
                return Err(RoomError::Unknown);
            }
            let is_other = before.plan != room.plan;
            if is_other && store::seat_assignments::is_sat_in_after(&transaction, room.id, clock::now()).await? {
                return Err(RoomError::InUse);
            }
        } else if store::sites::get(&transaction, site).await?.is_none() {
            return Err(RoomError::Unknown);
        }
        if !store::rooms::put(&transaction, &room).await? {
            return Err(RoomError::Faults(vec![RoomFault::NameTaken]));
        }
        let subject = format!("room {}", room.id.0);
        let entry = Entry::by_staff(member.id, AuditAction::SavedRoom, &subject);
        entry.detail(room.name.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        Ok(room.id)
    }

    /// Takes a site out of use, or back. Sittings that use its rooms go on doing so.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn retire_site(&self, member: &StaffMember, id: SiteId, is_retired: bool) -> Result<(), RoomError> {
        demand(member, Right::ArrangeSeats, Scope::Site(id))?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !store::sites::retire(&transaction, id, is_retired.then(clock::now)).await? {
            return Err(RoomError::Unknown);
        }
        let action = if is_retired { AuditAction::RetiredSite } else { AuditAction::SavedSite };
        Entry::by_staff(member.id, action, &format!("site {}", id.0)).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a room out of use, or back. Sittings that use it go on doing so.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn retire_room(&self, member: &StaffMember, id: RoomId, is_retired: bool) -> Result<(), RoomError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let room = store::rooms::get(&transaction, id).await?.ok_or(RoomError::Unknown)?;
        demand(member, Right::ArrangeSeats, Scope::Site(room.room.site))?;
        if !store::rooms::retire(&transaction, id, is_retired.then(clock::now)).await? {
            return Err(RoomError::Unknown);
        }
        let action = if is_retired { AuditAction::RetiredRoom } else { AuditAction::SavedRoom };
        Entry::by_staff(member.id, action, &format!("room {}", id.0)).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn listed(stored: store::sites::StoredSite) -> ListedSite {
    let store::sites::StoredSite { site, retired_at, rooms } = stored;
    ListedSite { site, retired_at, rooms: u64::try_from(rooms).unwrap_or_default() }
}

fn one(stored: store::rooms::StoredRoom) -> OneRoom {
    let store::rooms::StoredRoom { room, retired_at } = stored;
    OneRoom { room, retired_at }
}
