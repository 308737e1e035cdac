//! Who has come: live numbers, and everybody of a site with when they came in.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::store::{doubtful_entries, scans};
use super::{CheckIn, CheckInError, Open, PEOPLE_MAX, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::StaffMember;
use crate::model::document::Document;
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::model::room::checkin::{DeviceId, Entrance};
use crate::model::room::ticket::{TicketNumber, TicketSerial};
use crate::rooms::store::tickets::doors::{self, Expected};
use scans::Entries;

/// Most entries of conflicts that are listed.
const CONFLICTS_MAX: i64 = 1_000;

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When the ticket let somebody in first.
    pub first_at: Timestamp,
    /// Whether that was after the start.
    pub is_late: bool,
    /// Whether there was a doubt about who it is.
    pub is_doubtful: bool,
    /// Whether somebody was let in with the ticket twice: by two devices, or by one that did not know of it.
    pub is_conflict: bool,
}

/// Somebody who has a place at the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What codes call the ticket; `None` while there is none.
    pub serial: Option<TicketSerial>,
    /// What people call it.
    pub number: Option<TicketNumber>,
    /// Whose place it is.
    pub name: Option<PersonName>,
    /// The document; masked wherever it is shown.
    pub document: Option<Document>,
    /// The number of the room.
    pub room: u16,
    /// The number of the seat in it.
    pub seat: u16,
    /// What the seat is called.
    pub label: String,
    /// When and how they came in; `None`: they have not come.
    pub arrival: Option<Arrival>,
}

/// A ticket that let somebody in here and is for elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// What people call it; `None` where it has none any more.
    pub number: Option<TicketNumber>,
    /// How somebody came in.
    pub arrival: Arrival,
}

/// How many of a room have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomCount {
    /// The number of the room.
    pub number: u16,
    /// How many of its people have come in.
    pub people_in: u64,
    /// How many have a place in it.
    pub expected: u64,
}

/// How many have come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// People who were let in at the entrance, wherever their place is.
    pub people_in: u64,
    /// Those of the site's people who came in after the start.
    pub late: u64,
    /// People who have a place at the site.
    pub expected: u64,
    /// People who were let in with a doubt about who they are.
    pub doubtful: u64,
    /// Entries in doubt that two members of staff have not signed.
    pub waiting: u64,
    /// Tickets with which somebody was let in twice: by two devices, or by one that did not know of it.
    pub conflicts: u64,
    /// The same by room, in the order of their numbers.
    pub by_room: Vec<RoomCount>,
}

/// One time that somebody was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneEntry {
    /// Which device it was.
    pub device: DeviceId,
    /// The login name of who held it.
    pub staff_name: String,
    /// At which room's door; `None`: at that of the site.
    pub room: Option<u16>,
    /// When it was, by our clock.
    pub at: Timestamp,
}

/// A ticket with which somebody was let in twice: by two devices, or by one that did not know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What people call it.
    pub number: Option<TicketNumber>,
    /// Whose it is; `None` for people whose place is elsewhere.
    pub person: Option<Person>,
    /// Each time that somebody came in with it, the first one first.
    pub entries: Vec<OneEntry>,
}

/// Who has come to a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// How many they are.
    pub counts: Counts,
    /// Everybody who has a place there, by room and seat.
    pub people: Vec<Person>,
    /// Who came in here and has a place elsewhere.
    pub strangers: Vec<Stranger>,
    /// Tickets with which somebody was let in twice: by two devices, or by one that did not know of it.
    pub conflicts: Vec<Conflict>,
}

/// Who is expected, and how they came in.
struct Come {
    expected: Vec<Expected>,
    /// With which tickets somebody was let in at the entrance.
    let_in: Vec<TicketSerial>,
    entries: HashMap<TicketSerial, Entries>,
}

impl Come {
    fn entries_of(&self, one: &Expected) -> Option<Entries> {
        self.entries.get(&one.ticket.as_ref()?.serial).copied()
    }

    /// Tickets with which somebody was let in here and that are for elsewhere.
    fn strangers(&self) -> Vec<TicketSerial> {
        let ours: HashSet<TicketSerial> =
            self.expected.iter().filter_map(|one| one.ticket.as_ref()).map(|ticket| ticket.serial).collect();
        self.let_in.iter().copied().filter(|serial| !ours.contains(serial)).collect()
    }

    fn counts(&self, open: &Open, (doubtful, waiting): (i64, i64)) -> Counts {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        let mut by_room: BTreeMap<u16, RoomCount> = open
            .rooms
            .iter()
            .map(|room| (room.number, RoomCount { number: room.number, people_in: 0, expected: 0 }))
            .collect();
        let mut late = 0;
        for one in &self.expected {
            let room = by_room.entry(one.room).or_insert(RoomCount { number: one.room, people_in: 0, expected: 0 });
            room.expected += 1;
            if let Some(entries) = self.entries_of(one) {
                room.people_in += 1;
                late += u64::from(entries.first_at > open.times.starts_at);
            }
        }
        let conflicts = self.entries.values().filter(|entries| entries.is_conflict).count();
        Counts {
            people_in: self.let_in.len() as u64,
            late,
            expected: self.expected.len() as u64,
            doubtful: count(doubtful),
            waiting: count(waiting),
            conflicts: conflicts as u64,
            by_room: by_room.into_values().collect(),
        }
    }
}

