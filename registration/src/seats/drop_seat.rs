//! Dropping one unpaid subject, where a part allows several.

use reservation::ids::SittingId;

use super::Orders;
use super::take::{live_orders, random_number};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId, OrderState};
use crate::model::payment::group::GroupLock;
use crate::payments::moves;
use crate::payments::store::group_payments;
use crate::rules::choosing::{self, DropRefusal};
use crate::seats::store;
use crate::seats::store::orders::change;
use crate::store::StoreError;

/// Why a seat was not dropped. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum DropError {
    /// The candidate has no such order, or it has no such seat.
    #[error("there is no such seat")]
    Unknown,
    /// It is paid, or evidence of a payment is in.
    #[error("the seat is past giving back")]
    Paid(OrderState),
    /// The candidate's school is about to pay for it.
    #[error("the candidate's school pays for the order until {}", .0.until)]
    Locked(GroupLock),
    /// A payment of it is under way: what it costs stays as it is until that has come to an end.
    #[error("a payment of the order is under way")]
    Paying,
    /// What is left would not stand without it.
    #[error(transparent)]
    Kept(#[from] DropRefusal),
    /// A store or the engine did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Orders {
    /// Gives one seat of an unpaid order back. Again: the same answer, as long as the order is there.
    pub async fn drop_seat(&self, account: AccountId, order: OrderId, sitting: &SittingId) -> Result<(), DropError> {
        let order = self.own(account, order).await?.ok_or(DropError::Unknown)?;
        let state = order.state_at(clock::now());
        let has_seat = order.sittings.iter().any(|seat| seat.sitting == *sitting);
        if !has_seat {
            return Err(DropError::Unknown);
        }
        match state {
            OrderState::Unpaid => {}
            OrderState::Lapsed | OrderState::Released | OrderState::Cancelled | OrderState::Owed { .. } => {
                return Ok(());
            }
            state @ (OrderState::WaitingReview | OrderState::Refused { .. } | OrderState::Confirmed) => {
                return Err(DropError::Paid(state));
            }
        }
        if let Some(lock) = group_payments::lock_of(&self.database.client().await?, order.id, clock::now()).await? {
            return Err(DropError::Locked(lock));
        }
        // What an order costs stays while a payment of it is under way; one at a channel is closed first.
        self.asking.end_all(order.id, &Actor::Candidate(account)).await?;
        let released = random_number();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        // Of two drops at once the second sees what the first has left.
        store::orders::lock(&transaction, account, &order.exam).await?;
        if let Some(page) = self.exams.get(&order.exam) {
            let live = live_orders(&transaction, &order).await?;
            choosing::check_drop(&page, &live.iter().collect::<Vec<&Order>>(), std::slice::from_ref(sitting))?;
        }
        let is_split = change::split_off(&transaction, &order, sitting, released).await?;
        // Asked under the order's lock, which whoever begins a payment takes, too.
        if is_split && moves::binds(&transaction, order.id).await? {
            return Err(DropError::Paying);
        }
        let is_ended = !is_split && change::release(&transaction, order.id).await?;
        if is_ended && let Some(lock) = group_payments::lock_of(&transaction, order.id, clock::now()).await? {
            return Err(DropError::Locked(lock));
        }
        transaction.commit().await.map_err(StoreError::from)?;
        drop(client);
        if is_split {
            if let Some(released) = self.own(account, released).await? {
                self.return_seats(&released).await?;
            }
        } else if is_ended {
            // It was the order's only seat.
            self.return_seats(&order).await?;
        }
        Ok(())
    }
}
