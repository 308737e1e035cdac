//! Who sits in the rooms of a published sitting, as papers for staff name them: with the number of the ticket, the masked
//! document, what was granted, and, only where a paper shows it, the photo.

use std::collections::HashMap;

use reservation::ids::{ExamId, SittingId};

use crate::application::accommodations::granted_of;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::StaffMember;
use crate::model::document::Document;
use crate::model::exam::Exam;
use crate::model::exam_rules::AccommodationKind;
use crate::model::order::OrderId;
use crate::model::person::PersonName;
use crate::model::room::ticket::TicketNumber;
use crate::model::room::{Room, RoomId, Site};
use crate::rooms::store::rooms;
use crate::rooms::store::seat_assignments::{self, PublishedRoom};
use crate::rooms::tickets::Tickets;
use crate::rooms::{RoomError, demand_sitting_at, subject};
use crate::store::StoreError;

/// A room of a sitting as it was published.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperRoom {
    /// The number on its door, from 1.
    pub number: u16,
    /// The room that is meant.
    pub room: Room,
    /// Where it is.
    pub site: Site,
    /// How many sit there; without those who gave their place up.
    pub people: u32,
    /// How many of them have no ticket yet: papers name their orders instead.
    pub without_ticket: u32,
}

/// Whoever sits at a seat. `Debug` names nobody.
#[derive(Clone)]
pub struct Seated {
    /// The seat's number in the room, from 1.
    pub seat: u16,
    /// By whose order.
    pub order: OrderId,
    /// What their ticket is called; `None` before it is issued.
    pub number: Option<TicketNumber>,
    /// The name, as the ticket has it.
    pub name: Option<PersonName>,
    /// The document, to be masked wherever it is shown.
    pub document: Option<Document>,
    /// What was granted, in the order of [`AccommodationKind::ALL`]. Never why.
    pub granted: Vec<AccommodationKind>,
    /// The photo of the ticket, a JPEG; `None` where there is none, or none was asked for.
    pub photo: Option<Vec<u8>>,
}

impl std::fmt::Debug for Seated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seated({} at {})", self.order, self.seat)
    }
}

impl Tickets {
    /// The rooms of a sitting as they were published, by number. None before that.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn paper_rooms(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
    ) -> Result<Vec<PaperRoom>, RoomError> {
        demand_sitting_at(&self.exams, member, (exam, sitting), None)?;
        let (client, only) = (self.database.client().await?, member.reach.site_ids());
        let rooms = seat_assignments::published_rooms(&client, (exam, sitting), only.as_deref()).await?;
        let count = |count: i64| u32::try_from(count).unwrap_or_default();
        let room = |PublishedRoom { number, room, site, people, without_ticket }| PaperRoom {
            number,
            room,
            site,
            people: count(people),
            without_ticket: count(without_ticket),
        };
        Ok(rooms.into_iter().map(room).collect())
    }

    /// Writes down that somebody prints papers of a sitting, and which ones, before anything that stands on them is read.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn begin_papers(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        sitting: &SittingId,
        which: &str,
    ) -> Result<(), RoomError> {
        demand_sitting_at(&self.exams, member, (exam, sitting), None)?;
        let client = self.database.client().await?;
        let subject = subject(exam, sitting);
        Entry::by_staff(member.id, AuditAction::PrintedPapers, &subject).detail(which).write(&client).await?;
        Ok(())
    }

    /// Who sits in a room of a published sitting, by seat. Photos are only opened where they are asked for.
    ///
    /// # Errors
    /// [`RoomError::Forbidden`] and [`RoomError::Store`].
    pub async fn seated(
        &self,
        member: &StaffMember,
        exam: &Exam,
        (sitting, room): (&SittingId, RoomId),
        with_photos: bool,
    ) -> Result<Vec<Seated>, RoomError> {
        let client = self.database.client().await?;
        let site = rooms::get(&client, room).await?.map(|stored| stored.room.site);
        demand_sitting_at(&self.exams, member, (&exam.id, sitting), site)?;
        let placed = seat_assignments::placed(&client, (&exam.id, sitting), room).await?;
        let mut granted = HashMap::new();
        if !exam.rules.accommodations.kinds.is_empty() {
            let orders: Vec<OrderId> = placed.iter().map(|one| one.order).collect();
            granted = granted_of(&client, &self.vault, &exam.id, &orders).await?;
        }
        drop(client);
        let mut seated = Vec::with_capacity(placed.len());
        for one in placed {
            let holder = self.holder(exam, one.account).await?;
            let photo = match holder.photo.filter(|_| with_photos) {
                Some(photo) => readable(one.order, self.applications.photos.read(one.account, photo).await)?,
                None => None,
            };
            seated.push(Seated {
                seat: one.seat,
                granted: granted.remove(&one.order).unwrap_or_default(),
                order: one.order,
                number: one.number,
                name: holder.name,
                document: holder.document,
                photo,
            });
        }
        Ok(seated)
    }
}

/// One photo that cannot be read leaves a frame that says so, and keeps no room from being printed.
fn readable(order: OrderId, read: Result<Option<Vec<u8>>, StoreError>) -> Result<Option<Vec<u8>>, StoreError> {
    match read {
        Err(error) if error.is_of_one_row() => {
            tracing::error!(%order, %error, "the photo of a ticket cannot be read");
            Ok(None)
        }
        read => read,
    }
}
