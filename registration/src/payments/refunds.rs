//! Refunds: begun under the lock of what they are of, sent under the number of their row, asked after until they are over.

mod agreed;
mod by_hand;

use deadpool_postgres::Transaction;
use futures_util::stream::{self, StreamExt};
use gateways::pay::{PayError, RefundOrder, RefundStatus};
use jiff::{SignedDuration, Timestamp};

use super::{Payments, moves};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::order::OrderId;
use crate::model::payment::journal::{Entry, EntryKind};
use crate::model::payment::refund::{Refund, RefundId, RefundReason, RefundState};
use crate::model::payment::{Method, PaymentId};
use crate::payments::store::journal::{self, Cause};
use crate::payments::store::payments::attempts;
use crate::payments::store::refunds::{self, Moved, NewRefund, StoredRefund};
use crate::payments::store::settlements::{self, Settled, Settlement};
use crate::rules::paying::refund::{self, ByStaff, Heard, Said, Step, needs_people};
use crate::rules::paying::schedule::{self, Next};
use crate::seats::store::orders;
use crate::store::StoreError;

pub use by_hand::HandedBack;

/// Most refunds that are sent or asked after in one round, and how many at once.
const BATCH: i64 = 200;
const AT_ONCE: usize = 8;
/// So long nobody else works on a refund that one process has taken.
const TAKEN: SignedDuration = SignedDuration::from_secs(30);
/// What our account at the channel lacks is hardly there in a moment.
const SHORT_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// Longest reference of a transfer, in characters.
pub const REFERENCE_CHARS_MAX: usize = 100;
/// What the payer reads at the channel.
const TOLD: &str = "报名费退款";

/// Why no refund was begun, or agreed to. Refusals first (staff can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// No such payment, refund or part of it, or none whose money has come.
    #[error("there is no such payment whose money has come")]
    Unknown,
    /// Nothing, or more than is left of it.
    #[error("at most {0} can go back")]
    Amount(Fen),
    /// It has bought no seat yet, so that all of it goes back or nothing.
    #[error("money that has bought no seat goes back whole: {0}")]
    Whole(Fen),
    /// The order's seats are just being settled: it is clear in a moment whether this money has bought them.
    #[error("the order is just being settled: try again in a moment")]
    Settling,
    /// There is one for this reason.
    #[error("this was refunded for the same reason already")]
    Twice,
    /// It needs somebody else of the staff.
    #[error("somebody else of the staff must agree")]
    SamePerson,
    /// The two have made or renewed each other's accounts: they could be one person.
    #[error("one of the two has made or renewed the other's account: a third must agree")]
    Tied,
    /// Nobody agreed in time.
    #[error("nobody agreed to the refund in time")]
    Expired,
    /// Only the channel by which the money came gives it back, as long as it has not said that it cannot.
    #[error("only the channel gives this money back")]
    ByChannel,
    /// A transfer has a reference of 1 to 100 characters.
    #[error("a transfer has a reference of 1 to {REFERENCE_CHARS_MAX} characters")]
    Reference,
    /// It has moved on.
    #[error("the refund is {0} by now")]
    Moved(RefundState),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What goes back, and why.
pub(crate) struct Wanted<'a> {
    pub(crate) amount: Fen,
    pub(crate) reason: RefundReason,
    pub(crate) state: RefundState,
    pub(crate) by: &'a Actor,
    pub(crate) note: Option<&'a str>,
}

