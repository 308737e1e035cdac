//! The finance desk: payments found and looked at, refunds, what is stuck, the books, and what reconciliation found. Every look
//! and every act is in the audit.

mod bills;
mod by_hand;
mod export;
mod operator;

use std::fmt;

use jiff::civil::Date;

use crate::desk::audit::{self, AuditAction, AuditEntry, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand, demand_somewhere};
use crate::desk::reason::{NoReason, reason};
use crate::desk::staff::StaffMember;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::listed::{Bookmark, Listed, Wanted, Whole};
use crate::model::payment::refund::RefundId;
use crate::model::payment::{Method, Payment, PaymentId};
use crate::payments::reconciliation::{BillDay, Finding, FindingId, Ours, ReconcileError, Reconciliation};
use crate::payments::store::findings;
use crate::payments::store::payments::listed;
use crate::payments::store::{journal_lines, payment_events, refunds};
use crate::payments::{Books, Payments, RefundError, Stuck};
use crate::store::{Database, StoreError};

pub use bills::{BILL_BYTES_MAX, Fingerprint};
pub use export::{Days, EXPORT_DAYS_MAX, EXPORT_PAGE_MAX, LineBookmark};
pub use operator::WAITING_FOR_TWO_MAX;

/// Payments of one page.
pub const PAGE: usize = 50;
/// Most orders, events and lines of the journal of one payment that are read.
const PARTS_MAX: i64 = 500;
const EVENTS_MAX: i64 = 200;
/// What looks are about that are at no payment.
const ALL: &str = "money";

/// Why finance was shown nothing, or did nothing. Refusals first, faults last.
#[derive(Debug, thiserror::Error)]
pub enum FinanceError {
    /// Not theirs to do.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such payment, refund, day or finding.
    #[error("there is no such thing")]
    Unknown,
    /// Without a reason nobody knows later why.
    #[error(transparent)]
    Reason(#[from] NoReason),
    /// The refund was refused.
    #[error(transparent)]
    Refund(RefundError),
    /// The day was not reconciled.
    #[error(transparent)]
    Reconcile(ReconcileError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RefundError> for FinanceError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Unknown => Self::Unknown,
            RefundError::Store(error) => Self::Store(error),
            other => Self::Refund(other),
        }
    }
}

impl From<ReconcileError> for FinanceError {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::Store(error) => Self::Store(error),
            other => Self::Reconcile(other),
        }
    }
}

/// Everything of a channel's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// The day and its bill.
    pub day: BillDay,
    /// What we have ourselves.
    pub ours: Ours,
    /// What differs between the bill and the books.
    pub findings: Vec<Finding>,
    /// What was done with it.
    pub history: Vec<AuditEntry>,
}

/// The finance desk. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Finance {
    pub(crate) database: Database,
    pub(crate) payments: Payments,
    pub(crate) reconciliation: Reconciliation,
}

