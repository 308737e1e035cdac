//! Finishes what died between the row and the engine: on the next read, and by the job `Orders`.

use jiff::SignedDuration;
use reservation::engine::HoldError;
use reservation::hold::HoldState;

use super::Orders;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::order::OrderId;
use crate::outbox::messages::{self, About, MessageKind};
use crate::payments::moves;
use crate::pictures::store::screenshots;
use crate::seats::store;
use crate::seats::store::orders::{StoredOrder, StoredState, change};
use crate::store::StoreError;

/// From so long on a hold is one that people leave and come back to.
const LONG_HOLD: SignedDuration = SignedDuration::from_hours(1);

impl Orders {
    /// An order with all that time, or a death on the way, has decided already: a refused one that nobody mended is
    /// cancelled; an unpaid one whose time is up has lapsed; one whose seats are frozen and whose picture is there
    /// waits for review. While the engine is away, the row has to do.
    pub(crate) async fn catch_up(&self, order: StoredOrder) -> Result<StoredOrder, StoreError> {
        let now = clock::now();
        match order.state {
            StoredState::Refused if order.mend_until.is_some_and(|until| until < now) => {
                if self.cancel(&order).await? {
                    self.return_seats(&order).await?;
                }
                self.reload(order).await
            }
            StoredState::Unpaid if order.lapses_at < now => self.catch_up_unpaid(order, true).await,
            StoredState::Unpaid if order.pending_picture_at.is_some() => self.catch_up_unpaid(order, false).await,
            _ => Ok(order),
        }
    }

    async fn catch_up_unpaid(&self, order: StoredOrder, is_due: bool) -> Result<StoredOrder, StoreError> {
        if is_due && self.may_be_paid(&order).await? {
            return Ok(order);
        }
        let Some(states) = self.hold_states(&order).await else { return Ok(order) };
        let is_live = |state: &Option<HoldState>| state.is_some_and(HoldState::is_live);
        let is_frozen = |state: &Option<HoldState>| matches!(state, Some(HoldState::Frozen | HoldState::Confirmed));
        if states.iter().all(is_frozen)
            && let Some(picture) = self.screenshots.pending(order.id).await?
        {
            // The hand-in died after it froze the seats: all that it had left to do is this.
            return match self.accept(&order, picture).await? {
                Some(accepted) => Ok(accepted),
                None => self.reload(order).await,
            };
        }
        // Frozen seats without a picture, too, are those of a hand-in that came to nothing.
        if is_due && !states.contains(&Some(HoldState::Held)) {
            // Owed, too, is the end of what needed it: whoever dies on the way leaves that to the job.
            let is_needed = self.exams.get(&order.exam).is_some_and(|page| page.rules.has_requirements());
            let is_owing = is_needed || states.iter().any(is_live);
            if self.lapse(&order, is_owing).await? && is_owing {
                self.return_seats(&order).await?;
            }
            return self.reload(order).await;
        }
        Ok(order)
    }

    /// Has money come for an order whose time is up, or has a channel still to say so? Then it does not end here.
    async fn may_be_paid(&self, order: &StoredOrder) -> Result<bool, StoreError> {
        let client = self.database.client().await?;
        let ends = (order.expires_at, order.lapses_at);
        Ok(moves::is_owed(&client, order.id).await?
            || moves::awaits_last_word(&client, order.id, ends, clock::now()).await?)
    }

    /// Refused → cancelled, and the candidate is told.
    async fn cancel(&self, order: &StoredOrder) -> Result<bool, StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let is_cancelled = change::cancel(&transaction, order.id, now).await?;
        if is_cancelled {
            let (kind, about) = (MessageKind::OrderCancelled, About::order(order.id));
            messages::add_about(&transaction, order.account, Some(&order.exam), kind, &about, now).await?;
        }
        transaction.commit().await?;
        Ok(is_cancelled)
    }

    /// Unpaid → lapsed. Who had hours to pay is hardly still looking at the page: they are told.
    async fn lapse(&self, order: &StoredOrder, seats_owed: bool) -> Result<bool, StoreError> {
        let is_long = self.exams.get(&order.exam).is_some_and(|page| page.hold >= LONG_HOLD);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let is_lapsed = change::lapse(&transaction, order, seats_owed).await?;
        if is_lapsed && is_long {
            let (kind, about) = (MessageKind::OrderLapsed, About::order(order.id));
            messages::add_about(&transaction, order.account, Some(&order.exam), kind, &about, clock::now()).await?;
        }
        transaction.commit().await?;
        Ok(is_lapsed)
    }

    /// Takes the picture of an order whose seats are frozen in, as evidence of a payment, and gives the order back as
    /// it is then. `None`: it has moved on meanwhile.
    pub(super) async fn accept(
        &self,
        order: &StoredOrder,
        picture: uuid::Uuid,
    ) -> Result<Option<StoredOrder>, StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let Some(accepted) = change::submit(&transaction, order.id, now).await? else { return Ok(None) };
        let candidate = Actor::Candidate(accepted.account);
        let payment = moves::hand_in(&transaction, &candidate, (accepted.id, accepted.amount), picture, now).await?;
        if !screenshots::accept(&transaction, picture, payment, now).await? {
            // Another reader of the order was faster: what it wrote is all that there is to write.
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(accepted))
    }

    /// Gives the seats of an ended order back, and ends what needed them. If the engine is away they stay owed, and the
    /// job `Orders` tries again.
    pub(crate) async fn return_seats(&self, order: &StoredOrder) -> Result<(), StoreError> {
        if self.give_back(order.id).await? {
            self.end_dependants(order.account, &order.exam).await?;
            change::seats_returned(&self.database.client().await?, order.id).await?;
        }
        Ok(())
    }

    /// The same where what needs them stays: other seats, or the same ones, are taken for it.
    pub(super) async fn return_only_seats(&self, order: &StoredOrder) -> Result<(), StoreError> {
        if self.give_back(order.id).await? {
            change::seats_returned(&self.database.client().await?, order.id).await?;
        }
        Ok(())
    }

    /// Gives back what the order had when it ended, which may be other seats than its reader knew: it was exchanged, or
    /// taken anew, in between. False while the engine is away, or when nothing is owed any more.
    async fn give_back(&self, order: OrderId) -> Result<bool, StoreError> {
        let owing = store::orders::get(&self.database.client().await?, order).await?;
        let Some(order) = owing.filter(|order| order.seats_owed) else { return Ok(false) };
        for seat in &order.sittings {
            match self.engine.release(&order.exam, &seat.hold).await {
                // A hold that Redis lost before the ledger had it occupies nothing.
                Ok(()) | Err(HoldError::UnknownHold(_)) => {}
                Err(error) => {
                    tracing::warn!(order = %order.id, %error, "seats of an ended order are still owed");
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The states of an order's holds; `None` for one that the engine does not know. Nothing while the engine is away.
    pub(super) async fn hold_states(&self, order: &StoredOrder) -> Option<Vec<Option<HoldState>>> {
        let mut states = Vec::with_capacity(order.sittings.len());
        for seat in &order.sittings {
            match self.engine.find(&order.exam, &seat.hold).await {
                Ok(hold) => states.push(Some(hold.state)),
                Err(HoldError::UnknownHold(_)) => states.push(None),
                Err(error) => {
                    tracing::warn!(order = %order.id, %error, "the engine cannot say how an order stands");
                    return None;
                }
            }
        }
        Some(states)
    }

    async fn reload(&self, order: StoredOrder) -> Result<StoredOrder, StoreError> {
        Ok(store::orders::get(&self.database.client().await?, order.id).await?.unwrap_or(order))
    }
}