/// Begins a refund of a payment's part for one order, in the caller's transaction, which holds the order. `None`: there
/// is one for this reason, or more would go back than came.
pub(crate) async fn begin(
    transaction: &Transaction<'_>,
    of: &Settlement,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Option<RefundId>, StoreError> {
    // The payment is locked, so that of two refunds the second sees the first.
    attempts::lock(transaction, of.payment).await?;
    let left = of.received.0 - refunds::sum_of(transaction, of.payment).await?.0;
    if wanted.amount.0 <= 0 || wanted.amount.0 > left {
        return Ok(None);
    }
    let Wanted { amount, reason, state, by, note } = *wanted;
    // What no channel gives back, people must.
    let needs_people = needs_people(state) || !of.method.has_channel();
    let new = NewRefund { payment: of.payment, order: of.order, amount, reason, state, by, note, needs_people, now };
    let Some(id) = refunds::insert(transaction, &new).await? else { return Ok(None) };
    let entry = Entry::of(EntryKind::RefundDue, amount, of.method, of.state == Settled::Seat);
    let cause = Cause { payment: of.payment, order: of.order, refund: Some(id) };
    journal::insert(transaction, cause, &entry, now).await?;
    metrics::counter!("registration_refunds_begun_total", "reason" => <&str>::from(reason)).increment(1);
    Ok(Some(id))
}

impl Payments {
    /// Gives money back by the word of staff: all that is left of the payment, or a part of what has bought a seat. Above
    /// `limit` somebody else must [agree](Self::agree_to_refund) within a day. The seat, if it bought one, is not touched here.
    /// What no channel gives back, a confirmed screenshot's money say, is due until staff have
    /// [given it back by hand](Self::refunded_by_hand).
    pub async fn refund(
        &self,
        staff: StaffId,
        (payment, order): (PaymentId, OrderId),
        amount: Fen,
        (note, limit): (&str, Fen),
    ) -> Result<RefundId, RefundError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Whoever settles it holds the order, so that it does not become a seat meanwhile.
        let seats = orders::get_locked(&transaction, order).await?.ok_or(RefundError::Unknown)?.seats();
        let parts = settlements::of_order(&transaction, order).await?;
        let part = match parts.into_iter().find(|part| part.payment == payment) {
            Some(part) => part,
            None => moves::shown_money(&transaction, order, Some(payment)).await?.ok_or(RefundError::Unknown)?,
        };
        attempts::lock(&transaction, payment).await?;
        // Of a payment for many orders each has its part.
        let of_part = part.refundable().0 - refunds::sum_for(&transaction, payment, order).await?.0;
        let left = Fen(of_part.min(part.received.0 - refunds::sum_of(&transaction, payment).await?.0));
        let is_of_seat = part.state == Settled::Seat;
        match refund::by_staff(amount, left, is_of_seat, seats) {
            ByStaff::Begins => {}
            ByStaff::TooMuch => return Err(RefundError::Amount(left)),
            ByStaff::Whole => return Err(RefundError::Whole(left)),
            ByStaff::Later => return Err(RefundError::Settling),
        }
        let state = if amount > limit { RefundState::Asked } else { RefundState::Due };
        let by = Actor::Staff(staff);
        let wanted = Wanted { amount, reason: RefundReason::Staff, state, by: &by, note: Some(note) };
        let id = begin(&transaction, &part, &wanted, now).await?.ok_or(RefundError::Twice)?;
        if !is_of_seat {
            // Nothing is left to be settled, unless somebody else of the staff does not agree.
            settlements::set(&transaction, (payment, order), Settled::Refund, None, None, now).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(id)
    }

    /// Sends a refund again that lacked money at the channel, or that a person had to see to.
    pub async fn refund_again(&self, id: RefundId) -> Result<(), RefundError> {
        match self.hear_refund(id, None, &Heard::Again).await? {
            Some(_) => Ok(()),
            None => Err(RefundError::Unknown),
        }
    }

    /// The refunds of an order, the oldest first.
    pub async fn refunds_of(&self, order: OrderId) -> Result<Vec<Refund>, StoreError> {
        let found = refunds::of_order(&self.database.client().await?, order).await?;
        Ok(found.into_iter().map(|stored| stored.refund).collect())
    }

    /// Sends what is due, and asks after what was sent.
    pub(crate) async fn send_refunds(&self) -> Result<(), StoreError> {
        self.end_unagreed().await?;
        let (now, methods) = (clock::now(), self.channels().methods());
        let client = self.database.client().await?;
        let due = refunds::take_due(&client, &methods, (now, now + TAKEN), BATCH).await?;
        drop(client);
        let worked = stream::iter(due).map(|id| self.work_on(id));
        let mut worked = std::pin::pin!(worked.buffer_unordered(AT_ONCE));
        let mut failed = Ok(());
        while let Some(done) = worked.next().await {
            failed = failed.and(done);
        }
        failed
    }

    /// One refund: sent if it is due, else asked after.
    pub(crate) async fn work_on(&self, id: RefundId) -> Result<(), StoreError> {
        let Some((stored, step)) = self.hear_refund(id, None, &Heard::Sending).await? else { return Ok(()) };
        let method = stored.refund.method;
        let Some(channel) = self.channels().get(method) else {
            return self.hear_refund(id, None, &Heard::NoAnswer).await.map(drop);
        };
        let (number, payment) = (id.number(), stored.attempt.number());
        let answer = if step == Step::Send {
            let order = RefundOrder {
                number: &number,
                payment: &payment,
                total_fen: stored.received.0.unsigned_abs(),
                amount_fen: stored.refund.amount.0.unsigned_abs(),
                reason: TOLD,
                notify_url: stored.notify_url.as_deref().unwrap_or_default(),
            };
            channel.refund(&order).await
        } else {
            channel.query_refund(&number, &payment).await
        };
        let heard = match answer {
            Ok(status) => Heard::Said(said(status)),
            // A question that is refused says nothing of the refund.
            Err(PayError::Refused(code)) if step == Step::Send => Heard::Refused(code),
            Err(error) => {
                tracing::warn!(refund = %id.0, %method, %error, "a channel gave no answer about a refund");
                Heard::NoAnswer
            }
        };
        self.hear_refund(id, None, &heard).await.map(drop)
    }

    /// Hears something of a refund, from a channel if `by` says so, and commits what follows. Gives the refund as it
    /// was, and the step. `None`: there is no such refund, or none by that channel.
    pub(crate) async fn hear_refund(
        &self,
        id: RefundId,
        by: Option<Method>,
        heard: &Heard,
    ) -> Result<Option<(StoredRefund, Step)>, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(stored) = refunds::lock(&transaction, id).await? else { return Ok(None) };
        if by.is_some_and(|by| by != stored.refund.method) {
            return Ok(None);
        }
        let step = write(&transaction, &stored, heard, clock::now()).await?;
        transaction.commit().await?;
        Ok(Some((stored, step)))
    }
}

