//! Admission tickets (准考证): issued when a candidate first opens theirs, or for all by a job once they can be printed;
//! issued anew when what stands on them has changed, which voids the one before.

mod holder;
mod issue;
mod job;
mod keys;
pub(crate) mod many;
mod proof;
mod seated;

use reservation::ids::{ExamId, SittingId};
use ticketcode::PublicKey;

use crate::application::Applications;
use crate::eligibility::Eligibility;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::ids::AccountId;
use crate::model::order::Order;
use crate::model::room::ticket::{Admission, Ticket, Void};
use crate::people::accounts::Accounts;
use crate::rooms::Rooms;
use crate::rooms::store::{ticket_keys, tickets};
use crate::rules::tickets::TicketRefusal;
use crate::seats::Orders;
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

pub use job::IssuedAll;
pub use proof::Proof;
pub use seated::{PaperRoom, Seated};

/// Most void tickets of an exam that are read at once.
const VOID_MAX: i64 = 10_000;

/// Why a candidate was given no tickets. Refusals first (the candidate can act, or wait), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// Not, not yet, or not now.
    #[error(transparent)]
    Refused(#[from] TicketRefusal),
    /// The exam's pattern makes no number of this place: the definition wants to be mended.
    #[error("the exam's pattern makes no number for a place of the sitting {0}")]
    NoNumber(SittingId),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to tickets. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Tickets {
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) exams: Exams,
    rooms: Rooms,
    accounts: Accounts,
    applications: Applications,
    eligibility: Eligibility,
}

impl Tickets {
    /// Over what the other doors have.
    pub(crate) fn beside(orders: &Orders, accounts: &Accounts, eligibility: &Eligibility, rooms: &Rooms) -> Self {
        let applications = orders.applications.clone();
        Self {
            database: orders.database.clone(),
            vault: applications.vault.clone(),
            exams: orders.exams.clone(),
            rooms: rooms.clone(),
            accounts: accounts.clone(),
            eligibility: eligibility.clone(),
            applications,
        }
    }

    /// The tickets of one's own order, in the order of its sittings: issued, or issued anew, where they were not, or say
    /// something else. That the candidate has seen them is written down.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn of_order(&self, exam: &Exam, order: &Order) -> Result<Vec<Admission>, TicketError> {
        let issued = self.issued(exam, order).await?;
        let client = self.database.client().await?;
        tickets::note_shown(&client, order.id, clock::now()).await?;
        Ok(issued)
    }

    /// The same for a file to take away: which generation of which ticket it was is written down, so that the page can say
    /// when it is out of date.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn to_print(&self, exam: &Exam, order: &Order) -> Result<Vec<Ticket>, TicketError> {
        let issued = self.issued(exam, order).await?;
        let tickets = issued.into_iter().filter_map(|admission| match admission {
            Admission::Ticket(ticket) => Some(*ticket),
            Admission::NotArranged(_) => None,
        });
        let tickets: Vec<Ticket> = tickets.collect();
        let client = self.database.client().await?;
        for ticket in &tickets {
            let which = (&exam.id, &ticket.sitting, order.id);
            tickets::note_printed(&client, which, ticket.generation, clock::now()).await?;
        }
        Ok(tickets)
    }

    /// The photo that stands on the tickets of this account in the exam, a JPEG.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn photo(&self, exam: &Exam, account: AccountId) -> Result<Option<Vec<u8>>, StoreError> {
        match self.holder(exam, account).await?.photo {
            Some(photo) => self.applications.photos.read(account, photo).await,
            None => Ok(None),
        }
    }

    /// The keys with which the codes of the exam are verified, the newest last. None until the first ticket was issued.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn public_keys(&self, exam: &ExamId) -> Result<Vec<PublicKey>, StoreError> {
        ticket_keys::public(&self.database.client().await?, exam).await
    }

    /// Tickets of the exam whose older codes, or all of whose codes, let nobody in; in the order of their serials, behind
    /// `after`, at most [`VOID_MAX`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn void(&self, exam: &ExamId, after: Option<&Void>) -> Result<Vec<Void>, StoreError> {
        tickets::void(&self.database.client().await?, exam, after.map(|void| void.serial), VOID_MAX).await
    }

    /// Makes another key that signs from now on, and says its number. What the one before signed stays good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rotate_key(&self, exam: &ExamId) -> Result<u16, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        ticket_keys::lock(&transaction, exam).await?;
        ticket_keys::retire(&transaction, exam, clock::now()).await?;
        let made = keys::make(&self.vault, &transaction, exam).await?;
        transaction.commit().await?;
        Ok(made.public().id().0)
    }
}
