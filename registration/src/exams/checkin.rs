//! Check-in at doors (考点核验): what devices of staff are told of a site, what they scanned there, who has come, and whoever
//! was let in with a doubt about who it is.
//!
//! In reading order: `snapshot` is what a device keeps, `photos` the faces to it; `upload` takes what it scanned, judged anew
//! by `rules/admission`; `attendance` is who has come, `doubts` who was let in with a doubt, `invigilators` who works at which
//! doors. A device works for hours without us, so nothing here waits for one.

mod attendance;
mod doubts;
mod invigilators;
mod photos;
mod snapshot;
pub(crate) mod store;
mod upload;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use crate::desk::permits::{Forbidden, Right, Scope, demand, demand_somewhere, permits, permits_somewhere};
use crate::desk::staff::StaffMember;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::room::Site;
use crate::model::room::checkin::{Entrance, KEPT_ON_DEVICES};
use crate::pictures::clean::PictureError;
use crate::pictures::files::PictureFiles;
use crate::rooms::store::sitting_rooms;
use crate::rooms::tickets::Tickets;
use crate::rules::admission::DoorTimes;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};
use store::invigilators as rows;

pub use attendance::{Arrival, Attendance, Conflict, Counts, OneEntry, Person, RoomCount, Stranger};
pub use doubts::{DoubtfulEntry, NOTE_CHARS_MAX, NewDoubt, PHOTO_BYTES_MAX, Signature};
pub use invigilators::Invigilator;
pub use photos::{Photo, PhotoPage};
pub use snapshot::{DoorRoom, Elsewhere, Snapshot, SnapshotKey, SnapshotPerson};
pub use upload::{SCANS_MAX, Uploaded};

/// Sittings of so long ago and so far ahead are listed. Invigilators see no others at all.
const LISTED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Most entrances that are listed.
const ENTRANCES_MAX: i64 = 500;
/// Most people of one entrance.
const PEOPLE_MAX: i64 = 20_000;
/// So many requests that bring scans are worked on at a time, by one process: those of one sitting wait for each other, and
/// whoever waits holds a connection to the database.
const UPLOADS_AT_ONCE: usize = 4;

/// The door to check-in. Cloning is a few reference counts.
#[derive(Clone)]
pub struct CheckIn {
    database: Database,
    vault: Vault,
    files: PictureFiles,
    exams: Exams,
    tickets: Tickets,
    uploads: Arc<Semaphore>,
}

/// Why nothing was told or done. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum CheckInError {
    /// They do not work at this door.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such sitting at this site, or nothing of that kind there.
    #[error("there is no such door, person or entry")]
    Unknown,
    /// The sitting is over: devices forget its people.
    #[error("the sitting is over, and devices know nobody of it any more")]
    Over,
    /// More people than a device is told of, or more scans or entries in doubt than are taken.
    #[error("more people, scans or entries in doubt than one door has: use more sites")]
    TooMany,
    /// The photo cannot be used.
    #[error(transparent)]
    Picture(PictureError),
    /// An id that is another entry's.
    #[error("the entry's id or its scan is that of another entry")]
    Taken,
    /// One person would sign twice.
    #[error("two different members of staff sign: this one has signed")]
    SamePerson,
    /// Two have signed.
    #[error("two members of staff have signed already")]
    Signed,
    /// Nothing is signed that was not looked at.
    #[error("look at both photos first")]
    NotLooked,
    /// What was said beside it is too long.
    #[error("a note has at most {NOTE_CHARS_MAX} characters")]
    Note,
    /// Nobody of that name is an invigilator.
    #[error("no invigilator has this name: `seathold staff add NAME --role invigilator`")]
    NoInvigilator,
    /// Many requests at once, or an entry that came before its scan: the same may be asked for again in a moment.
    #[error("many requests at once, or a scan that is still on its way: try again in a moment")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for CheckInError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A sitting at a site, for the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// Which entrance it is.
    pub entrance: Entrance,
    /// The exam that is held.
    pub exam: Arc<Exam>,
    /// Which of its sittings.
    pub sitting: ExamSitting,
    /// Where it is held.
    pub site: Site,
    /// When people come in.
    pub times: DoorTimes,
}

