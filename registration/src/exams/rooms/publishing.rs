//! Publishing who sits where: places, record, messages and the line of the audit in one transaction.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use seating::record::Record;
use seating::{Assigned, Plan, PublicDraw};

use super::arranging::{ArrangeError, Prepared, moved, off_the_runtime, token};
use super::sitting::SittingRoom;
use super::store::arrangements::NewRecord;
use super::store::seat_assignments::{self, Had, NewPlace};
use super::{Rooms, demand_sitting, store, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::exam_rules::TaskKind;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::room::RoomId;
use crate::model::room::arrangement::{Arrangement, Stage};
use crate::outbox::messages::{MessageKind, add_about_all};
use crate::store::StoreError;

/// Places, and messages, that are written at once.
const BATCH: usize = 5_000;

/// What staff have looked at and agree to.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// The token of the draft, [`super::Draft::token`].
    pub token: &'a str,
    /// How many people sit elsewhere by it, as staff were told and agreed to; `None`: they did not.
    pub moves: Option<usize>,
}

/// What is about to be written.
struct Drawn {
    record: Record,
    /// What the public has of it, if not all.
    public: Option<PublicDraw>,
    places: Vec<NewPlace>,
    moved: HashSet<OrderId>,
    orders: Vec<(OrderId, AccountId)>,
    at: Timestamp,
}

impl Rooms {
    /// Publishes who sits where: the places, the record with the seed, and a message to whoever sat elsewhere. How many have
    /// a place.
    ///
    /// # Errors
    /// [`ArrangeError::Changed`] when it is not what was looked at; [`ArrangeError::Moves`] when people sit elsewhere and
    /// nobody agreed to just so many; [`ArrangeError::Begun`]; else as [`Rooms::preview`].
    pub async fn publish(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
        publication: Publication<'_>,
    ) -> Result<usize, ArrangeError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let now = clock::now();
        self.must_be_ahead(exam, sitting, now)?;
        let Prepared { arrangement, rooms, seed, lots, input, orders, had } = self.prepare(exam, sitting).await?;
        if token(&input, &arrangement)? != publication.token {
            return Err(ArrangeError::Changed);
        }
        let asks = self.exams.get(exam).is_none_or(|page| page.rules.asks_for(&TaskKind::Accommodations));
        let (record, public) = off_the_runtime(move || PublicDraw::draw(input, seed, &lots)).await??;
        let has_needs = record.input.examinees.iter().any(|person| !person.needs.is_none());
        // Of an exam in which nobody asks for anything the whole record is public, those who come later among them. It depends
        // on the exam, and not on who is in it: else it would say something that somebody is not.
        let public = public.filter(|_| asks || has_needs);
        // Whoever was granted something since the last record would be the only one who is newly missing in this one.
        let public = public.filter(|_| !(has_needs && arrangement.published.is_some()));
        let moved = moved(&had, &record.plan);
        if arrangement.published.is_some() && publication.moves != Some(moved.len()) {
            return Err(ArrangeError::Moves(moved.len()));
        }
        let places = places(&rooms, &record.plan, &had, now)?;
        let published = Drawn { record, public, places, moved, orders, at: now };
        let count = published.places.len();
        self.write(member, &arrangement, published).await?;
        metrics::counter!("registration_places_published_total").increment(count as u64);
        Ok(count)
    }

    async fn write(&self, member: &StaffMember, looked_at: &Arrangement, drawn: Drawn) -> Result<(), ArrangeError> {
        let Drawn { record, public, places, moved, orders, at } = drawn;
        let Arrangement { exam, sitting, .. } = looked_at;
        let of = (exam, sitting);
        let rooms: HashSet<RoomId> = places.iter().map(|place| place.room).collect();
        let (seed, commitment) = (String::from(record.seed.clone()), record.commitment.clone());
        let texts = off_the_runtime(move || {
            let public = public.map(|public| serde_json::to_string(&public)).transpose()?;
            Ok::<_, serde_json::Error>((serde_json::to_string(&record)?, public))
        });
        let (text, public) = texts.await?.map_err(|_| StoreError::Corrupt("a record that is no JSON"))?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // Whoever came late, or another tab that published, in between has changed what was looked at.
        if store::arrangements::lock(&transaction, exam, sitting).await?.as_ref() != Some(looked_at) {
            return Err(ArrangeError::Changed);
        }
        seat_assignments::delete_all(&transaction, exam, sitting).await?;
        for batch in places.chunks(BATCH) {
            seat_assignments::insert(&transaction, of, batch).await?;
        }
        seat_assignments::give_up_ended(&transaction, Some(of), at).await?;
        let (seats, by) = (places.len(), member.id);
        let (record, public, rooms) = (text.as_str(), public.as_deref(), rooms.len());
        let new = NewRecord { record, public, commitment: &commitment, seed: &seed, seats, rooms, at, by };
        store::arrangements::publish(&transaction, of, &new).await?;
        let told: Vec<(OrderId, AccountId)> = orders.into_iter().filter(|(order, _)| moved.contains(order)).collect();
        for batch in told.chunks(BATCH) {
            add_about_all(&transaction, exam, MessageKind::PlaceMoved, batch, at).await?;
        }
        let (subject, detail) = (subject(exam, sitting), format!("{seats}, {} moved", told.len()));
        let entry = Entry::by_staff(member.id, AuditAction::PublishedPlaces, &subject);
        entry.at(at).detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// From now on the sitting is not arranged anew; whoever is confirmed later still gets a place.
    ///
    /// # Errors
    /// [`ArrangeError::Unknown`] when nothing is published, or it is being arranged anew; [`ArrangeError::Forbidden`] and
    /// [`ArrangeError::Store`].
    pub async fn freeze(&self, member: &StaffMember, exam: &ExamId, sitting: &SittingId) -> Result<(), ArrangeError> {
        demand_sitting(&self.exams, member, exam, sitting)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let before = store::arrangements::lock(&transaction, exam, sitting).await?.ok_or(ArrangeError::Unknown)?;
        match before.stage() {
            Stage::SetUp | Stage::Anew => return Err(ArrangeError::Unknown),
            Stage::Frozen => return Ok(()),
            Stage::Published => {}
        }
        store::arrangements::freeze(&transaction, (exam, sitting), clock::now()).await?;
        Entry::by_staff(member.id, AuditAction::FrozePlaces, &subject(exam, sitting)).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The plan as rows. Whoever keeps a place has had it since before.
fn places(
    rooms: &[SittingRoom],
    plan: &Plan,
    had: &HashMap<OrderId, Had>,
    now: Timestamp,
) -> Result<Vec<NewPlace>, StoreError> {
    let by_id: HashMap<&str, &SittingRoom> = rooms.iter().map(|room| (room.room.plan.id.as_str(), room)).collect();
    let place = |assigned: &Assigned| {
        let order = assigned.id.parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        let room = by_id.get(assigned.room.as_str()).ok_or(StoreError::Corrupt("a room of an arrangement"))?;
        let kept = had.get(&order).filter(|had| had.room == room.room.id && had.seat == assigned.seat);
        Ok(NewPlace {
            order,
            room: room.room.id,
            room_number: room.number,
            seat: assigned.seat,
            label: room.room.plan.label(assigned.seat),
            assigned_at: kept.map_or(now, |had| had.assigned_at),
        })
    };
    plan.seats.iter().map(place).collect()
}