impl Finance {
    /// Payments that are wanted, the newest first, at most [`PAGE`] after `after`.
    pub async fn list(
        &self,
        member: &StaffMember,
        wanted: &Wanted,
        after: Option<Bookmark>,
    ) -> Result<Vec<Listed>, FinanceError> {
        demand_somewhere(member, Right::SeeMoney)?;
        let client = self.database.client().await?;
        let limit = i64::try_from(PAGE).expect("a small constant");
        let found = listed::list(&client, (wanted, &member.reach.candidates()), day_of(wanted), after, limit).await?;
        let detail = Described(wanted).to_string();
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtPayments, ALL);
        entry.detail(Some(detail.as_str()).filter(|text| !text.is_empty())).write(&client).await?;
        Ok(found)
    }

    /// Everything about one payment, and what was done with it.
    pub async fn payment(&self, member: &StaffMember, id: PaymentId) -> Result<(Whole, Vec<AuditEntry>), FinanceError> {
        self.demand_at(member, Right::SeeMoney, id).await?;
        let client = self.database.client().await?;
        let (listed, [expires_at, ask_at, heard_at]) = listed::get(&client, id).await?.ok_or(FinanceError::Unknown)?;
        let whole = Whole {
            listed,
            expires_at,
            asked: (ask_at, heard_at),
            parts: listed::parts(&client, id, PARTS_MAX).await?,
            events: payment_events::of_payment(&client, id, EVENTS_MAX).await?,
            refunds: refunds::of_payment(&client, id).await?.into_iter().map(|stored| stored.refund).collect(),
            lines: journal_lines::of_payment(&client, id, PARTS_MAX).await?,
        };
        let subject = subject_of(id);
        let history = audit::looking::history(&client, &subject).await?;
        Entry::by_staff(member.id, AuditAction::LookedAtPayment, &subject).write(&client).await?;
        Ok((whole, history))
    }

    /// Gives money back. Above `limit` somebody else must agree.
    pub async fn refund(
        &self,
        member: &StaffMember,
        (payment, order): (PaymentId, OrderId),
        amount: Fen,
        (why, limit): (&str, Fen),
    ) -> Result<RefundId, FinanceError> {
        self.demand_at(member, Right::MoveMoney, payment).await?;
        let why = reason(why)?;
        let id = self.payments.refund(member.id, (payment, order), amount, (why, limit)).await?;
        self.did(member, AuditAction::WantedRefund, payment, Some(&format!("{amount} {why}"))).await?;
        Ok(id)
    }

    /// A second member of staff agrees to a refund, or anybody of them withdraws it. The payment that it is of.
    pub async fn decide_refund(
        &self,
        member: &StaffMember,
        id: RefundId,
        is_agreed: bool,
    ) -> Result<PaymentId, FinanceError> {
        let payment = self.payment_of(id).await?;
        self.demand_at(member, Right::MoveMoney, payment).await?;
        self.payments.agree_to_refund(member.id, id, is_agreed).await?;
        let action = if is_agreed { AuditAction::AgreedToRefund } else { AuditAction::WithdrewRefund };
        self.did(member, action, payment, None).await?;
        Ok(payment)
    }

    /// Sends a refund again that lacked money at the channel, or that somebody has seen to. The payment that it is of.
    pub async fn refund_again(&self, member: &StaffMember, id: RefundId) -> Result<PaymentId, FinanceError> {
        let payment = self.payment_of(id).await?;
        self.demand_at(member, Right::MoveMoney, payment).await?;
        self.payments.refund_again(id).await?;
        self.did(member, AuditAction::SentRefundAgain, payment, None).await?;
        Ok(payment)
    }

    /// Asks the channel after a payment now, whatever its state, and compares again what was found about it.
    pub async fn ask(&self, member: &StaffMember, id: PaymentId) -> Result<Payment, FinanceError> {
        self.demand_at(member, Right::MoveMoney, id).await?;
        self.did(member, AuditAction::AskedChannel, id, None).await?;
        let payment = self.payments.ask(id).await?.ok_or(FinanceError::Unknown)?;
        for (channel, day) in findings::days_about(&self.database.client().await?, id).await? {
            self.reconciliation.compare(channel, day).await?;
        }
        Ok(payment)
    }

    /// What people must see to.
    pub async fn stuck(&self, member: &StaffMember) -> Result<Vec<Stuck>, FinanceError> {
        demand_somewhere(member, Right::SeeMoney)?;
        let stuck = self.payments.stuck_within(&member.reach.candidates()).await?;
        self.looked(member, AuditAction::LookedAtOpenMoney, ALL).await?;
        Ok(stuck)
    }

    /// The books: what each account has, and what does not agree.
    pub async fn books(&self, member: &StaffMember) -> Result<Books, FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        let books = self.payments.books().await?;
        self.looked(member, AuditAction::LookedAtBooks, ALL).await?;
        Ok(books)
    }

    /// Days with their bills, the newest first.
    pub async fn days(&self, member: &StaffMember, before: Option<Date>) -> Result<Vec<BillDay>, FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        Ok(self.reconciliation.days(before).await?)
    }

    /// A channel's day with what was found, after `after`.
    pub async fn day(
        &self,
        member: &StaffMember,
        (channel, day): (Method, Date),
        after: Option<FindingId>,
    ) -> Result<Reconciled, FinanceError> {
        demand(member, Right::SeeMoney, Scope::Everything)?;
        let found = self.reconciliation.day(channel, day).await?.ok_or(FinanceError::Unknown)?;
        let ours = self.reconciliation.ours(channel, day).await?;
        let findings = self.reconciliation.findings(channel, day, after).await?;
        let subject = subject_of_day(channel, day);
        let history = audit::looking::history(&self.database.client().await?, &subject).await?;
        self.looked(member, AuditAction::LookedAtOpenMoney, &subject).await?;
        Ok(Reconciled { day: found, ours, findings, history })
    }

    /// Fetches the bill of a day now, and compares it.
    pub async fn fetch(&self, member: &StaffMember, channel: Method, day: Date) -> Result<BillDay, FinanceError> {
        demand(member, Right::MoveMoney, Scope::Everything)?;
        self.looked(member, AuditAction::FetchedBill, &subject_of_day(channel, day)).await?;
        Ok(self.reconciliation.fetch(channel, day).await?)
    }

    /// A finding was seen to; `note` is what was done.
    pub async fn close_finding(
        &self,
        member: &StaffMember,
        id: FindingId,
        note: &str,
    ) -> Result<Finding, FinanceError> {
        demand(member, Right::MoveMoney, Scope::Everything)?;
        let note = reason(note)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let closed = self.reconciliation.close(&transaction, member.id, id, note).await?;
        let closed = closed.ok_or(FinanceError::Unknown)?;
        let (subject, detail) = (subject_of_day(closed.channel, closed.day), format!("{}: {note}", closed.subject));
        let entry = Entry::by_staff(member.id, AuditAction::ClosedFinding, &subject);
        entry.detail(detail.as_str()).write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(closed)
    }

    /// How much of money people must see to: what is stuck, findings, and bills that do not come. Nothing for whoever may not
    /// see it.
    pub async fn open(&self, member: &StaffMember) -> Result<u64, StoreError> {
        if demand_somewhere(member, Right::SeeMoney).is_err() {
            return Ok(0);
        }
        let stuck = self.payments.stuck_within(&member.reach.candidates()).await?.len() as u64;
        // What channels say is of all exams together.
        let of_all = demand(member, Right::SeeMoney, Scope::Everything).is_ok();
        Ok(stuck + if of_all { self.reconciliation.open().await? } else { 0 })
    }

    /// Refuses whoever may not do this with a payment: it is for orders within their reach, and for no other.
    async fn demand_at(&self, member: &StaffMember, right: Right, id: PaymentId) -> Result<(), FinanceError> {
        demand_somewhere(member, right)?;
        let is_theirs = member.reach.is_everything()
            || listed::is_within(&self.database.client().await?, id, &member.reach.candidates()).await?;
        if is_theirs { Ok(()) } else { Err(Forbidden.into()) }
    }

    /// The payment that a refund is of.
    pub async fn payment_of(&self, id: RefundId) -> Result<PaymentId, FinanceError> {
        let found = refunds::get(&self.database.client().await?, id).await?;
        Ok(found.ok_or(FinanceError::Unknown)?.refund.payment)
    }

    async fn looked(&self, member: &StaffMember, action: AuditAction, subject: &str) -> Result<(), StoreError> {
        Entry::by_staff(member.id, action, subject).write(&self.database.client().await?).await
    }

    async fn did(
        &self,
        member: &StaffMember,
        action: AuditAction,
        payment: PaymentId,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        let subject = subject_of(payment);
        let entry = Entry::by_staff(member.id, action, &subject).detail(detail);
        entry.write(&self.database.client().await?).await
    }
}

/// What the audit calls a payment.
fn subject_of(payment: PaymentId) -> String {
    format!("payment.{}", payment.number())
}

/// What the audit calls a channel's day.
fn subject_of_day(channel: Method, day: Date) -> String {
    format!("bill.{channel}.{day}")
}

/// From when until when the wanted day is.
fn day_of(wanted: &Wanted) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    wanted.day.map(crate::payments::reconciliation::bounds)
}

/// Which payments were looked for, for the audit.
struct Described<'a>(&'a Wanted);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::model::payment::listed::Sought;
        let Wanted { sought, method, state, exam, day } = self.0;
        let sought = sought.as_ref().map(|sought| match sought {
            Sought::Order(order) => order.to_string(),
            Sought::Ours(id) => id.number(),
            Sought::Reference(text) => text.chars().take(64).collect(),
        });
        let method = method.map(|method| method.to_string());
        let state = state.map(|state| state.to_string());
        let (exam, day) = (exam.as_ref().map(ToString::to_string), day.map(|day| day.to_string()));
        let parts: Vec<String> = [sought, method, state, exam, day].into_iter().flatten().collect();
        f.write_str(&parts.join(" "))
    }
}