/// Writes what follows for a refund that the caller has locked.
async fn write(
    transaction: &Transaction<'_>,
    stored: &StoredRefund,
    heard: &Heard,
    now: Timestamp,
) -> Result<Step, StoreError> {
    let refund = &stored.refund;
    let step = refund::step(refund.state, heard);
    let (state, is_sent) = match step {
        Step::Stay => (refund.state, false),
        Step::Send => (RefundState::Sent, true),
        Step::To(state) => (state, false),
        Step::End(state, kind) => {
            // What staff give back is of the school's own account; at the channel the money has stayed.
            let is_elsewhere = *heard == Heard::ByHand && refund.method.has_channel();
            let method = if is_elsewhere { Method::School } else { refund.method };
            let entry = Entry::of(kind, refund.amount, method, stored.is_of_seat);
            let cause = Cause { payment: refund.payment, order: refund.order, refund: Some(refund.id) };
            journal::insert(transaction, cause, &entry, now).await?;
            (state, false)
        }
    };
    if refund.state.is_final() {
        return Ok(step);
    }
    if refund.by_hand.is_some() && *heard != Heard::ByHand && step != Step::Stay {
        // It goes another way: nobody has given it back by hand.
        refunds::forget_hand(transaction, refund.id).await?;
    }
    let since = stored.sent_at.unwrap_or(now);
    let next = match state {
        RefundState::Done | RefundState::Closed | RefundState::Asked => None,
        RefundState::Due => Some(Next { at: now, is_stuck: false }),
        RefundState::Short => Some(Next { at: now + SHORT_PAUSE, is_stuck: true }),
        RefundState::Sent | RefundState::Processing | RefundState::Unknown | RefundState::Abnormal => {
            Some(schedule::of_refund(now, since))
        }
    };
    let code = match heard {
        Heard::Refused(code) => Some(code.as_str()),
        _ => None,
    };
    let heard_at = matches!(heard, Heard::Said(_) | Heard::Refused(_)).then_some(now);
    // What staff have withdrawn themselves, or left to run out, is over.
    let is_given_up = *heard == Heard::NotAgreed;
    let needs_people = (needs_people(state) && !is_given_up) || (!refund.method.has_channel() && !state.is_final());
    let moved = Moved { state, is_sent, heard_at, next, needs_people, code, now };
    refunds::note(transaction, refund.id, &moved).await?;
    Ok(step)
}

/// What a channel's answer says, in the words of the rules.
pub(crate) fn said(status: RefundStatus) -> Said {
    match status {
        RefundStatus::NotThere => Said::NotThere,
        RefundStatus::Processing => Said::Processing,
        RefundStatus::Done(_) => Said::Done,
        RefundStatus::Short => Said::Short,
        RefundStatus::Abnormal => Said::Abnormal,
        RefundStatus::Closed => Said::Closed,
    }
}
