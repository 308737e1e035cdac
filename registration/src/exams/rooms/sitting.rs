//! Which rooms a sitting uses, and how many people they hold by the rules: beside how many seats the engine gives out.

use std::collections::{HashMap, HashSet};

use reservation::engine::waiting_list::ListCount;
use reservation::ids::{ExamId, SittingId};
use reservation::sitting::SittingSpec;
use reservation::waiting_list::ListPer;
use seating::Rules;

use super::sites::OneRoom;
use super::store::seat_assignments;
use super::{RoomError, Rooms, demand_sitting, store, subject};
use crate::application::store::accommodations;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, demand_somewhere};
use crate::desk::staff::StaffMember;
use crate::model::exam::ExamSitting;
use crate::model::room::arrangement::Arrangement;
use crate::model::room::{ROOM_NEEDED, Room, RoomId, Site, Sitter};
use crate::model::text::Text;
use crate::seats::store::orders::confirmed;
use crate::store::StoreError;

/// Most rooms of one sitting: numbers on doors have at most four digits.
const SITTING_ROOMS_MAX: usize = 5_000;
/// Most other sittings that are named in the warning.
const OTHERS_MAX: i64 = 50;
/// Most sites and rooms that can be chosen from.
const CHOICE_MAX: i64 = 500;

/// A room of a sitting.
#[derive(Debug, Clone, PartialEq)]
pub struct SittingRoom {
    /// The number on its door, from 1.
    pub number: u16,
    /// The room that is meant.
    pub room: Room,
    /// Where it is.
    pub site: Site,
    /// How many people it holds by the rules: without what spacing and spare seats leave empty.
    pub seats: u32,
}

/// Another sitting that needs a room at about the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together {
    /// The room's number in this sitting.
    pub number: u16,
    /// The other exam.
    pub exam: ExamId,
    /// The sitting of it.
    pub sitting: SittingId,
}

/// The rooms of a sitting, and what does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct SittingRooms {
    /// In the order of their numbers.
    pub rooms: Vec<SittingRoom>,
    /// How many people they hold by the rules; without the spare rooms.
    pub seats: u32,
    /// How many seats the engine gives out; `None` while it does not know the sitting.
    pub capacity: Option<u32>,
    /// How many are confirmed.
    pub confirmed: u64,
    /// How it is arranged; `None` before anybody has set that up.
    pub arrangement: Option<Arrangement>,
    /// Others that need one of the rooms within three hours of it.
    pub together: Vec<Together>,
    /// Its waiting list.
    pub list: Option<ListState>,
    /// How many were granted accommodations after they were given their places, which do not follow from it.
    pub granted_since: u64,
}

/// How the waiting list of a sitting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListState {
    /// How many wait, and what is kept for them.
    pub count: ListCount,
    /// Whether those are the numbers of all sittings of its group, which share a list.
    pub of_group: bool,
}

/// Where a sitting of an exam stands, for the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SittingState {
    /// The sitting that is meant.
    pub sitting: SittingId,
    /// How many are confirmed.
    pub confirmed: u64,
    /// How it is arranged.
    pub arrangement: Option<Arrangement>,
    /// Its waiting list; `None` where there is none, and while nobody can say.
    pub list: Option<ListState>,
}