/// An entrance at which somebody may work, as it is known now.
struct Open {
    exam: Arc<Exam>,
    sitting: ExamSitting,
    site: Site,
    times: DoorTimes,
    /// The rooms of the site in which people have places, by number.
    rooms: Vec<DoorRoom>,
    /// Those of the sitting at other sites, by number.
    elsewhere: Vec<Elsewhere>,
}

impl Open {
    /// When devices forget the people of this sitting.
    fn forget_at(&self) -> Timestamp {
        self.times.ends_at + KEPT_ON_DEVICES
    }
}

impl CheckIn {
    /// Over what the door to tickets has, with its photos.
    pub(crate) fn over(tickets: &Tickets, files: PictureFiles) -> Self {
        let (database, vault, exams) = (tickets.database.clone(), tickets.vault.clone(), tickets.exams.clone());
        let uploads = Arc::new(Semaphore::new(UPLOADS_AT_ONCE));
        Self { database, vault, files, exams, tickets: tickets.clone(), uploads }
    }

    /// The entrances at which this member of staff works, of the last and the next seven days, in the order of their
    /// sittings' starts; at most 500.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`] and [`CheckInError::Store`].
    pub async fn entrances(&self, member: &StaffMember) -> Result<Vec<Opening>, CheckInError> {
        demand_somewhere(member, Right::CheckIn)?;
        let now = clock::now();
        let of = (!permits_somewhere(member, Right::AssignInvigilators)).then_some(member.id);
        let client = self.database.client().await?;
        let within = (member.reach.entrances(), member.reach.site_ids());
        let found =
            sitting_rooms::entrances(&client, (now - LISTED, now + LISTED), (of, &within), ENTRANCES_MAX).await?;
        let opening = |(entrance, site): (Entrance, Site)| {
            let exam = self.exams.get(&entrance.exam)?;
            let sitting = exam.sitting(&entrance.sitting)?.clone();
            let times = DoorTimes::of(&exam, &sitting);
            Some(Opening { entrance, exam, sitting, site, times })
        };
        Ok(found.into_iter().filter_map(opening).collect())
    }

    /// One entrance.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`] and [`CheckInError::Store`].
    pub async fn entrance(&self, member: &StaffMember, entrance: &Entrance) -> Result<Opening, CheckInError> {
        let Open { exam, sitting, site, times, .. } = self.open(member, entrance).await?;
        Ok(Opening { entrance: entrance.clone(), exam, sitting, site, times })
    }

    /// Opens an entrance for whoever works there.
    async fn open(&self, member: &StaffMember, entrance: &Entrance) -> Result<Open, CheckInError> {
        demand(member, Right::CheckIn, at(entrance))?;
        let client = self.database.client().await?;
        if !works_there(member, entrance) && !rows::works_at(&client, entrance, member.id).await? {
            return Err(Forbidden.into());
        }
        let exam = self.exams.get(&entrance.exam).ok_or(CheckInError::Unknown)?;
        let sitting = exam.sitting(&entrance.sitting).ok_or(CheckInError::Unknown)?.clone();
        let times = DoorTimes::of(&exam, &sitting);
        let is_near = clock::now().duration_since(times.starts_at).abs() <= LISTED;
        if !works_there(member, entrance) && !is_near {
            return Err(Forbidden.into());
        }
        let (mut rooms, mut elsewhere, mut here) = (Vec::new(), Vec::new(), None);
        for one in sitting_rooms::at_doors(&client, &entrance.exam, &entrance.sitting).await? {
            if one.site.id == entrance.site {
                rooms.push(DoorRoom { number: one.number, name: one.room.name, floor: one.room.floor });
                here = Some(one.site);
            } else {
                elsewhere.push(Elsewhere { number: one.number, site: one.site.name });
            }
        }
        let site = here.ok_or(CheckInError::Unknown)?;
        Ok(Open { exam, sitting, site, times, rooms, elsewhere })
    }
}

/// Whoever says who works at a door works there, too.
fn works_there(member: &StaffMember, entrance: &Entrance) -> bool {
    permits(member, Right::AssignInvigilators, at(entrance))
}

/// Where an entrance is.
fn at(entrance: &Entrance) -> Scope<'_> {
    Scope::Entrance(&entrance.exam, entrance.site)
}

/// What lines of the audit about an entrance are about.
fn subject(entrance: &Entrance) -> String {
    let Entrance { exam, sitting, site } = entrance;
    format!("entrance {exam} {sitting} {}", site.0)
}
