//! Lists that administrators take out as files, page by page: the roster of an exam, its orders with whose they are, and the
//! accounts and cases of those who have begun something in it.
//! Numbers of documents are masked unless somebody asks for them whole, which stands in the audit.

mod people;

use std::collections::BTreeSet;

use reservation::ids::ExamId;
use strum::{AsRefStr, EnumString, VariantArray};

use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand, demand_somewhere};
use crate::desk::staff::StaffMember;
use crate::desk::store::cases;
use crate::eligibility::keys;
use crate::eligibility::store::roster;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam_rules::FieldName;
use crate::model::order::{Order, OrderId};
use crate::model::person::PersonName;
use crate::model::room::ticket::TicketNumber;
use crate::model::roster::{COLUMNS, RosterRecord};
use crate::people::store::accounts;
use crate::rooms::store::tickets;
use crate::rooms::tickets::Tickets;
use crate::seats::store::orders::listed;
use crate::store::StoreError;

pub use people::{ListedAccount, ListedCase};

/// A list of more rows is taken out by two people together.
pub const EXPORT_ALONE_MAX: u32 = 1_000;
/// Rows of one page.
pub const LIST_PAGE_MAX: usize = 1_000;

/// What can be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsRefStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum List {
    /// Who may register for an exam.
    Roster,
    /// What candidates hold and owe, with their tickets.
    Orders,
    /// Who has an account, and how it is reached.
    Accounts,
    /// What waits for staff, and what was decided.
    Cases,
}

/// Why nothing was taken out. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such exam.
    #[error("there is no such exam")]
    Unknown,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Behind which person of a roster a page goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPlace(Vec<u8>);

/// An order with whose it is.
#[derive(Clone)]
pub struct ListedOrder {
    /// The order as candidates and staff see it now.
    pub order: Order,
    /// Whose it is, as their ticket says; `None` of an account that says nothing.
    pub name: Option<PersonName>,
    /// The document, to be masked unless the whole was asked for.
    pub document: Option<Document>,
    /// The numbers of the tickets that were issued for it and are good.
    pub tickets: Vec<TicketNumber>,
}

/// The door to lists. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Lists {
    pub(crate) tickets: Tickets,
}

impl Lists {
    /// Notes who takes which list out, in which form, before anything is read.
    ///
    /// # Errors
    /// [`ListError::Forbidden`], [`ListError::Unknown`] and [`ListError::Store`].
    pub async fn begin(
        &self,
        member: &StaffMember,
        (list, exam): (List, &ExamId),
        form: &str,
        is_whole: bool,
    ) -> Result<(), ListError> {
        demand(member, Right::Export, Scope::Exam(exam))?;
        self.tickets.exams.get(exam).ok_or(ListError::Unknown)?;
        let (subject, whole) = (format!("exam {exam}"), if is_whole { " whole" } else { "" });
        let detail = format!("{} {form}{whole}", list.as_ref());
        let entry = Entry::by_staff(member.id, AuditAction::ExportedList, &subject).detail(detail.as_str());
        Ok(entry.write(&self.tickets.database.client().await?).await?)
    }

    /// Is it more than one member of staff takes out alone, [`EXPORT_ALONE_MAX`] rows?
    ///
    /// # Errors
    /// [`ListError::Forbidden`] and [`ListError::Store`].
    pub async fn is_large(&self, member: &StaffMember, list: List, exam: &ExamId) -> Result<bool, ListError> {
        demand(member, Right::Export, Scope::Exam(exam))?;
        let client = self.tickets.database.client().await?;
        let most = i64::from(EXPORT_ALONE_MAX) + 1;
        let count = match list {
            List::Roster => roster::count_of_exam(&client, exam, most).await?,
            List::Orders => listed::count_of_exam(&client, exam, most).await?,
            List::Accounts => accounts::count_of_exam(&client, exam, most).await?,
            List::Cases => cases::count_of_exam(&client, exam, most).await?,
        };
        Ok(count >= most)
    }

