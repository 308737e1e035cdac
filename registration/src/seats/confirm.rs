//! Making the seats of a paid order the candidate's: the decision is written down, the engine is told, and that it is done
//! is written down. Whoever dies in between leaves the rest to the job `Confirmations`.

use deadpool_postgres::GenericClient;
use futures_util::future::join_all;
use reservation::engine::HoldError;
use reservation::ids::SittingId;

use super::Orders;
use super::take::live_orders_of;
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::exam_rules::SubjectId;
use crate::model::fen::Fen;
use crate::model::order::{Order, OrderId, OrderState};
use crate::outbox::messages::{self, About, MessageKind};
use crate::payments::moves;
use crate::pictures::store::screenshots;
use crate::rules::choosing;
use crate::seats::store;
use crate::seats::store::order_sittings;
use crate::seats::store::orders::{StoredOrder, StoredState, change, paid};
use crate::store::StoreError;

/// Why an order was not confirmed. Refusals first (the caller can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// No such order.
    #[error("there is no such order")]
    UnknownOrder,
    /// It has ended, or moved on otherwise.
    #[error("the order is not to be confirmed any more")]
    Moved(OrderState),
    /// The money for it has not come.
    #[error("the order is not paid for")]
    NotPaid,
    /// A subject that this one needs is not confirmed yet.
    #[error("subject {0} must be confirmed first")]
    NeedsFirst(SubjectId),
    /// The seat is gone, and no other is free.
    #[error("the seat of sitting {0} is gone and no other is free")]
    SeatGone(SittingId),
    /// The decision is noted, and is carried out as soon as the seat store is back.
    #[error("the seat store is not ready: {0}")]
    Unavailable(String),
    /// A store or the engine did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Orders {
    /// Confirms an order whose money has come, by the word of whoever took it. Again: the same answer.
    pub async fn confirm(&self, order: OrderId, actor: &Actor) -> Result<Order, ConfirmError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        let found = store::orders::get_locked(&transaction, order).await?.ok_or(ConfirmError::UnknownOrder)?;
        if !moves::is_paid(&transaction, order, found.amount).await? {
            return Err(ConfirmError::NotPaid);
        }
        let begun = self.begin_confirm(&transaction, found, actor).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        self.carry_out(begun).await
    }

    /// Notes that the order is to be confirmed: the caller has it locked. One that is, or is being, stays as it is.
    pub(crate) async fn begin_confirm(
        &self,
        transaction: &impl GenericClient,
        order: StoredOrder,
        actor: &Actor,
    ) -> Result<StoredOrder, ConfirmError> {
        let now = clock::now();
        match order.state {
            StoredState::Confirming | StoredState::Confirmed => return Ok(order),
            StoredState::Unpaid | StoredState::WaitingReview | StoredState::Refused => {}
            StoredState::Lapsed | StoredState::Released | StoredState::Cancelled => {
                return Err(ConfirmError::Moved(order.state_at(now)));
            }
        }
        if let Some(first) = self.needed_first(transaction, &order).await? {
            return Err(ConfirmError::NeedsFirst(first));
        }
        change::begin_confirm(transaction, order.id, actor, now).await?;
        let (state, decided) = (StoredState::Confirming, Some(actor.clone()));
        Ok(StoredOrder { state, decided, decided_at: Some(now), reason: None, mend_until: None, ..order })
    }

    /// The subject that must be confirmed before this order: what is confirmed stays, so the other one does, too.
    pub(super) async fn needed_first(
        &self,
        transaction: &impl GenericClient,
        order: &StoredOrder,
    ) -> Result<Option<SubjectId>, StoreError> {
        let Some(page) = self.exams.get(&order.exam).filter(|page| page.rules.has_requirements()) else {
            return Ok(None);
        };
        let live = live_orders_of(transaction, order.account, &order.exam).await?;
        let live: Vec<&Order> = live.iter().collect();
        let is_confirmed = |state: &OrderState| *state == OrderState::Confirmed;
        Ok(choosing::needed_before(&page, &live, &order.clone().view(clock::now()), is_confirmed))
    }

    /// Tells the engine what was decided, and writes down that it is done.
    pub(crate) async fn carry_out(&self, mut order: StoredOrder) -> Result<Order, ConfirmError> {
        if order.state == StoredState::Confirmed {
            return Ok(order.view(clock::now()));
        }
        let (Some(actor), Some(decided_at)) = (order.decided.clone(), order.decided_at) else {
            return Err(StoreError::Corrupt("a confirmation without who and when").into());
        };
        let has_other_holds = self.confirm_seats(&mut order).await?;
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !change::finish_confirm(&transaction, &order, has_other_holds).await? {
            // Another one, told to do the same, was faster.
            let order = store::orders::get(&transaction, order.id).await?.ok_or(ConfirmError::UnknownOrder)?;
            let order = order.view(now);
            return if order.state == OrderState::Confirmed {
                Ok(order)
            } else {
                Err(ConfirmError::Moved(order.state))
            };
        }
        moves::settle(&transaction, order.id, (&actor, decided_at), now).await?;
        let subject = order.id.to_string();
        let mut entry = Entry::new(actor.clone(), AuditAction::Confirmed, &subject).at(decided_at);
        // No other picture is taken in once the order is being confirmed: this is the one that staff decided on.
        let picture = screenshots::accepted(&transaction, order.id).await?.map(|picture| picture.to_string());
        if let Some(picture) = picture.as_deref().filter(|_| actor.staff().is_some()) {
            entry = entry.seen(picture);
        }
        entry.write(&transaction).await?;
        let (kind, about) = (MessageKind::OrderConfirmed, About::order(order.id));
        messages::add_about(&transaction, order.account, Some(&order.exam), kind, &about, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        metrics::counter!("registration_orders_confirmed_total").increment(1);
        let paid_at = order.paid_at.or(Some(decided_at));
        Ok(StoredOrder { state: StoredState::Confirmed, refusals: 0, paid_at, ..order }.view(now))
    }

    /// Confirms all seats at once. True when one of them has another hold now, because the one that it had was gone.
    async fn confirm_seats(&self, order: &mut StoredOrder) -> Result<bool, ConfirmError> {
        let reference = order.id.reference();
        let asked = order.sittings.iter().map(|seat| self.engine.confirm(&order.exam, &seat.hold, &reference));
        let answers = join_all(asked).await;
        let (mut has_other_holds, mut gone) = (false, None);
        for (seat, answer) in order.sittings.iter_mut().zip(answers) {
            match answer {
                Ok(hold) => {
                    has_other_holds |= hold.id != seat.hold;
                    seat.hold = hold.id;
                }
                Err(HoldError::Unavailable(why)) => return Err(ConfirmError::Unavailable(why)),
                Err(error) => {
                    tracing::warn!(order = %order.id, %error, "a seat to be confirmed is gone");
                    gone = gone.or(Some(seat.sitting.clone()));
                }
            }
        }
        let Some(sitting) = gone else { return Ok(has_other_holds) };
        self.undo(order, has_other_holds).await?;
        Err(ConfirmError::SeatGone(sitting))
    }

    /// A seat to be confirmed is gone. Who showed a picture waits for staff; whose money came by a channel, or who had
    /// nothing to pay, has an order that has lapsed, and is offered what there is by whoever settles.
    async fn undo(&self, order: &StoredOrder, has_other_holds: bool) -> Result<(), StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let is_undone = if order.amount == Fen(0) || moves::is_owed(&transaction, order.id).await? {
            let is_undone = paid::undo_paid(&transaction, order.id).await?;
            if is_undone {
                moves::close_pending(&transaction, order.id, now).await?;
            }
            is_undone
        } else {
            change::undo_confirm(&transaction, order.id, now).await?
        };
        // A seat that was confirmed under another hold would else be confirmed for nobody.
        if is_undone && has_other_holds {
            order_sittings::set_holds(&transaction, order.id, &order.sittings).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
