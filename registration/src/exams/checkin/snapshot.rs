//! What a device keeps of a site, so that it works without a network: whose tickets are good there, and how to tell.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::Timestamp;
use ticketcode::{PublicKey, Tag};

use super::{CheckIn, CheckInError, Open, PEOPLE_MAX, subject};
use crate::application::accommodations::granted_of;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::AccommodationKind;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::person::PersonName;
use crate::model::room::Site;
use crate::model::room::checkin::Entrance;
use crate::model::room::ticket::{Generation, TicketNumber, TicketSerial};
use crate::model::text::Text;
use crate::rooms::store::tickets::doors;
use crate::rooms::tickets::Tickets;
use crate::rules::admission::DoorTimes;

/// Most tickets that let nobody in which a device is told of.
pub(super) const VOID_MAX: i64 = 10_000;

/// A room at whose door a device may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorRoom {
    /// The number on its door.
    pub number: u16,
    /// What it is called within the site.
    pub name: String,
    /// On which floor it is; empty where nobody has said.
    pub floor: String,
}

/// A room of the sitting at another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The number on its door.
    pub number: u16,
    /// The name of its site.
    pub site: Text,
}

/// The key under which a device seals what it keeps: of one entrance, for one sign-in of one member of staff. Nobody stores
/// it here; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SnapshotKey(pub [u8; 32]);

impl fmt::Debug for SnapshotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SnapshotKey")
    }
}

/// Somebody who may come in at the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPerson {
    /// What codes call the ticket.
    pub serial: TicketSerial,
    /// How often it was issued.
    pub generation: Generation,
    /// What people call it.
    pub number: TicketNumber,
    /// SHA-256 of the code: whatever has this hash is genuine.
    pub code_hash: [u8; 32],
    /// Whose it is.
    pub name: Option<PersonName>,
    /// The document; masked wherever it is shown.
    pub document: Option<Document>,
    /// The number of the room.
    pub room: u16,
    /// The number of the seat in it.
    pub seat: u16,
    /// What the seat is called.
    pub label: String,
    /// What was granted that a door must know.
    pub accommodations: Vec<AccommodationKind>,
}

/// All that a device keeps, besides photos.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// As of when it is.
    pub made_at: Timestamp,
    /// The exam that is held.
    pub exam: Arc<Exam>,
    /// Which of its sittings.
    pub sitting: ExamSitting,
    /// The site that people come to.
    pub site: Site,
    /// When people come in.
    pub times: DoorTimes,
    /// When a device forgets all of this.
    pub forget_at: Timestamp,
    /// Under what it seals what it keeps.
    pub key: SnapshotKey,
    /// What codes of the exam are verified with.
    pub keys: Vec<PublicKey>,
    /// The rooms of the site, by number.
    pub rooms: Vec<DoorRoom>,
    /// The rooms of the sitting at other sites.
    pub elsewhere: Vec<Elsewhere>,
    /// Whether there are photos to these people.
    pub has_photos: bool,
    /// Who may come in, by room and seat.
    pub people: Vec<SnapshotPerson>,
    /// Tickets of the sitting that let nobody in any more.
    pub void: Vec<TicketSerial>,
}

impl Snapshot {
    /// What codes call the exam.
    pub fn exam_tag(&self) -> Tag {
        Tag::of(self.exam.id.as_str())
    }

    /// What codes call a sitting of it.
    pub fn sitting_tag(sitting: &ExamSitting) -> Tag {
        Tag::of(sitting.id.as_str())
    }
}

impl CheckIn {
    /// What a device keeps of the entrance. That it was taken, and of how many people, is written down first.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`], [`CheckInError::Over`], [`CheckInError::TooMany`] and
    /// [`CheckInError::Store`].
    pub async fn snapshot(&self, member: &StaffMember, entrance: &Entrance) -> Result<Snapshot, CheckInError> {
        let open = self.open(member, entrance).await?;
        let made_at = clock::now();
        if made_at >= open.forget_at() {
            return Err(CheckInError::Over);
        }
        let people = self.people(entrance, &open).await?;
        let client = self.database.client().await?;
        let of = (&entrance.exam, &entrance.sitting);
        let void = doors::revoked(&client, of, Timestamp::UNIX_EPOCH, VOID_MAX).await?;
        let subject = subject(entrance);
        let entry = Entry::by_staff(member.id, AuditAction::TookSnapshot, &subject);
        entry.detail(people.len().to_string().as_str()).write(&client).await?;
        drop(client);
        let keys = self.tickets.public_keys(&entrance.exam).await?;
        let forget_at = open.forget_at();
        let Open { exam, sitting, site, times, rooms, elsewhere } = open;
        let key = self.key(member, entrance);
        let has_photos = Tickets::has_photos(&exam);
        Ok(Snapshot {
            made_at,
            exam,
            sitting,
            site,
            times,
            forget_at,
            key,
            keys,
            rooms,
            elsewhere,
            has_photos,
            people,
            void,
        })
    }

    /// Who may come in.
    async fn people(&self, entrance: &Entrance, open: &Open) -> Result<Vec<SnapshotPerson>, CheckInError> {
        let client = self.database.client().await?;
        let expected = doors::expected(&client, entrance, PEOPLE_MAX + 1).await?;
        if i64::try_from(expected.len()).is_ok_and(|count| count > PEOPLE_MAX) {
            return Err(CheckInError::TooMany);
        }
        let orders: Vec<OrderId> = expected.iter().map(|one| one.order).collect();
        let mut granted = granted_of(&client, &self.vault, &entrance.exam, &orders).await?;
        drop(client);
        let accounts: Vec<AccountId> = expected.iter().map(|one| one.account).collect();
        let named = self.tickets.named(&open.exam, &accounts).await?;
        let person = |one: doors::Expected| {
            let doors::AtDoor { serial, generation, number, code } = one.ticket?;
            let hash = digest::digest(&digest::SHA256, code.as_bytes());
            let who = named.get(&one.account).cloned().unwrap_or_default();
            Some(SnapshotPerson {
                serial,
                generation,
                number,
                code_hash: hash.as_ref().try_into().expect("SHA-256 has 32 bytes"),
                name: who.name,
                document: who.document,
                room: one.room,
                seat: one.seat,
                label: one.label,
                accommodations: granted.remove(&one.order).unwrap_or_default(),
            })
        };
        Ok(expected.into_iter().filter_map(person).collect())
    }

    /// The same for every device on which somebody is signed in, until they are signed out everywhere.
    fn key(&self, member: &StaffMember, entrance: &Entrance) -> SnapshotKey {
        let whose = format!("{} {} {}", subject(entrance), member.id.0, member.session_epoch);
        SnapshotKey(self.vault.index("checkin.snapshot", &whose))
    }
}
