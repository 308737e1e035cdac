//! Paying by a channel: an attempt is begun, stored with its order call, and only then sent. Paying again for the same
//! order at the same channel goes on with the same attempt.

use std::net::IpAddr;

use gateways::pay::{Charge, Onward, PayError, Start, Surface};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Payments;
use super::channels::speaker;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam_rules::SubjectId;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::model::payment::group::GroupLock;
use crate::model::payment::{Method, PaymentEvent, PaymentId, PaymentState};
use crate::payments::store::payments::attempts::{self, NewAttempt, StoredAttempt};
use crate::payments::store::{group_payments, payment_events, payment_orders};
use crate::rules::choosing;
use crate::rules::paying::attempt::Heard;
use crate::seats::store::orders::{self, StoredOrder};
use crate::store::StoreError;

/// A start that is good for less than this is asked for anew.
const START_LEFT_MIN: SignedDuration = SignedDuration::from_secs(30);
/// Most live orders of a candidate in one exam that are looked at.
const OPEN_MAX: i64 = 40;

/// Who pays, from where, and where answers go.
#[derive(Debug, Clone)]
pub struct Payer<'a> {
    /// Where the payer is.
    pub surface: Surface,
    /// Where the connection comes from.
    pub ip: IpAddr,
    /// What is paid for, as the payer reads it at the channel.
    pub subject: &'a str,
    /// Where the channel's notifications go; without a query.
    pub notify_url: &'a str,
    /// Where the browser comes back to.
    pub return_url: &'a str,
    /// The word of the bank that the payer chose, where a channel leads to banks.
    pub bank: Option<&'a str>,
}

impl Payer<'_> {
    /// What a channel is told only when the payer goes on.
    pub(super) fn onward(&self) -> Onward<'_> {
        Onward { return_url: self.return_url, bank: self.bank }
    }
}

/// How paying goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Going {
    /// The payer goes there, or scans that.
    Start {
        /// The attempt that is under way.
        payment: PaymentId,
        /// How the payer gets to the channel.
        start: Start,
        /// From then on the channel takes no money for it.
        expires_at: Timestamp,
    },
    /// The money has come already; the order's page says what became of it.
    Paid,
}

