//! What happens to the payments of one order, in the transaction that moves the order. Whoever calls holds the order's
//! lock; each move leaves an event.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::model::actor::Actor;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::{Method, Payment, PaymentEvent, PaymentId, PaymentState};
use crate::payments::store::payment_events;
use crate::payments::store::payment_orders;
use crate::payments::store::payments::{self, Ended, Ending, NewPayment};
use crate::store::StoreError;

/// Begins a payment.
pub(crate) async fn begin(
    transaction: &impl GenericClient,
    actor: &Actor,
    new: &NewPayment,
    orders: &[(OrderId, Fen)],
) -> Result<(), StoreError> {
    payments::insert(transaction, new).await?;
    payment_orders::insert(transaction, new.id, orders).await?;
    let event = if new.state == PaymentState::Pending { PaymentEvent::HandedIn } else { PaymentEvent::Created };
    payment_events::insert(transaction, new.id, new.created_at, actor, event, None).await
}

/// The candidate shows a picture of a payment: one that waits has one picture more, else another one begins to wait.
pub(crate) async fn hand_in(
    transaction: &impl GenericClient,
    candidate: &Actor,
    (order, amount): (OrderId, Fen),
    picture: Uuid,
    now: Timestamp,
) -> Result<PaymentId, StoreError> {
    if let Some(pending) = pending_of(&payments::of_order(transaction, order).await?) {
        let detail = json!({ "picture": picture });
        payment_events::insert(transaction, pending, now, candidate, PaymentEvent::Evidence, Some(detail)).await?;
        return Ok(pending);
    }
    let id = PaymentId(Uuid::now_v7());
    let new = NewPayment { id, method: Method::Screenshot, amount, state: PaymentState::Pending, created_at: now };
    begin(transaction, candidate, &new, &[(order, amount)]).await?;
    Ok(id)
}

/// Received, closed or failed, and an event.
pub(crate) async fn end(
    transaction: &impl GenericClient,
    id: PaymentId,
    ending: &Ending<'_>,
) -> Result<Ended, StoreError> {
    let ended = payments::end(transaction, id, ending).await?;
    if ended == Ended::Yes {
        let event = match ending.state {
            PaymentState::Received => PaymentEvent::Received,
            PaymentState::Failed => PaymentEvent::Failed,
            _ => PaymentEvent::Closed,
        };
        let detail = ending.reason.map(|reason| json!({ "reason": reason }));
        payment_events::insert(transaction, id, ending.at, ending.actor, event, detail).await?;
    }
    Ok(ended)
}

/// Staff refused what the candidate showed.
pub(crate) async fn fail_pending(
    transaction: &impl GenericClient,
    order: OrderId,
    staff: &Actor,
    reason: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    if let Some(pending) = pending_of(&payments::of_order(transaction, order).await?) {
        let ending = Ending { state: PaymentState::Failed, actor: staff, at, reference: None, reason: Some(reason) };
        end(transaction, pending, &ending).await?;
    }
    Ok(())
}

/// The order's seats are the candidate's. What was only pending is received by the word of whoever decided; where the
/// money had come by another way, nothing more is to be expected of that one.
pub(crate) async fn settle(
    transaction: &impl GenericClient,
    order: OrderId,
    decided: (&Actor, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let found = payments::of_order(transaction, order).await?;
    let Some(pending) = pending_of(&found) else { return Ok(()) };
    let (actor, at) = decided;
    let received = Ending { state: PaymentState::Received, actor, at, reference: None, reason: None };
    let closed = Ending { state: PaymentState::Closed, actor: &Actor::System, at: now, reference: None, reason: None };
    let is_paid = found.iter().any(|payment| payment.state == PaymentState::Received);
    end(transaction, pending, if is_paid { &closed } else { &received }).await.map(drop)
}

/// Has the money for an order come?
pub(crate) async fn is_paid(client: &impl GenericClient, order: OrderId, amount: Fen) -> Result<bool, StoreError> {
    let found = payments::of_order(client, order).await?;
    let received = found.iter().filter(|payment| payment.state == PaymentState::Received);
    let for_order = received.flat_map(|payment| &payment.orders).filter(|(other, _)| *other == order);
    Ok(for_order.map(|(_, part)| *part).sum::<Fen>() >= amount)
}

/// Must an order cost what it costs, because a payment of it was begun and has not come to nothing?
pub(crate) async fn binds(client: &impl GenericClient, order: OrderId) -> Result<bool, StoreError> {
    let found = payments::of_order(client, order).await?;
    Ok(found.iter().any(|payment| payment.state.binds_amount()))
}

/// The payment by screenshot that staff have not decided on; an order has at most one.
fn pending_of(payments: &[Payment]) -> Option<PaymentId> {
    let is_pending =
        |payment: &&Payment| payment.method == Method::Screenshot && payment.state == PaymentState::Pending;
    payments.iter().find(is_pending).map(|payment| payment.id)
}
