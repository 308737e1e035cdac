//! Entries in doubt (存疑): whoever does not look like the photo comes in nevertheless, is photographed, and two different
//! members of staff say afterwards who it was.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;

use super::store::doubtful_entries as rows;
use super::store::doubtful_entries::{StoredDoubt, StoredSignature};
use super::store::scans;
use super::{CheckIn, CheckInError, Open, subject};
use crate::desk::audit::looking::has_looked;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, permits};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::ids::{AccountId, StaffId};
use crate::model::person::PersonName;
use crate::model::room::checkin::{Act, DoubtId, Entrance, Opinion, ScanId, happened_at};
use crate::model::room::ticket::{TicketNumber, TicketSerial};
use crate::pictures::clean::Recipe;
use crate::pictures::files::{CleanError, FileKey};
use crate::rooms::store::tickets::doors::{self, AtAnyDoor};
use crate::store::StoreError;

/// Most bytes of a photo that a device sends.
pub const PHOTO_BYTES_MAX: usize = 200 * 1024;
/// Longest note beside a signature, in characters.
pub const NOTE_CHARS_MAX: usize = 200;
/// Most entries that are listed.
const LISTED_MAX: i64 = 500;
/// Most entries of one entrance.
const OF_SITE_MAX: i64 = 2_000;
/// A photo from a door is kept so long: until nobody contests who sat an exam.
const PHOTO_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Most photos that are removed in one round.
const REMOVED_MAX: i64 = 200;

/// An entry as a device tells of it.
#[derive(Clone)]
pub struct NewDoubt {
    /// By which it is known again.
    pub id: DoubtId,
    /// With which scan somebody came in.
    pub scan: ScanId,
    /// When it was, by the device's clock.
    pub at: Timestamp,
    /// What the device's clock said when it was sent.
    pub sent_at: Timestamp,
    /// With whose ticket.
    pub serial: TicketSerial,
    /// The photo that was taken, a JPEG of at most [`PHOTO_BYTES_MAX`].
    pub jpeg: Bytes,
    /// How often the person was held against the ticket's photo before.
    pub tries: u8,
}

/// What one member of staff said of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who it is.
    pub by: StaffId,
    /// Their login name.
    pub name: String,
    /// What they say.
    pub says: Opinion,
    /// What else they say; empty where they say nothing else.
    pub note: String,
    /// When they signed.
    pub at: Timestamp,
}

/// Somebody who was let in with a doubt about who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtfulEntry {
    /// By which it is known.
    pub id: DoubtId,
    /// With which scan they came in.
    pub scan: ScanId,
    /// What people call the ticket.
    pub number: Option<TicketNumber>,
    /// Whose ticket it is.
    pub name: Option<PersonName>,
    /// The document; masked wherever it is shown.
    pub document: Option<Document>,
    /// The room of the ticket, where it has one.
    pub room: Option<u16>,
    /// Whether the ticket is for elsewhere, so that whose it is, its room and its photo are shown to administrators only.
    pub is_withheld: bool,
    /// The login name of who let them in.
    pub staff_name: String,
    /// How often the person was held against the ticket's photo before.
    pub tries: u8,
    /// When it was, by our clock.
    pub at: Timestamp,
    /// Whether the photo is still kept.
    pub has_photo: bool,
    /// Who has signed, at most two.
    pub signatures: Vec<Signature>,
}

impl DoubtfulEntry {
    /// Does it wait for a signature of this member of staff? Never of one who is not shown whose ticket it is.
    pub fn waits_for(&self, staff: StaffId) -> bool {
        !self.is_withheld && self.signatures.len() < 2 && self.signatures.iter().all(|signature| signature.by != staff)
    }
}

