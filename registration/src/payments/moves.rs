//! What happens to the payments of one order, in the transaction that moves the order. Whoever calls holds the order's
//! lock; each move leaves an event.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::journal::{Entry, EntryKind};
use crate::model::payment::{Method, Payment, PaymentEvent, PaymentId, PaymentState};
use crate::payments::store::journal::{self, Cause};
use crate::payments::store::payments::{self, Ended, Ending, NewPayment, attempts};
use crate::payments::store::settlements::{self, Settled, Settlement};
use crate::payments::store::{group_payments, payment_events, payment_orders};
use crate::rules::paying::schedule::LAST_WORD_MAX;
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

/// The order's seats are the candidate's, and of the money for them one payment has bought them: what is pending and staff
/// have confirmed, else what came by a channel, else what was only pending, by the word of whoever decided. Where the money
/// had come by another way, nothing more is to be expected of a screenshot.
pub(crate) async fn settle(
    transaction: &impl GenericClient,
    order: OrderId,
    decided: (&Actor, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let found = payments::of_order(transaction, order).await?;
    let by_screenshot = |payment: &Payment| payment.method == Method::Screenshot;
    let is_paid = found.iter().any(|payment| by_screenshot(payment) && payment.state == PaymentState::Received);
    let (pending, (actor, at)) = (pending_of(&found), decided);
    // Where staff have seen that the picture's money came, it is a channel's that goes back.
    let is_shown = pending.is_some() && actor.staff().is_some();
    let is_paid = is_paid || (!is_shown && buy(transaction, order, now).await?);
    let Some(pending) = pending else { return Ok(()) };
    let received = Ending { state: PaymentState::Received, actor, at, reference: None, reason: None };
    let closed = Ending { state: PaymentState::Closed, actor: &Actor::System, at: now, reference: None, reason: None };
    end(transaction, pending, if is_paid { &closed } else { &received }).await.map(drop)
}

/// Money that came by a channel buys the order's seats, unless other money has. True when a channel's has.
async fn buy(transaction: &impl GenericClient, order: OrderId, now: Timestamp) -> Result<bool, StoreError> {
    let parts = settlements::of_order(transaction, order).await?;
    if parts.iter().any(|part| part.state == Settled::Seat) {
        return Ok(true);
    }
    let Some(part) = parts.iter().find(|part| part.is_good()) else { return Ok(false) };
    settlements::set(transaction, (part.payment, order), Settled::Seat, None, None, now).await?;
    let cause = Cause { payment: part.payment, order, refund: None };
    journal::insert(transaction, cause, &Entry::of(EntryKind::Settled, part.part, part.method, false), now).await?;
    Ok(true)
}

/// Nothing is expected any more of a screenshot: its seat is gone, and other money came.
pub(crate) async fn close_pending(
    transaction: &impl GenericClient,
    order: OrderId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(pending) = pending_of(&payments::of_order(transaction, order).await?) {
        let actor = &Actor::System;
        let closed = Ending { state: PaymentState::Closed, actor, at: now, reference: None, reason: None };
        end(transaction, pending, &closed).await?;
    }
    Ok(())
}

/// Has the money for an order come? What goes back does not count, nor what was not what was asked for.
pub(crate) async fn is_paid(client: &impl GenericClient, order: OrderId, amount: Fen) -> Result<bool, StoreError> {
    let found = payments::of_order(client, order).await?;
    let shown = found.iter().filter(|payment| payment.method == Method::Screenshot);
    let shown = shown.filter(|payment| payment.state == PaymentState::Received).flat_map(|payment| &payment.orders);
    let shown = shown.filter(|(other, _)| *other == order).map(|(_, part)| *part);
    let parts = settlements::of_order(client, order).await?;
    let sent = parts.iter().filter(|part| part.state == Settled::Seat || part.is_good()).map(|part| part.part);
    Ok(shown.chain(sent).sum::<Fen>() >= amount)
}

/// The money that has bought an order's seats. `None`: none has, or there was nothing to pay.
pub(crate) async fn bought_with(client: &impl GenericClient, order: OrderId) -> Result<Option<Settlement>, StoreError> {
    let parts = settlements::of_order(client, order).await?;
    if let Some(part) = parts.into_iter().find(|part| part.state == Settled::Seat) {
        return Ok(Some(part));
    }
    shown_money(client, order, None).await
}

/// Money that staff have confirmed by its picture, as what came by a channel and has bought the order's seats: that of one
/// payment, or of whichever there is.
pub(crate) async fn shown_money(
    client: &impl GenericClient,
    order: OrderId,
    of: Option<PaymentId>,
) -> Result<Option<Settlement>, StoreError> {
    let found = payments::of_order(client, order).await?;
    let is_shown = |payment: &&Payment| {
        let is_it = of.is_none_or(|of| of == payment.id);
        is_it && payment.method == Method::Screenshot && payment.state == PaymentState::Received
    };
    Ok(found.iter().find(is_shown).and_then(|payment| shown_part(payment, order)))
}

/// Money that a picture has shown, as what came by a channel and has bought the seats.
fn shown_part(payment: &Payment, order: OrderId) -> Option<Settlement> {
    let (_, part) = *payment.orders.iter().find(|(other, _)| *other == order)?;
    Some(Settlement {
        payment: payment.id,
        order,
        state: Settled::Seat,
        choice_until: None,
        method: payment.method,
        asked: payment.amount,
        received: payment.received?,
        received_at: payment.received_at?,
        part,
        is_first: true,
    })
}

/// Has money come for an order by a channel that is neither a seat nor a refund yet?
pub(crate) async fn is_owed(client: &impl GenericClient, order: OrderId) -> Result<bool, StoreError> {
    let parts = settlements::of_order(client, order).await?;
    Ok(parts.iter().any(Settlement::is_good))
}

/// Has a channel still to say whether an order was paid for before its deadline? It is asked right after that; should no
/// answer come for a while, the seats' end does not wait for it.
pub(crate) async fn awaits_last_word(
    client: &impl GenericClient,
    order: OrderId,
    (expires_at, lapses_at): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<bool, StoreError> {
    if now > lapses_at + LAST_WORD_MAX {
        return Ok(false);
    }
    let under_way = attempts::under_way(client, order).await?;
    let is_open = |attempt: &attempts::StoredAttempt| {
        attempt.state != PaymentState::Created && attempt.heard_at.is_none_or(|at| at < expires_at)
    };
    Ok(under_way.iter().any(is_open))
}

/// Must an order cost what it costs, because a payment of it was begun and has not come to nothing, or because its school
/// is about to pay for it?
pub(crate) async fn binds(client: &impl GenericClient, order: OrderId) -> Result<bool, StoreError> {
    let found = payments::of_order(client, order).await?;
    let is_bound = found.iter().any(|payment| payment.state.binds_amount());
    Ok(is_bound || group_payments::lock_of(client, order, clock::now()).await?.is_some())
}

/// The payment by screenshot that staff have not decided on; an order has at most one.
fn pending_of(payments: &[Payment]) -> Option<PaymentId> {
    let is_pending =
        |payment: &&Payment| payment.method == Method::Screenshot && payment.state == PaymentState::Pending;
    payments.iter().find(is_pending).map(|payment| payment.id)
}
