//! The table `orders`: moves of orders whose money came by a channel, when the seats had gone.

use deadpool_postgres::GenericClient;
use tokio_postgres::types::ToSql;

use super::change::Retaken;
use super::{StoredOrder, StoredState, lock, other_with_seat};
use crate::model::actor::Actor;
use crate::model::order::OrderId;
use crate::store::{StoreError, violates};

/// Confirming → lapsed: the seat is gone, and the money for it came by a channel, or there was none to be paid. What is
/// left of the seats is owed.
pub(crate) async fn undo_paid(client: &impl GenericClient, id: OrderId) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders
             SET state = 'lapsed', seats_owed = true, decided_by = NULL, decided_kind = NULL, decided_id = NULL,
                 decided_at = NULL
             WHERE id = $1 AND state = 'confirming'",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.to_string()]).await? == 1)
}

/// Ended → unpaid: money came for it, and its seats, or others, were taken for that. The holds, or sittings, are noted by
/// whoever calls.
pub(crate) async fn revive(transaction: &impl GenericClient, order: &StoredOrder) -> Result<Retaken, StoreError> {
    if !order.is_sole {
        lock(transaction, order.account, &order.exam).await?;
        if other_with_seat(transaction, order).await?.is_some() {
            return Ok(Retaken::OtherLive);
        }
    }
    revived(transaction, order, StoredState::Unpaid).await
}

/// Ended → confirming, where registration has closed: the engine takes the same seats for whoever has paid.
pub(crate) async fn confirm_ended(
    transaction: &impl GenericClient,
    order: &StoredOrder,
) -> Result<Retaken, StoreError> {
    if !order.is_sole {
        lock(transaction, order.account, &order.exam).await?;
        if other_with_seat(transaction, order).await?.is_some() {
            return Ok(Retaken::OtherLive);
        }
    }
    revived(transaction, order, StoredState::Confirming).await
}

async fn revived(
    transaction: &impl GenericClient,
    order: &StoredOrder,
    state: StoredState,
) -> Result<Retaken, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.orders
             SET state = $2, expires_at = $3, lapses_at = $4, decided_by = NULL, decided_kind = $5, decided_id = $6,
                 decided_at = $7, reason = NULL, mend_until = NULL
             WHERE id = $1 AND state IN ('lapsed', 'released', 'cancelled') AND NOT seats_owed",
        )
        .await?;
    let StoredOrder { id, expires_at, lapses_at, decided, decided_at, .. } = order;
    let decided = decided.as_ref().filter(|_| state == StoredState::Confirming);
    let (kind, who) = (decided.map(Actor::kind), decided.and_then(Actor::id));
    let (at, state) = (decided_at.filter(|_| state == StoredState::Confirming), <&str>::from(&state));
    let row: [&(dyn ToSql + Sync); 7] = [&id.to_string(), &state, expires_at, lapses_at, &kind, &who, &at];
    match transaction.execute(&statement, &row).await {
        Ok(0) => Ok(Retaken::Moved),
        Ok(_) => Ok(Retaken::Yes),
        Err(error) if violates(&error, "orders_one_live") => Ok(Retaken::OtherLive),
        // The registration under which it was made is deleted. The transaction is broken.
        Err(error) if violates(&error, "orders_stay_bound") => Ok(Retaken::Moved),
        Err(error) => Err(error.into()),
    }
}
