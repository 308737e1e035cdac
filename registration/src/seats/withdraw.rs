//! Giving up seats that were paid for (退考): what would come back is shown first, and only that is agreed to. The seats go
//! back, and the part of the fee that the exam's rates name; the other part is kept.

use deadpool_postgres::{GenericClient, Transaction};
use jiff::Timestamp;

use super::Orders;
use super::take::live_orders_of;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::SubjectId;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::model::payment::Method;
use crate::model::payment::refund::{RefundReason, RefundState};
use crate::outbox::messages::{self, About, MessageKind};
use crate::payments::moves;
use crate::payments::refunds::{self, Wanted};
use crate::payments::store::payments::attempts;
use crate::payments::store::refunds as refund_rows;
use crate::payments::store::settlements::Settlement;
use crate::rules::choosing;
use crate::rules::paying::withdrawal::{self, Terms};
use crate::seats::store;
use crate::seats::store::orders::{StoredOrder, StoredState, change};
use crate::store::StoreError;

/// Why paid seats are not given up. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// The candidate has no such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// Its seats are not paid for, or it has ended otherwise.
    #[error("the order has no seats that are paid for")]
    NotPaid(OrderState),
    /// The exam does not let candidates give up what is paid, or no more; or a sitting has begun.
    #[error("paid seats are not given up, or no more")]
    NotOffered,
    /// A subject that is paid for, or being decided on, needs one of these.
    #[error("subject {0} needs this one")]
    Needed(SubjectId),
    /// Something else comes back than was agreed to: a rate has ended, or staff have refunded a part meanwhile.
    #[error("{} comes back now", .0.back)]
    Changed(Terms),
    /// A store or the engine did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What giving up an order's seats would mean now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawal {
    /// What comes back, what is kept, and until when that is so.
    pub terms: Terms,
    /// By which way the money came, and goes back; nothing where there was none. By a screenshot or a school staff give it
    /// back by hand.
    pub method: Option<Method>,
}

impl Orders {
    /// What would come back if one's own confirmed order were [given up](Self::withdraw) now: the page shows it before one
    /// agrees.
    pub async fn withdrawal(&self, account: AccountId, order: OrderId) -> Result<Withdrawal, WithdrawError> {
        let found = self.own(account, order).await?.ok_or(WithdrawError::UnknownOrder)?;
        let client = self.database.client().await?;
        let paid = moves::bought_with(&client, order).await?;
        let terms = self.terms_of(&client, &found, paid.as_ref(), clock::now()).await?;
        Ok(Withdrawal { terms, method: paid.map(|paid| paid.method) })
    }

    /// Gives up one's own confirmed order, all its seats. `agreed` is what the candidate was told would come back: should it
    /// be another sum by now, nothing is done. Again: the same answer, and no second refund.
    pub async fn withdraw(&self, account: AccountId, order: OrderId, agreed: Fen) -> Result<Order, WithdrawError> {
        let seen = self.own(account, order).await?.ok_or(WithdrawError::UnknownOrder)?;
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        store::orders::lock(&transaction, account, &seen.exam).await?;
        let found = store::orders::get_locked(&transaction, order).await?.ok_or(WithdrawError::UnknownOrder)?;
        if found.state == StoredState::Released && found.paid_at.is_some() {
            return Ok(found.view(now));
        }
        let paid = moves::bought_with(&transaction, order).await?;
        if let Some(paid) = &paid {
            // Locked, so that a refund by staff at the same time is counted, or counts this one.
            attempts::lock(&transaction, paid.payment).await?;
        }
        let terms = self.terms_of(&transaction, &found, paid.as_ref(), now).await?;
        if terms.back != agreed {
            return Err(WithdrawError::Changed(terms));
        }
        if !change::withdraw(&transaction, order).await? {
            return Err(StoreError::Corrupt("a confirmed order that is none").into());
        }
        if let Some(paid) = paid.filter(|_| terms.back > Fen(0)) {
            self.give_back_share(&transaction, &found, &paid, terms.back).await?;
        }
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        metrics::counter!("registration_orders_withdrawn_total").increment(1);
        self.return_seats(&found).await?;
        let now = self.own(account, order).await?.ok_or(WithdrawError::UnknownOrder)?;
        Ok(now.view(clock::now()))
    }

    async fn give_back_share(
        &self,
        transaction: &Transaction<'_>,
        order: &StoredOrder,
        paid: &Settlement,
        amount: Fen,
    ) -> Result<(), StoreError> {
        let (by, now) = (Actor::Candidate(order.account), clock::now());
        let (reason, state) = (RefundReason::Withdrawn, RefundState::Due);
        let wanted = Wanted { amount, reason, state, by: &by, note: None };
        let begun = refunds::begin(transaction, paid, &wanted, now).await?;
        begun.ok_or(StoreError::Corrupt("a refund of what was just given up"))?;
        let (kind, about) = (MessageKind::MoneyReturned, About::order(order.id));
        messages::add_about(transaction, order.account, Some(&order.exam), kind, &about, now).await
    }

    async fn terms_of(
        &self,
        client: &impl GenericClient,
        order: &StoredOrder,
        paid: Option<&Settlement>,
        now: Timestamp,
    ) -> Result<Terms, WithdrawError> {
        if order.state != StoredState::Confirmed {
            return Err(WithdrawError::NotPaid(order.state_at(now)));
        }
        let exam = self.exams.get(&order.exam).ok_or(WithdrawError::NotOffered)?;
        if let Some(needed) = needed_by(client, &exam, order).await? {
            return Err(WithdrawError::Needed(needed));
        }
        let sums = match paid {
            Some(paid) => (paid.part, refund_rows::sum_for(client, paid.payment, order.id).await?),
            None => (Fen(0), Fen(0)),
        };
        let sittings = order.sittings.iter().filter_map(|seat| exam.sitting(&seat.sitting));
        let starts_at = sittings.map(|sitting| sitting.starts_at).min();
        withdrawal::terms(&exam.rules.refund, sums, starts_at, now).ok_or(WithdrawError::NotOffered)
    }
}

/// The subject of another order that needs one of this order's, and is more than unpaid: an unpaid one ends with it.
async fn needed_by(
    client: &impl GenericClient,
    exam: &Exam,
    order: &StoredOrder,
) -> Result<Option<SubjectId>, StoreError> {
    if !exam.rules.has_requirements() {
        return Ok(None);
    }
    let live = live_orders_of(client, order.account, &order.exam).await?;
    let others = live.iter().filter(|other| other.id != order.id && other.state != OrderState::Unpaid);
    let left: Vec<&ExamSitting> =
        others.flat_map(|other| &other.sittings).filter_map(|seat| exam.sitting(&seat.sitting)).collect();
    Ok(choosing::unsupported(exam, &left).next().map(|(_, subject)| subject.id.clone()))
}