impl CheckIn {
    /// How many have come: numbers only.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn counts(&self, member: &StaffMember, entrance: &Entrance) -> Result<Counts, CheckInError> {
        let open = self.open(member, entrance).await?;
        let come = self.come(entrance).await?;
        let doubts = doubtful_entries::counts(&self.database.client().await?, entrance).await?;
        Ok(come.counts(&open, doubts))
    }

    /// Who has come, by name. That somebody looked is written down first.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn attendance(&self, member: &StaffMember, entrance: &Entrance) -> Result<Attendance, CheckInError> {
        self.look(member, entrance, AuditAction::LookedAtAttendance, None).await
    }

    /// The same, to be taken out as a file in a form: `csv`, `xlsx`.
    ///
    /// # Errors
    /// As [`Self::attendance`].
    pub async fn export(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        form: &str,
    ) -> Result<Attendance, CheckInError> {
        self.look(member, entrance, AuditAction::ExportedAttendance, Some(form)).await
    }

    async fn look(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        action: AuditAction,
        form: Option<&str>,
    ) -> Result<Attendance, CheckInError> {
        let open = self.open(member, entrance).await?;
        let come = self.come(entrance).await?;
        let client = self.database.client().await?;
        let subject = subject(entrance);
        let detail = [Some(come.expected.len().to_string()), form.map(str::to_owned)];
        let detail = detail.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Entry::by_staff(member.id, action, &subject).detail(detail.as_str()).write(&client).await?;
        let doubts = doubtful_entries::counts(&client, entrance).await?;
        let counts = come.counts(&open, doubts);
        let strange = doors::shown(&client, &entrance.exam, &come.strangers(), &[]).await?;
        let twice: Vec<TicketSerial> =
            come.entries.iter().filter(|(_, entries)| entries.is_conflict).map(|(serial, _)| *serial).collect();
        let of = (&entrance.exam, &entrance.sitting);
        let each = scans::entries_one_by_one(&client, of, &twice, CONFLICTS_MAX).await?;
        drop(client);
        let starts_at = open.times.starts_at;
        let strangers: Vec<(TicketSerial, Stranger)> = strange
            .into_iter()
            .filter_map(|ticket| {
                let arrival = arrival(*come.entries.get(&ticket.serial)?, starts_at);
                Some((ticket.serial, Stranger { number: ticket.number, arrival }))
            })
            .collect();
        let people = self.people_of(&open, come).await?;
        let conflicts = conflicts(each, &people, &strangers);
        let strangers = strangers.into_iter().map(|(_, stranger)| stranger).collect();
        Ok(Attendance { counts, people, strangers, conflicts })
    }

    async fn come(&self, entrance: &Entrance) -> Result<Come, CheckInError> {
        let client = self.database.client().await?;
        let expected = doors::expected(&client, entrance, PEOPLE_MAX).await?;
        let let_in = scans::let_in(&client, entrance, PEOPLE_MAX).await?;
        let tickets = expected.iter().filter_map(|one| one.ticket.as_ref()).map(|ticket| ticket.serial);
        let serials: HashSet<TicketSerial> = tickets.chain(let_in.iter().copied()).collect();
        let serials: Vec<TicketSerial> = serials.into_iter().collect();
        let entries = scans::entries(&client, (&entrance.exam, &entrance.sitting), &serials).await?;
        Ok(Come { expected, let_in, entries })
    }

    async fn people_of(&self, open: &Open, come: Come) -> Result<Vec<Person>, CheckInError> {
        let accounts: Vec<AccountId> = come.expected.iter().map(|one| one.account).collect();
        let named = self.tickets.named(&open.exam, &accounts).await?;
        let starts_at = open.times.starts_at;
        let person = |one: Expected| {
            let arrival = one.ticket.as_ref().and_then(|ticket| come.entries.get(&ticket.serial));
            let who = named.get(&one.account).cloned().unwrap_or_default();
            Person {
                serial: one.ticket.as_ref().map(|ticket| ticket.serial),
                number: one.ticket.map(|ticket| ticket.number),
                name: who.name,
                document: who.document,
                room: one.room,
                seat: one.seat,
                label: one.label,
                arrival: arrival.map(|entries| self::arrival(*entries, starts_at)),
            }
        };
        Ok(come.expected.into_iter().map(person).collect())
    }
}

fn arrival(entries: Entries, starts_at: Timestamp) -> Arrival {
    let Entries { first_at, is_doubtful, is_conflict } = entries;
    Arrival { first_at, is_late: first_at > starts_at, is_doubtful, is_conflict }
}

/// Entries, in the order of their tickets, as conflicts.
fn conflicts(
    each: Vec<scans::StoredConflict>,
    people: &[Person],
    strangers: &[(TicketSerial, Stranger)],
) -> Vec<Conflict> {
    let mut found: BTreeMap<TicketSerial, Conflict> = BTreeMap::new();
    for one in each {
        let conflict = found.entry(one.serial).or_insert_with(|| {
            let person = people.iter().find(|person| person.serial == Some(one.serial)).cloned();
            let stranger = strangers.iter().find(|(serial, _)| *serial == one.serial);
            let number = person.as_ref().and_then(|person| person.number.clone());
            let number = number.or_else(|| stranger.and_then(|(_, stranger)| stranger.number.clone()));
            Conflict { number, person, entries: Vec::new() }
        });
        conflict.entries.push(OneEntry { device: one.device, staff_name: one.staff, room: one.room, at: one.at });
    }
    found.into_values().collect()
}