/// Why nobody can pay like this now. Refusals first (the payer can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum PayRefusal {
    /// The candidate has no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// Nothing is to be paid for it.
    #[error("the order is not to be paid for")]
    NotPayable(OrderState),
    /// A subject that this one needs must be paid for first.
    #[error("subject {0} must be paid for first")]
    NeedsFirst(SubjectId),
    /// The candidate's school is about to pay for it.
    #[error("the candidate's school pays for the order until {}", .0.until)]
    Locked(GroupLock),
    /// The exam, or the site, does not take money by this channel.
    #[error("money is not taken by {0} here")]
    NotOffered(Method),
    /// The channel will not take this charge: its code. Another channel may.
    #[error("the channel refused: {0}")]
    Refused(String),
    /// Nobody knows whether the channel has heard of it. Trying again goes on with the same attempt.
    #[error("the channel gave no clear answer")]
    Unclear,
    /// Another request has just ended the attempt: try again.
    #[error("the attempt was just ended")]
    JustEnded,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Payments {
    /// Pays for one's own unpaid order by a channel. Other attempts for it are closed first, so that nobody pays twice.
    pub async fn pay(
        &self,
        account: AccountId,
        order: OrderId,
        method: Method,
        payer: &Payer<'_>,
    ) -> Result<Going, PayRefusal> {
        let found = orders::get(&self.database.client().await?, order).await?;
        let found = found.filter(|found| found.account == account).ok_or(PayRefusal::UnknownOrder)?;
        self.check(&found, method, payer.bank).await?;
        let attempt = match self.fitting(&found, method, payer, account).await? {
            Fitting::Paid => return Ok(Going::Paid),
            Fitting::This(attempt) => *attempt,
            Fitting::None => self.begin_attempt(&found, method, payer).await?,
        };
        self.start(attempt, &payer.onward()).await
    }

    /// May this order be paid for by this channel, and this bank, now?
    async fn check(&self, order: &StoredOrder, method: Method, bank: Option<&str>) -> Result<(), PayRefusal> {
        let state = order.state_at(clock::now());
        if !is_payable(order, &state) {
            return Err(PayRefusal::NotPayable(state));
        }
        if let Some(lock) = group_payments::lock_of(&self.database.client().await?, order.id, clock::now()).await? {
            return Err(PayRefusal::Locked(lock));
        }
        let exam = self.exams.get(&order.exam).ok_or(PayRefusal::NotOffered(method))?;
        let channel = self.channels().get(method).filter(|_| exam.rules.payment.channels.contains(&method));
        let leads_to =
            |bank: &str| channel.is_some_and(|channel| channel.banks().iter().any(|known| known.word == bank));
        if channel.is_none() || !bank.is_none_or(leads_to) {
            return Err(PayRefusal::NotOffered(method));
        }
        if exam.rules.has_requirements() {
            let open = orders::open(&self.database.client().await?, order.account, &order.exam, OPEN_MAX).await?;
            let live: Vec<Order> = open.into_iter().map(|order| order.view(clock::now())).collect();
            let live: Vec<&Order> = live.iter().filter(|order| order.state.is_live()).collect();
            if let Some(first) = choosing::pay_first(&exam, &live, &order.clone().view(clock::now())) {
                return Err(PayRefusal::NeedsFirst(first));
            }
        }
        Ok(())
    }

    /// The attempt of this order that goes on like this, if there is one. Others are closed.
    async fn fitting(
        &self,
        order: &StoredOrder,
        method: Method,
        payer: &Payer<'_>,
        account: AccountId,
    ) -> Result<Fitting, StoreError> {
        let under_way = attempts::under_way(&self.database.client().await?, order.id).await?;
        let mut fitting = Fitting::None;
        for attempt in under_way {
            let is_it = is_same(&attempt, order, method, payer);
            if is_it && matches!(fitting, Fitting::None) {
                fitting = Fitting::This(Box::new(attempt));
                continue;
            }
            // Where a channel cannot say, the attempt stays under way, and what comes by it as well goes back.
            let told = self.asking.end(&attempt, &Actor::Candidate(account)).await?;
            if told.is_some_and(|told| told.state == PaymentState::Received) {
                return Ok(Fitting::Paid);
            }
        }
        Ok(fitting)
    }

    /// Stores an attempt with its order call. Should another request have been faster, its attempt.
    async fn begin_attempt(
        &self,
        order: &StoredOrder,
        method: Method,
        payer: &Payer<'_>,
    ) -> Result<StoredAttempt, PayRefusal> {
        let channel = self.channels().get(method).ok_or(PayRefusal::NotOffered(method))?;
        let (id, now) = (PaymentId(Uuid::now_v7()), clock::now());
        let number = id.number();
        let charge = Charge {
            number: &number,
            amount_fen: order.amount.0.unsigned_abs(),
            subject: payer.subject,
            expires_at: order.expires_at,
            payer_ip: payer.ip,
            surface: payer.surface,
            notify_url: payer.notify_url,
            return_url: payer.return_url,
        };
        let call = channel.prepare(&charge).map_err(refused)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let locked = orders::get_locked(&transaction, order.id).await?.ok_or(PayRefusal::UnknownOrder)?;
        let state = locked.state_at(now);
        if !is_payable(&locked, &state) {
            return Err(PayRefusal::NotPayable(state));
        }
        if (locked.amount, locked.expires_at) != (order.amount, order.expires_at) {
            return Err(PayRefusal::JustEnded);
        }
        // Whoever makes a list has the order's lock, too.
        if let Some(lock) = group_payments::lock_of(&transaction, order.id, now).await? {
            return Err(PayRefusal::Locked(lock));
        }
        let under_way = attempts::under_way(&transaction, order.id).await?;
        if let Some(other) = under_way.into_iter().find(|attempt| attempt.method == method) {
            // Begun by another request just now; or one that could not be closed, of which nobody knows what becomes.
            return if is_same(&other, order, method, payer) { Ok(other) } else { Err(PayRefusal::Unclear) };
        }
        let new = NewAttempt {
            id,
            method,
            amount: order.amount,
            call: &call,
            surface: word(payer.surface),
            notify_url: payer.notify_url,
            expires_at: order.expires_at,
            created_at: now,
        };
        attempts::insert(&transaction, &new).await?;
        payment_orders::insert(&transaction, id, &[(order.id, order.amount)]).await?;
        let candidate = Actor::Candidate(order.account);
        payment_events::insert(&transaction, id, now, &candidate, PaymentEvent::Created, None).await?;
        let begun = attempts::get(&transaction, id).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(begun.ok_or(StoreError::Corrupt("an attempt that was just begun"))?)
    }

    /// How the payer goes on with an attempt: as before while that is good, else the same order call is sent again.
    pub(super) async fn start(&self, attempt: StoredAttempt, onward: &Onward<'_>) -> Result<Going, PayRefusal> {
        let StoredAttempt { id, method, call: Some(call), expires_at: Some(expires_at), start, .. } = attempt else {
            return Err(StoreError::Corrupt("an attempt without its order call").into());
        };
        // Another bank is another way to the same order.
        let is_wanted = |start: &Start| is_good(start, clock::now()) && start.bank() == onward.bank;
        if let Some(start) = start.filter(is_wanted) {
            return Ok(Going::Start { payment: id, start, expires_at });
        }
        let channel = self.channels().get(method).ok_or(PayRefusal::NotOffered(method))?;
        let gateway = speaker(method);
        // Committed before anything goes out: whoever dies now leaves an attempt that is asked after.
        let told = self.asking.hearing.hear(id, &Actor::System, &Heard::Sending, None).await?;
        match told.map(|told| told.state) {
            Some(state) if state.is_under_way() => {}
            Some(PaymentState::Received) => return Ok(Going::Paid),
            _ => return Err(PayRefusal::JustEnded),
        }
        let (heard, start, refusal) = match channel.begin(&call, onward).await {
            Ok(start) => (Heard::Begun, Some(as_kept(start)), None),
            Err(PayError::Refused(code)) => (Heard::Refused(code.clone()), None, Some(PayRefusal::Refused(code))),
            Err(PayError::Unclear(_)) => (Heard::Unclear, None, Some(PayRefusal::Unclear)),
        };
        let told = self.asking.hearing.hear(id, &gateway, &heard, start.as_ref()).await?;
        match (told.map(|told| told.state), start, refusal) {
            (Some(PaymentState::Received), ..) => Ok(Going::Paid),
            // A refusal of a repeated call says nothing of the first one: the channel is asked.
            (Some(state), _, Some(PayRefusal::Refused(_))) if state.is_under_way() => Err(PayRefusal::Unclear),
            (_, _, Some(refusal)) => Err(refusal),
            (Some(state), Some(start), None) if state.is_under_way() => {
                Ok(Going::Start { payment: id, start, expires_at })
            }
            _ => Err(PayRefusal::JustEnded),
        }
    }
}

