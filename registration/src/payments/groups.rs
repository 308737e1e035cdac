//! A school pays for many candidates at once (集体缴费): staff make a list of orders, which is checked line by line; while it
//! is open nobody pays for them, or changes them, otherwise. The money comes by a channel, or as a transfer that staff write
//! down; then each order is settled by itself, so that a seat that has gone meanwhile stops none of the others.

mod choosing;
mod lines;
mod listed;
mod looking;
mod pay;

use jiff::SignedDuration;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::{ORDERS_MAX, PayRefusal, Payments};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand, demand_somewhere};
use crate::desk::staff::StaffMember;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam_rules::OrganisationCode;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::organisation::ancestry;
use crate::model::payment::group::{GroupId, GroupLine, GroupPage, GroupPayment, GroupState, LineState};
use crate::payments::ask::Ended;
use crate::payments::store::group_payments::NewGroup;
use crate::payments::store::payments as rows;
use crate::payments::store::payments::attempts;
use crate::payments::store::{group_payment_orders, group_payments};
use crate::seats::store::orders;
use crate::store::StoreError;

pub use choosing::{Choice, ReadList};
pub use listed::{BadLine, LIST_BYTES_MAX, LineFault, ListError};

/// The longest time for which a list keeps orders from their candidates.
pub const LOCK_MAX: SignedDuration = SignedDuration::from_hours(72);
/// Longest title, and longest reference of a transfer, in characters.
const TEXT_CHARS_MAX: usize = 100;
/// Most lists that are shown.
const LISTED_MAX: i64 = 200;

/// Why nothing was done with a school's payment. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such payment of a school.
    #[error("there is no such group payment")]
    Unknown,
    /// There is no such exam.
    #[error("exam {0} does not exist")]
    UnknownExam(ExamId),
    /// None, too many, or the same order twice.
    #[error("a group payment is for 1 to {ORDERS_MAX} different orders")]
    Orders,
    /// It has no title, or too long a one; or a transfer has no such reference.
    #[error("a title, and a reference, has 1 to {TEXT_CHARS_MAX} characters")]
    Text,
    /// It would last no time, or too long.
    #[error("orders are locked for at most {} hours", LOCK_MAX.as_hours())]
    Lasts,
    /// Some orders cannot be paid for: all lines, as they stand now.
    #[error("some orders cannot be paid for")]
    Lines(Vec<GroupLine>),
    /// It is paid, released or over.
    #[error("the group payment is not open any more")]
    NotOpen(GroupState),
    /// The transfer is not what the list costs.
    #[error("the list costs {0}")]
    Amount(Fen),
    /// Another payment has this reference.
    #[error("another payment has this reference")]
    ReferenceTaken,
    /// A channel cannot say yet what becomes of an attempt to pay for it: try again in a moment.
    #[error("a payment of the list is under way")]
    UnderWay,
    /// It cannot be paid for by this channel now.
    #[error(transparent)]
    Pay(#[from] PayRefusal),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A list that staff begin.
#[derive(Debug, Clone)]
pub struct NewList<'a> {
    /// The exam of all its orders.
    pub exam: &'a ExamId,
    /// Whose candidates they must be: a campus, a school or a province of the exam.
    pub organisation: Option<&'a OrganisationCode>,
    /// What staff call it.
    pub title: &'a str,
    /// The orders, by the numbers that candidates read on their pages.
    pub orders: &'a [OrderId],
    /// So long they are locked at most; never longer than [`LOCK_MAX`].
    pub lasts: SignedDuration,
}

impl Payments {
    /// How orders stand that a school would pay for, in their order. Nothing is changed, and nothing locked.
    pub async fn group_lines(&self, member: &StaffMember, list: &NewList<'_>) -> Result<Vec<GroupLine>, GroupError> {
        self.demand_group(member, (list.exam, list.organisation))?;
        check_orders(list.orders)?;
        self.lines(list.exam, list.organisation, list.orders, None).await
    }

