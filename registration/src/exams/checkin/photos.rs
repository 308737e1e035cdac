//! The faces to a snapshot: the photos that stand on tickets, small, page by page.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::{CheckIn, CheckInError, subject};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::ids::AccountId;
use crate::model::room::checkin::Entrance;
use crate::model::room::ticket::TicketSerial;
use crate::pictures::files::CleanError;
use crate::rooms::store::tickets::doors;

/// Photos of one page.
const PAGE: i64 = 50;
/// So many of them are read at a time.
const AT_ONCE: usize = 4;

/// A photo to a ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    /// Whose ticket it stands on.
    pub serial: TicketSerial,
    /// A small JPEG; `None` where there is no photo, or none that can be read.
    pub jpeg: Option<Vec<u8>>,
}

/// A page of photos.
#[derive(Clone, PartialEq, Eq)]
pub struct PhotoPage {
    /// In the order of their serials.
    pub photos: Vec<Photo>,
    /// Behind which serial the next page begins; `None`: this was the last one.
    pub next: Option<TicketSerial>,
}

impl CheckIn {
    /// The photos of who may come in at the entrance, behind a serial; at most 50, each of at most 10,000 bytes. That they
    /// were taken is written down first.
    ///
    /// # Errors
    /// [`CheckInError::Forbidden`], [`CheckInError::Unknown`], [`CheckInError::Over`], [`CheckInError::Busy`] and
    /// [`CheckInError::Store`].
    pub async fn photos(
        &self,
        member: &StaffMember,
        entrance: &Entrance,
        after: Option<TicketSerial>,
    ) -> Result<PhotoPage, CheckInError> {
        let open = self.open(member, entrance).await?;
        if clock::now() >= open.forget_at() {
            return Err(CheckInError::Over);
        }
        let client = self.database.client().await?;
        let whose = doors::after(&client, entrance, after, PAGE).await?;
        let is_full = i64::try_from(whose.len()).is_ok_and(|count| count >= PAGE);
        let next = whose.last().map(|(serial, _)| *serial).filter(|_| is_full);
        let subject = subject(entrance);
        let entry = Entry::by_staff(member.id, AuditAction::TookPhotos, &subject);
        entry.detail(whose.len().to_string().as_str()).write(&client).await?;
        drop(client);
        let photos = stream::iter(whose).map(|(serial, account)| {
            let exam = &open.exam;
            async move { Ok::<_, CheckInError>(Photo { serial, jpeg: self.small_photo(exam, account).await? }) }
        });
        Ok(PhotoPage { photos: photos.buffered(AT_ONCE).try_collect().await?, next })
    }

    /// The photo on somebody's tickets, small. One that cannot be read keeps none of the others.
    async fn small_photo(&self, exam: &Exam, account: AccountId) -> Result<Option<Vec<u8>>, CheckInError> {
        let jpeg = match self.tickets.photo(exam, account).await {
            Ok(jpeg) => jpeg,
            Err(error) if error.is_of_one_row() => {
                tracing::error!(%error, "a ticket's photo could not be read for a door");
                None
            }
            Err(error) => return Err(error.into()),
        };
        let Some(jpeg) = jpeg else { return Ok(None) };
        match self.files.thumbnail(jpeg).await {
            Ok(small) => Ok(Some(small)),
            Err(CleanError::Picture(_)) => Ok(None),
            Err(CleanError::Busy) => Err(CheckInError::Busy),
        }
    }
}