    /// Notes who takes all rooms out, and in which form. What they are, the door to rooms says.
    ///
    /// # Errors
    /// [`ListError::Forbidden`] and [`ListError::Store`].
    pub async fn begin_rooms(&self, member: &StaffMember, form: &str) -> Result<(), ListError> {
        demand_somewhere(member, Right::ArrangeSeats)?;
        let detail = format!("rooms {form}");
        let entry = Entry::by_staff(member.id, AuditAction::ExportedList, "rooms").detail(detail.as_str());
        Ok(entry.write(&self.tickets.database.client().await?).await?)
    }

    /// The next people of an exam's roster, at most [`LIST_PAGE_MAX`], and behind whom the next ones stand; `None`: that was
    /// all.
    ///
    /// # Errors
    /// [`ListError::Forbidden`] and [`ListError::Store`].
    pub async fn roster(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        after: Option<&RosterPlace>,
    ) -> Result<(Vec<RosterRecord>, Option<RosterPlace>), ListError> {
        demand(member, Right::Export, Scope::Exam(exam))?;
        let client = self.tickets.database.client().await?;
        let stored = roster::page(&client, exam, after.map(|place| &place.0[..]), page_max()).await?;
        let next = stored.last().filter(|_| stored.len() >= LIST_PAGE_MAX);
        let next = next.map(|last| RosterPlace(last.document_index.clone()));
        let open = |person: &roster::StoredPerson| {
            keys::open(&self.tickets.vault, ("roster", exam, &person.document_index), &person.record)
        };
        let people: Result<Vec<RosterRecord>, StoreError> = stored.iter().map(open).collect();
        Ok((people?, next))
    }

    /// The columns of the exam's own that any person of its roster has, by name. All of the roster is read for that, a page
    /// at a time.
    ///
    /// # Errors
    /// [`ListError::Forbidden`] and [`ListError::Store`].
    pub async fn roster_columns(&self, member: &StaffMember, exam: &ExamId) -> Result<Vec<FieldName>, ListError> {
        let (mut found, mut after) = (BTreeSet::new(), None);
        loop {
            let (people, next) = self.roster(member, exam, after.as_ref()).await?;
            for person in people {
                found.extend(person.columns.into_keys().filter(|column| !COLUMNS.contains(&column.as_str())));
            }
            after = next;
            if after.is_none() {
                return Ok(found.into_iter().collect());
            }
        }
    }

    /// The next orders of an exam by their numbers, at most [`LIST_PAGE_MAX`], and behind which the next ones stand; `None`:
    /// that was all.
    ///
    /// # Errors
    /// [`ListError::Forbidden`], [`ListError::Unknown`] and [`ListError::Store`].
    pub async fn orders(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        after: Option<OrderId>,
    ) -> Result<(Vec<ListedOrder>, Option<OrderId>), ListError> {
        demand(member, Right::Export, Scope::Exam(exam))?;
        let page = self.tickets.exams.get(exam).ok_or(ListError::Unknown)?;
        let client = self.tickets.database.client().await?;
        let stored = listed::all_of_exam(&client, exam, after, page_max()).await?;
        let next = stored.last().filter(|_| stored.len() >= LIST_PAGE_MAX).map(|last| last.id);
        let numbers: Vec<OrderId> = stored.iter().map(|order| order.id).collect();
        let mut issued = tickets::numbers_of(&client, exam, &numbers).await?;
        drop(client);
        let accounts: Vec<_> = stored.iter().map(|order| order.account).collect();
        let named = self.tickets.named(&page, &accounts).await?;
        let now = clock::now();
        let with_whose = |order: crate::seats::store::orders::StoredOrder| {
            let whose = named.get(&order.account).cloned().unwrap_or_default();
            let tickets = issued.remove(&order.id).unwrap_or_default();
            ListedOrder { order: order.view(now), name: whose.name, document: whose.document, tickets }
        };
        Ok((stored.into_iter().map(with_whose).collect(), next))
    }
}

fn page_max() -> i64 {
    i64::try_from(LIST_PAGE_MAX).expect("a small constant")
}