    /// Makes a list and locks its orders: until it is paid, released or over, their candidates neither pay for them nor drop
    /// or change them. What candidates had begun to pay is closed first. Should one of them not be ready, nothing is locked,
    /// and every line is told.
    pub async fn begin_group(&self, member: &StaffMember, list: &NewList<'_>) -> Result<GroupPayment, GroupError> {
        self.demand_group(member, (list.exam, list.organisation))?;
        check_orders(list.orders)?;
        let title = text(list.title)?;
        if list.lasts <= SignedDuration::ZERO || list.lasts > LOCK_MAX {
            return Err(GroupError::Lasts);
        }
        for order in list.orders {
            self.end_own(*order, &Actor::Staff(member.id)).await?;
        }
        let lines = self.ready(list.exam, list.organisation, list.orders, None).await?;
        let id = GroupId(Uuid::now_v7());
        if !self.write_group(member, list, (id, title), &lines).await? {
            // Something moved meanwhile, and the lines say what.
            let lines = self.lines(list.exam, list.organisation, list.orders, None).await?;
            return Err(GroupError::Lines(lines));
        }
        metrics::counter!("registration_groups_begun_total").increment(1);
        let begun = group_payments::get(&self.database.client().await?, id, clock::now()).await?;
        Ok(begun.ok_or(StoreError::Corrupt("a list that was just made"))?)
    }

    /// A school's payment with its lines as they stand now, so that what has gone wrong shows before anybody pays.
    pub async fn group(&self, member: &StaffMember, id: GroupId) -> Result<GroupPage, GroupError> {
        let group = self.find_group(member, id).await?;
        let numbers = numbers(&group);
        let lines = self.lines(&group.exam, group.organisation.as_ref(), &numbers, Some(&group)).await?;
        let payments = rows::of_group(&self.database.client().await?, id).await?;
        Ok(GroupPage { group, lines, payments })
    }

    /// The payments of schools in an exam, or in all, the newest first, at most 200.
    pub async fn groups(&self, member: &StaffMember, exam: Option<&ExamId>) -> Result<Vec<GroupPayment>, GroupError> {
        demand_somewhere(member, Right::PayForGroups)?;
        let (client, within) = (self.database.client().await?, member.reach.candidates());
        Ok(group_payments::list(&client, (exam, &within), clock::now(), LISTED_MAX).await?)
    }

    /// Takes those orders off an open list that cannot be paid for, so that the others can. Attempts to pay for the whole
    /// list are ended first.
    pub async fn leave_out(&self, member: &StaffMember, id: GroupId) -> Result<GroupPage, GroupError> {
        let group = self.open_group(member, id).await?;
        self.end_attempts(member, id).await?;
        let numbers = numbers(&group);
        let lines = self.lines(&group.exam, group.organisation.as_ref(), &numbers, Some(&group)).await?;
        let is_ready = |line: &&GroupLine| matches!(line.state, LineState::Ready { .. });
        let gone: Vec<OrderId> = lines.iter().filter(|line| !is_ready(line)).map(|line| line.order).collect();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let locked = group_payments::lock(&transaction, id, clock::now()).await?.ok_or(GroupError::Unknown)?;
        if locked.state != GroupState::Open {
            return Err(GroupError::NotOpen(locked.state));
        }
        if !attempts::under_way_of_group(&transaction, id).await?.is_empty() {
            return Err(GroupError::UnderWay);
        }
        group_payment_orders::remove(&transaction, id, &gone).await?;
        let subject = id.0.simple().to_string();
        Entry::by_staff(member.id, AuditAction::GroupLeftOut, &subject).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        self.group(member, id).await
    }