/// What of an order's attempts a new one begins from.
enum Fitting {
    /// This one goes on.
    This(Box<StoredAttempt>),
    /// There is none.
    None,
    /// One of them turned out to be paid.
    Paid,
}

/// Would a new attempt be this one?
fn is_same(attempt: &StoredAttempt, order: &StoredOrder, method: Method, payer: &Payer<'_>) -> bool {
    attempt.method == method
        && attempt.amount == order.amount
        // A bank's page is the same everywhere, and an order at its platform cannot be closed.
        && (method == Method::Bank || attempt.surface.as_deref() == Some(word(payer.surface)))
        && attempt.expires_at == Some(order.expires_at)
}

/// Can a channel take money for it?
pub(super) fn is_payable(order: &StoredOrder, state: &OrderState) -> bool {
    let is_open = matches!(state, OrderState::Unpaid) && clock::now() < order.expires_at;
    is_open && order.amount > Fen(0)
}

/// As it is read back: to the microsecond.
fn as_kept(start: Start) -> Start {
    let kept = |until: Option<Timestamp>| until.and_then(|at| Timestamp::from_microsecond(at.as_microsecond()).ok());
    match start {
        Start::Go { url, until } => Start::Go { url, until: kept(until) },
        Start::Scan { code, until } => Start::Scan { code, until: kept(until) },
        Start::Send(form) => Start::Send(form),
    }
}

fn is_good(start: &Start, now: Timestamp) -> bool {
    start.until().is_none_or(|until| until >= now + START_LEFT_MIN)
}

pub(super) fn refused(error: PayError) -> PayRefusal {
    match error {
        PayError::Refused(code) => PayRefusal::Refused(code),
        PayError::Unclear(_) => PayRefusal::Unclear,
    }
}

pub(super) fn word(surface: Surface) -> &'static str {
    match surface {
        Surface::Phone => "phone",
        Surface::Desk => "desk",
    }
}