impl CheckIn {
    /// Keeps an entry in doubt, once however often it comes. False: it was kept before. Its scan comes first: nobody is in doubt
    /// who was not let in here.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`], [`CheckInError::Busy`] while the scan is not kept,
    /// [`CheckInError::Picture`], [`CheckInError::Taken`] where the scan or the id is another entry's,
    /// [`CheckInError::TooMany`] and [`CheckInError::Store`].
    pub async fn doubt(&self, member: &StaffMember, entrance: &Entrance, new: NewDoubt) -> Result<bool, CheckInError> {
        self.open(member, entrance).await?;
        let client = self.database.client().await?;
        if rows::is_kept(&client, entrance, (new.id, new.scan)).await? {
            return Ok(false);
        }
        let scan = scans::known(&client, &[new.scan]).await?.remove(&new.scan).ok_or(CheckInError::Busy)?;
        if !scan.is_of(entrance) || scan.serial != Some(new.serial) || scan.act != Act::Doubtful {
            return Err(CheckInError::Taken);
        }
        if rows::count(&client, entrance).await? >= OF_SITE_MAX {
            return Err(CheckInError::TooMany);
        }
        drop(client);
        let received_at = clock::now();
        // The photo first: a row without one would be signed for nothing. What is sent again takes the same place, and nothing
        // else does.
        let key = key_of(entrance, (new.id, new.scan));
        let cleaned = self.files.clean(&key, new.jpeg, Recipe::Whole).await.map_err(|error| match error {
            CleanError::Picture(error) => CheckInError::Picture(error),
            CleanError::Busy => CheckInError::Busy,
        })?;
        self.files.put(&key, cleaned.sealed).await?;
        let row = rows::NewDoubt {
            id: new.id,
            scan: new.scan,
            serial: new.serial,
            staff: member.id,
            tries: new.tries.min(100),
            at: happened_at(new.at, new.sent_at, received_at),
            received_at,
        };
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !rows::insert(&transaction, entrance, &row).await? {
            let is_known = rows::is_kept(&transaction, entrance, (new.id, new.scan)).await?;
            if is_known {
                return Ok(false);
            }
            self.files.delete(&key).await?;
            return Err(CheckInError::Taken);
        }
        let (subject, seen) = (subject(entrance), new.id.0.to_string());
        Entry::by_staff(member.id, AuditAction::Doubted, &subject).seen(&seen).write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The entries in doubt of the entrance, those that wait for a signature first; at most 500. That somebody looked is written
    /// down first.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn doubts(&self, member: &StaffMember, entrance: &Entrance) -> Result<Vec<DoubtfulEntry>, CheckInError> {
        let open = self.open(member, entrance).await?;
        let client = self.database.client().await?;
        let stored = rows::at(&client, entrance, LISTED_MAX).await?;
        let subject = subject(entrance);
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtAttendance, &subject);
        entry.detail(format!("doubts {}", stored.len()).as_str()).write(&client).await?;
        drop(client);
        self.named_entries((member, entrance), &open, stored).await
    }

    /// One entry. That somebody looked at it is written down first.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn doubtful(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        id: DoubtId,
    ) -> Result<DoubtfulEntry, CheckInError> {
        let open = self.open(member, entrance).await?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let stored = rows::lock(&transaction, entrance, id).await?.ok_or(CheckInError::Unknown)?;
        let (subject, seen) = (subject(entrance), id.0.to_string());
        Entry::by_staff(member.id, AuditAction::LookedAtDoubt, &subject).seen(&seen).write(&transaction).await?;
        transaction.commit().await?;
        drop(client);
        self.named_entries((member, entrance), &open, vec![stored]).await?.pop().ok_or(CheckInError::Unknown)
    }

    /// The photo that was taken at the door, a JPEG; `None` once it was removed.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn door_photo(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        id: DoubtId,
    ) -> Result<Option<Vec<u8>>, CheckInError> {
        let (_, _, scan) = self.looked(member, entrance, id).await?;
        Ok(self.files.find(&key_of(entrance, (id, scan))).await?)
    }

    /// The photo on the ticket of the same entry, a JPEG; `None` where it is withheld.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn ticket_photo(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        id: DoubtId,
    ) -> Result<Option<Vec<u8>>, CheckInError> {
        let (open, account, _) = self.looked(member, entrance, id).await?;
        let Some(account) = account else { return Ok(None) };
        Ok(self.tickets.photo(&open.exam, account).await?)
    }

    /// Signs what an entry was: the first or the second of two different members of staff, each for themselves.
    ///
    /// # Errors
    /// [`CheckInError::NotLooked`], [`CheckInError::SamePerson`], [`CheckInError::Signed`], [`CheckInError::Note`],
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn sign(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        id: DoubtId,
        (says, note): (Opinion, &str),
    ) -> Result<(), CheckInError> {
        let note = note.trim();
        if note.chars().count() > NOTE_CHARS_MAX || note.contains(char::is_control) {
            return Err(CheckInError::Note);
        }
        self.open(member, entrance).await?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let stored = rows::lock(&transaction, entrance, id).await?.ok_or(CheckInError::Unknown)?;
        if stored.first.iter().chain(&stored.second).any(|signature| signature.by == member.id) {
            return Err(CheckInError::SamePerson);
        }
        if stored.second.is_some() {
            return Err(CheckInError::Signed);
        }
        let (subject, seen) = (subject(entrance), id.0.to_string());
        let look = AuditAction::LookedAtDoubt;
        let tickets = doors::shown(&transaction, &entrance.exam, &[stored.serial], &[]).await?;
        let is_shown = tickets.iter().any(|ticket| is_shown(member, entrance, ticket));
        if !is_shown || !has_looked(&transaction, member.id, &look, &subject, &seen).await? {
            return Err(CheckInError::NotLooked);
        }
        if !rows::sign(&transaction, id, (member.id, says, note, clock::now())).await? {
            return Err(CheckInError::SamePerson);
        }
        let entry = Entry::by_staff(member.id, AuditAction::SignedDoubt, &subject).seen(&seen);
        entry.detail(says.as_ref()).write(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Removes photos from doors that are too old. What the job does.
    pub(crate) async fn forget_photos(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let old = rows::old(&self.database.client().await?, now - PHOTO_KEPT, REMOVED_MAX).await?;
        for (entrance, id, scan) in old {
            match self.files.delete(&key_of(&entrance, (id, scan))).await {
                Ok(()) => rows::note_removed(&self.database.client().await?, id, now).await?,
                Err(error) if error.is_of_one_row() => {
                    tracing::error!(entry = %id.0, %error, "a photo from a door could not be removed");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whose ticket it is, where that is shown, and of which scan, for whoever has looked at the entry.
    async fn looked(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        id: DoubtId,
    ) -> Result<(Open, Option<AccountId>, ScanId), CheckInError> {
        let open = self.open(member, entrance).await?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let stored = rows::lock(&transaction, entrance, id).await?.ok_or(CheckInError::Unknown)?;
        let (subject, seen) = (subject(entrance), id.0.to_string());
        if !has_looked(&transaction, member.id, &AuditAction::LookedAtDoubt, &subject, &seen).await? {
            return Err(CheckInError::NotLooked);
        }
        let tickets = doors::shown(&transaction, &entrance.exam, &[stored.serial], &[]).await?;
        let ticket = tickets.first().ok_or(CheckInError::Unknown)?;
        let account = is_shown(member, entrance, ticket).then_some(ticket.account);
        transaction.commit().await?;
        Ok((open, account, stored.scan))
    }

    async fn named_entries(
        &self,
        (member, entrance): (&StaffMember, &Entrance),
        open: &Open,
        stored: Vec<StoredDoubt>,
    ) -> Result<Vec<DoubtfulEntry>, CheckInError> {
        let serials: Vec<TicketSerial> = stored.iter().map(|one| one.serial).collect();
        let tickets = doors::shown(&self.database.client().await?, &entrance.exam, &serials, &[]).await?;
        let is_shown = |ticket: &&AtAnyDoor| is_shown(member, entrance, ticket);
        let accounts: Vec<AccountId> = tickets.iter().filter(is_shown).map(|ticket| ticket.account).collect();
        let named = self.tickets.named(&open.exam, &accounts).await?;
        let entry = |one: StoredDoubt| {
            let ticket = tickets.iter().find(|ticket| ticket.serial == one.serial);
            let shown = ticket.filter(is_shown);
            let who = shown.and_then(|ticket| named.get(&ticket.account)).cloned().unwrap_or_default();
            DoubtfulEntry {
                id: one.id,
                scan: one.scan,
                number: ticket.and_then(|ticket| ticket.number.clone()),
                name: who.name,
                document: who.document,
                room: shown.and_then(|ticket| ticket.place).map(|(room, _)| room),
                is_withheld: shown.is_none(),
                staff_name: one.staff_name,
                tries: one.tries,
                at: one.at,
                has_photo: one.removed_at.is_none(),
                signatures: [one.first, one.second].into_iter().flatten().map(signature).collect(),
            }
        };
        Ok(stored.into_iter().map(entry).collect())
    }
}

/// May they know whose ticket it is? A scan names whatever ticket a device says: whoever works at one door learns of nobody who
/// has no place there.
fn is_shown(member: &StaffMember, entrance: &Entrance, ticket: &AtAnyDoor) -> bool {
    let is_here = ticket.sitting == entrance.sitting && ticket.place.is_some_and(|(_, site)| site == entrance.site);
    let scope = ticket.place.map_or(Scope::Exam(&entrance.exam), |(_, site)| Scope::Entrance(&entrance.exam, site));
    is_here || permits(member, Right::AssignInvigilators, scope)
}

fn signature(stored: StoredSignature) -> Signature {
    let StoredSignature { by, name, says, note, at } = stored;
    Signature { by, name, says, note, at }
}

/// Where the photo is: the same ids at another entrance are another photo.
fn key_of(entrance: &Entrance, (id, scan): (DoubtId, ScanId)) -> FileKey {
    let Entrance { exam, sitting, site } = entrance;
    let [site, file] = [site.0.to_string(), format!("{}.{}", id.0, scan.0)];
    FileKey {
        path: Path::from_iter(["doors", exam.as_str(), sitting.as_str(), &site, &file]),
        context: format!("doubtful entry {exam} {sitting} {site} {} {}", id.0, scan.0),
    }
}
