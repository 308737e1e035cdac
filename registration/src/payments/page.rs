//! What pages show of the money of one order, and what staff have to look at.

use gateways::pay::{Bank, Start, Surface};
use jiff::Timestamp;

use super::Payments;
use super::pay::is_payable;
use crate::model::actor::Within;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::payment::group::GroupLock;
use crate::model::payment::refund::Refund;
use crate::model::payment::{Method, Payment, PaymentId, PaymentState};
use crate::payments::store::group_payments;
use crate::payments::store::payments as rows;
use crate::payments::store::payments::attempts;
use crate::payments::store::refunds;
use crate::seats::store::orders;
use crate::store::StoreError;

/// Most lines of a list for staff.
const STUCK_MAX: i64 = 200;

/// An attempt that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The number of the payment.
    pub payment: PaymentId,
    /// By which channel.
    pub method: Method,
    /// [`PaymentState::Created`], [`PaymentState::Pending`] or [`PaymentState::Unknown`].
    pub state: PaymentState,
    /// How the payer goes on, as it was told last: a code can be shown again.
    pub start: Option<Start>,
    /// From then on the channel takes no money for it.
    pub expires_at: Option<Timestamp>,
    /// When the channel said something of it last.
    pub heard_at: Option<Timestamp>,
}

impl From<attempts::StoredAttempt> for Attempt {
    fn from(attempt: attempts::StoredAttempt) -> Self {
        Self {
            payment: attempt.id,
            method: attempt.method,
            state: attempt.state,
            start: attempt.start,
            expires_at: attempt.expires_at,
            heard_at: attempt.heard_at,
        }
    }
}

/// The money of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentPage {
    /// What is to be paid.
    pub amount: Fen,
    /// By what one can pay now, in the exam's order; nothing when nothing is to be paid.
    pub channels: Vec<Method>,
    /// The banks that one can choose before, where a channel leads to banks.
    pub banks: Vec<Bank>,
    /// What is under way.
    pub attempts: Vec<Attempt>,
    /// What has come, the oldest first.
    pub received: Vec<Payment>,
    /// What goes back, or did.
    pub refunds: Vec<Refund>,
    /// The candidate's school is about to pay for it: until that ends nobody else does.
    pub lock: Option<GroupLock>,
    /// Which of the payments are a school's, for many orders at once, and what of each is this order's.
    pub by_school: Vec<(PaymentId, Fen)>,
}

impl PaymentPage {
    /// Has money come whose seats are not settled yet, or is somebody still to say whether it has?
    pub fn is_settling(&self) -> bool {
        let is_sent = |attempt: &Attempt| attempt.state != PaymentState::Created;
        self.attempts.iter().any(is_sent)
    }

    /// What of a school's payment is this order's; nothing of any other payment.
    pub fn school_part(&self, payment: PaymentId) -> Option<Fen> {
        self.by_school.iter().find(|(known, _)| *known == payment).map(|(_, part)| *part)
    }
}

/// Does somebody look at the page, so that channels are worth asking at once?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looking {
    /// A person does; channels are asked, seldom enough.
    Person,
    /// Nobody: only what is known.
    Nobody,
}

/// Something of money that people must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stuck {
    /// For a week no channel could say what became of it.
    Payment {
        /// The attempt that nobody knows the outcome of.
        payment: PaymentId,
        /// Since when nobody knows.
        since: Timestamp,
    },
    /// A refund that waits for a second person, lacks money, that the channel cannot pay, or that came to nothing.
    Refund(Box<Refund>),
}

impl Payments {
    /// By what one's own order can be paid for at this place, and how much. `None`: it is not theirs, or nothing is to
    /// be paid.
    pub async fn offer(
        &self,
        account: AccountId,
        order: OrderId,
        surface: Surface,
    ) -> Result<Option<(Fen, Vec<Method>)>, StoreError> {
        // Every channel has something for both today.
        let _ = surface;
        let page = self.page(account, order, Looking::Nobody).await?;
        Ok(page.filter(|page| !page.channels.is_empty()).map(|page| (page.amount, page.channels)))
    }

    /// The money of one's own order. `None`: it is not theirs.
    pub async fn page(
        &self,
        account: AccountId,
        order: OrderId,
        looking: Looking,
    ) -> Result<Option<PaymentPage>, StoreError> {
        let found = orders::get(&self.database.client().await?, order).await?;
        let Some(found) = found.filter(|found| found.account == account) else { return Ok(None) };
        if looking == Looking::Person {
            self.asking.ask_on_look(order).await?;
        }
        let client = self.database.client().await?;
        let under_way = attempts::under_way(&client, order).await?;
        let received = rows::of_order(&client, order).await?;
        let refunds = refunds::of_order(&client, order).await?;
        let lock = group_payments::lock_of(&client, order, clock::now()).await?;
        let by_school = rows::of_schools(&client, order).await?;
        drop(client);
        let is_offered = lock.is_none() && is_payable(&found, &found.state_at(clock::now()));
        let exam = self.exams.get(&found.exam).filter(|_| is_offered);
        let has = |method: &Method| *method == Method::Screenshot || self.channels().get(*method).is_some();
        let channels: Option<Vec<Method>> =
            exam.map(|exam| exam.rules.payment.channels.iter().copied().filter(has).collect());
        let offered = channels.iter().flatten().filter_map(|method| self.channels().get(*method));
        let banks = offered.flat_map(gateways::Channel::banks).copied().collect();
        Ok(Some(PaymentPage {
            amount: found.amount,
            channels: channels.unwrap_or_default(),
            banks,
            // Where a school's staff pay is nothing to the candidate.
            attempts: under_way.into_iter().filter(|one| one.group.is_none()).map(Attempt::from).collect(),
            received: received.into_iter().filter(|payment| payment.state == PaymentState::Received).collect(),
            refunds: refunds.into_iter().map(|stored| stored.refund).collect(),
            lock,
            by_school,
        }))
    }

    /// What of money people must look at, the longest waiting first, at most 200 of each kind.
    pub async fn stuck(&self) -> Result<Vec<Stuck>, StoreError> {
        self.stuck_within(&Within::default()).await
    }

    /// The same of what is within reach.
    pub(crate) async fn stuck_within(&self, within: &Within) -> Result<Vec<Stuck>, StoreError> {
        let client = self.database.client().await?;
        let payments = attempts::stuck(&client, within, STUCK_MAX).await?;
        let refunds = refunds::stuck(&client, within, STUCK_MAX).await?;
        let payments = payments.into_iter().map(|(payment, since)| Stuck::Payment { payment, since });
        let refunds = refunds.into_iter().map(|stored| Stuck::Refund(Box::new(stored.refund)));
        Ok(payments.chain(refunds).collect())
    }

    /// Asks the channel after a payment because staff want to know, whatever its state. Where it stands then.
    pub async fn ask(&self, payment: PaymentId) -> Result<Option<Payment>, StoreError> {
        self.asking.ask(payment).await?;
        rows::get(&self.database.client().await?, payment).await
    }
}