    /// Lets the orders of a list go before its time, where nobody has paid for it. Again: the same answer.
    pub async fn release_group(&self, member: &StaffMember, id: GroupId) -> Result<GroupPayment, GroupError> {
        self.find_group(member, id).await?;
        self.end_attempts(member, id).await?;
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let locked = group_payments::lock(&transaction, id, now).await?.ok_or(GroupError::Unknown)?;
        if matches!(locked.state, GroupState::Paid(_)) {
            return Err(GroupError::NotOpen(locked.state));
        }
        if !attempts::under_way_of_group(&transaction, id).await?.is_empty() {
            return Err(GroupError::UnderWay);
        }
        if group_payments::release(&transaction, id, now).await? {
            let subject = id.0.simple().to_string();
            Entry::by_staff(member.id, AuditAction::GroupReleased, &subject).write(&transaction).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        let released = group_payments::get(&client, id, now).await?;
        Ok(released.ok_or(StoreError::Corrupt("a list that was just released"))?)
    }

    /// Writes the list under the locks of its orders. False: one of them is not what its line says.
    async fn write_group(
        &self,
        member: &StaffMember,
        list: &NewList<'_>,
        (id, title): (GroupId, &str),
        lines: &[(OrderId, Fen)],
    ) -> Result<bool, StoreError> {
        let now = clock::now();
        let mut lines = lines.to_vec();
        // Always in the same order, so that two lists cannot wait for each other.
        lines.sort_by_key(|(order, _)| *order);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        for (order, amount) in &lines {
            let locked = orders::get_locked(&transaction, *order).await?;
            let is_payable = |found: &orders::StoredOrder| {
                super::pay::is_payable(found, &found.state_at(now)) && found.amount == *amount
            };
            let is_ready = locked.is_some_and(|found| is_payable(&found))
                && group_payments::lock_of(&transaction, *order, now).await?.is_none()
                && attempts::under_way(&transaction, *order).await?.is_empty();
            if !is_ready {
                return Ok(false);
            }
        }
        let NewList { exam, organisation, lasts, .. } = *list;
        let (begun_by, created_at, locked_until) = (member.id, now, now + lasts);
        let new = NewGroup { id, exam, organisation, title, begun_by, created_at, locked_until };
        group_payments::insert(&transaction, &new).await?;
        group_payment_orders::insert(&transaction, id, &lines).await?;
        let subject = id.0.simple().to_string();
        Entry::by_staff(member.id, AuditAction::GroupBegun, &subject).write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends what a candidate has begun to pay by a channel, as far as the channel does.
    async fn end_own(&self, order: OrderId, actor: &Actor) -> Result<(), GroupError> {
        let lock = group_payments::lock_of(&self.database.client().await?, order, clock::now()).await?;
        // On another list: what is under way is that one's.
        if lock.is_none() {
            self.asking.end_all(order, actor).await?;
        }
        Ok(())
    }

    /// Ends the attempts to pay for a whole list.
    async fn end_attempts(&self, member: &StaffMember, id: GroupId) -> Result<(), GroupError> {
        let under_way = attempts::under_way_of_group(&self.database.client().await?, id).await?;
        match self.asking.end_these(under_way, &Actor::Staff(member.id)).await? {
            Ended::All => Ok(()),
            Ended::NotYet => Err(GroupError::UnderWay),
            Ended::Paid => {
                let now = group_payments::get(&self.database.client().await?, id, clock::now()).await?;
                Err(GroupError::NotOpen(now.ok_or(GroupError::Unknown)?.state))
            }
        }
    }

    /// Refuses whoever may not pay for candidates of this organisation of the exam, or, without one, for all of them.
    fn demand_group(
        &self,
        member: &StaffMember,
        (exam, organisation): (&ExamId, Option<&OrganisationCode>),
    ) -> Result<(), Forbidden> {
        let page = self.exams.get(exam).zip(organisation);
        let line = page.map(|(page, code)| {
            ancestry(&page.organisations, code).into_iter().map(|one| one.code.clone()).collect::<Vec<_>>()
        });
        let scope = line.as_deref().map_or(Scope::Exam(exam), |line| Scope::School(exam, line));
        demand(member, Right::PayForGroups, scope)
    }

    async fn find_group(&self, member: &StaffMember, id: GroupId) -> Result<GroupPayment, GroupError> {
        let found = group_payments::get(&self.database.client().await?, id, clock::now()).await?;
        let found = found.ok_or(GroupError::Unknown)?;
        self.demand_group(member, (&found.exam, found.organisation.as_ref()))?;
        Ok(found)
    }

    async fn open_group(&self, member: &StaffMember, id: GroupId) -> Result<GroupPayment, GroupError> {
        let found = self.find_group(member, id).await?;
        match found.state {
            GroupState::Open => Ok(found),
            state => Err(GroupError::NotOpen(state)),
        }
    }
}

fn numbers(group: &GroupPayment) -> Vec<OrderId> {
    group.orders.iter().map(|(order, _)| *order).collect()
}

fn check_orders(orders: &[OrderId]) -> Result<(), GroupError> {
    let mut sorted = orders.to_vec();
    sorted.sort_unstable();
    let is_right = (1..=ORDERS_MAX).contains(&orders.len()) && sorted.windows(2).all(|pair| pair[0] != pair[1]);
    if is_right { Ok(()) } else { Err(GroupError::Orders) }
}

/// A title or a reference, without blanks around it.
fn text(given: &str) -> Result<&str, GroupError> {
    let trimmed = given.trim();
    let is_right =
        !trimmed.is_empty() && trimmed.chars().count() <= TEXT_CHARS_MAX && !trimmed.chars().any(char::is_control);
    if is_right { Ok(trimmed) } else { Err(GroupError::Text) }
}