impl Rooms {
    /// Where each sitting of an exam stands, in the exam's order.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn sittings(&self, member: &StaffMember, exam: &ExamId) -> Result<Vec<SittingState>, RoomError> {
        demand_somewhere(member, Right::ArrangeSeats)?;
        let page = self.exams.get(exam).ok_or(RoomError::Unknown)?;
        let is_theirs = |sitting: &&ExamSitting| demand_sitting(&self.exams, member, exam, &sitting.id).is_ok();
        let theirs: Vec<&ExamSitting> = page.sittings.iter().filter(is_theirs).collect();
        if theirs.is_empty() && !member.reach.has_exam(exam) {
            return Err(Forbidden.into());
        }
        let client = self.database.client().await?;
        let counts: HashMap<String, i64> = confirmed::counts(&client, exam).await?.into_iter().collect();
        let mut arranged: HashMap<SittingId, Arrangement> = store::arrangements::of_exam(&client, exam)
            .await?
            .into_iter()
            .map(|arrangement| (arrangement.sitting.clone(), arrangement))
            .collect();
        let lists = self.lists(exam).await;
        let state = |id: &SittingId| SittingState {
            sitting: id.clone(),
            list: lists.as_ref().map(|lists| lists.of(id)),
            confirmed: counts.get(id.as_str()).map_or(0, |count| u64::try_from(*count).unwrap_or_default()),
            arrangement: arranged.remove(id),
        };
        Ok(theirs.into_iter().map(|sitting| &sitting.id).map(state).collect())
    }

    /// The rooms of a sitting, what they hold, and what does not fit.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn sitting(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<SittingRooms, RoomError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let page = self.exams.get(exam).ok_or(RoomError::Unknown)?;
        let starts_at = page.sitting(sitting).ok_or(RoomError::Unknown)?.starts_at;
        let client = self.database.client().await?;
        let arrangement = store::arrangements::get(&client, exam, sitting).await?;
        let rules = arrangement.as_ref().map(|known| known.rules.clone()).unwrap_or_default();
        let rooms = rooms_of(&client, exam, sitting, &rules).await?;
        let numbers: HashMap<RoomId, u16> = rooms.iter().map(|room| (room.room.id, room.number)).collect();
        let ids: Vec<RoomId> = rooms.iter().map(|room| room.room.id).collect();
        let around = (starts_at - ROOM_NEEDED, starts_at + ROOM_NEEDED);
        let others = store::sitting_rooms::others_at(&client, (exam, sitting), &ids, around, OTHERS_MAX).await?;
        let together = others.into_iter().filter_map(|other| {
            Some(Together { number: *numbers.get(&other.room)?, exam: other.exam, sitting: other.sitting })
        });
        let together = together.collect();
        let confirmed = confirmed::counts(&client, exam).await?;
        let confirmed = confirmed.into_iter().find(|(id, _)| id == sitting.as_str()).map_or(0, |(_, count)| count);
        let seats = seats_of(&rooms, &rules);
        let capacity = self.spec_of(exam, sitting).map(|spec| spec.capacity);
        let confirmed = u64::try_from(confirmed).unwrap_or_default();
        let granted_since = accommodations::granted_since(&client, exam, sitting).await?;
        let granted_since = u64::try_from(granted_since).unwrap_or_default();
        drop(client);
        let list = self.lists(exam).await.map(|lists| lists.of(sitting));
        Ok(SittingRooms { rooms, seats, capacity, confirmed, arrangement, together, list, granted_since })
    }

    /// The rooms in use that a sitting can choose from, by site.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn choice(&self, member: &StaffMember) -> Result<Vec<(Site, Vec<OneRoom>)>, RoomError> {
        demand_somewhere(member, Right::ArrangeSeats)?;
        let client = self.database.client().await?;
        let (mut choice, only) = (Vec::new(), member.reach.site_ids());
        for stored in store::sites::all(&client, only.as_deref(), CHOICE_MAX).await? {
            if stored.retired_at.is_some() || stored.rooms == 0 {
                continue;
            }
            let rooms = store::rooms::of_site(&client, stored.site.id, CHOICE_MAX).await?;
            let rooms = rooms.into_iter().filter(|room| room.retired_at.is_none());
            let rooms = rooms.map(|stored| OneRoom { room: stored.room, retired_at: None });
            choice.push((stored.site, rooms.collect()));
        }
        Ok(choice)
    }

    /// The sitting uses these rooms and no others, in this order: the number on the door is the place in it.
    ///
    /// # Errors
    /// [`RoomError::Published`] while its places are published; [`RoomError::Forbidden`], [`RoomError::Unknown`] for a room
    /// that is not there or there twice, and [`RoomError::Store`].
    pub async fn choose_rooms(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
        rooms: &[RoomId],
    ) -> Result<(), RoomError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        self.exams.get(exam).and_then(|page| page.sitting(sitting).cloned()).ok_or(RoomError::Unknown)?;
        let once: HashSet<&RoomId> = rooms.iter().collect();
        if once.len() != rooms.len() || rooms.len() > SITTING_ROOMS_MAX {
            return Err(RoomError::Unknown);
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let arrangement = store::arrangements::lock(&transaction, exam, sitting).await?;
        if arrangement.is_some_and(|arrangement| !arrangement.is_open()) {
            return Err(RoomError::Published);
        }
        for room in rooms {
            store::rooms::get(&transaction, *room).await?.ok_or(RoomError::Unknown)?;
        }
        store::sitting_rooms::replace(&transaction, exam, sitting, rooms).await?;
        let (subject, detail) = (subject(exam, sitting), rooms.len().to_string());
        let entry = Entry::by_staff(member.id, AuditAction::ChoseRooms, &subject);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// How many seats of a sitting the engine gives out.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Unknown`].
    pub async fn capacity(&self, member: &StaffMember, exam: &ExamId, sitting: &SittingId) -> Result<u32, RoomError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        Ok(self.spec_of(exam, sitting).ok_or(RoomError::Unknown)?.capacity)
    }

    /// The engine gives out as many seats as the rooms hold by the rules. How many that are now.
    ///
    /// # Errors
    /// [`RoomError::Engine`] when it refuses; [`RoomError::Forbidden`], [`RoomError::Unknown`] and [`RoomError::Store`].
    pub async fn set_capacity(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<u32, RoomError> {
        let SittingRooms { seats, .. } = self.sitting(member, exam, sitting).await?;
        self.put_capacity(member, (exam, sitting), seats).await?;
        Ok(seats)
    }

    /// The engine gives out so many seats.
    ///
    /// # Errors
    /// As [`Self::set_capacity`].
    pub(crate) async fn put_capacity(
        &self,
        member: &StaffMember,
        (exam, sitting): (&ExamId, &SittingId),
        seats: u32,
    ) -> Result<(), RoomError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let spec = self.spec_of(exam, sitting).ok_or(RoomError::Unknown)?;
        let before = spec.capacity;
        self.engine.put_sitting(exam, sitting, SittingSpec { capacity: seats, ..spec }).await?;
        let client = self.database.client().await?;
        let (subject, detail) = (subject(exam, sitting), format!("{before} → {seats}"));
        let entry = Entry::by_staff(member.id, AuditAction::SetCapacity, &subject);
        Ok(entry.detail(detail.as_str()).write(&client).await?)
    }

    /// Who sits in a room of a published sitting, by seat.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn sitters(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
        room: RoomId,
    ) -> Result<Vec<Sitter>, RoomError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let client = self.database.client().await?;
        Ok(seat_assignments::in_room(&client, (exam, sitting), room).await?)
    }

    /// How many sit in each room of a published sitting.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn counts(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<HashMap<RoomId, i64>, RoomError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let client = self.database.client().await?;
        Ok(seat_assignments::counts(&client, exam, sitting).await?)
    }

    /// The waiting lists of an exam. `None` where it has none and nobody waits on one of before; and while the engine cannot
    /// say, because a page about rooms goes on without.
    async fn lists(&self, exam: &ExamId) -> Option<Lists> {
        let settings = self.engine.waiting_list(exam);
        match self.engine.list_counts(exam).await {
            Ok(counts) if settings.is_none() && counts.is_empty() => None,
            Ok(counts) => Some(Lists { of_group: settings.is_some_and(|set| set.per == ListPer::Group), counts }),
            Err(error) => {
                tracing::warn!(%exam, %error, "how many wait for seats cannot be told now");
                None
            }
        }
    }

    /// What the engine knows of a sitting.
    fn spec_of(&self, exam: &ExamId, sitting: &SittingId) -> Option<SittingSpec> {
        let all = self.engine.availability(exam).ok()?;
        all.into_iter().find(|line| line.sitting.id == *sitting).map(|line| line.sitting.spec.clone())
    }

    /// What a sitting is called.
    pub fn sitting_title(&self, exam: &ExamId, sitting: &SittingId) -> Option<Text> {
        Some(self.exams.get(exam)?.sitting(sitting)?.title.clone())
    }
}

/// The waiting lists of an exam, by sitting.
struct Lists {
    of_group: bool,
    counts: HashMap<SittingId, ListCount>,
}

impl Lists {
    fn of(&self, sitting: &SittingId) -> ListState {
        ListState { count: self.counts.get(sitting).copied().unwrap_or_default(), of_group: self.of_group }
    }
}

/// The rooms of a sitting with what each holds.
pub(super) async fn rooms_of(
    client: &impl deadpool_postgres::GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
    rules: &Rules,
) -> Result<Vec<SittingRoom>, StoreError> {
    let stored = store::sitting_rooms::of_sitting(client, exam, sitting).await?;
    let room = |one: store::sitting_rooms::StoredSittingRoom| {
        let seats = u32::try_from(one.room.plan.usual(rules)).unwrap_or(u32::MAX);
        SittingRoom { number: one.number, seats, room: one.room, site: one.site }
    };
    Ok(stored.into_iter().map(room).collect())
}

/// What they hold together: the last rooms stay empty as far as the rules say so.
fn seats_of(rooms: &[SittingRoom], rules: &Rules) -> u32 {
    let used = rooms.len().saturating_sub(usize::from(rules.spare_rooms));
    rooms[..used].iter().map(|room| room.seats).sum()
}
