//! The table `settlements`: what money that came by a channel has become, for each order that it was for. Rows come with
//! the money, by a trigger; whoever moves one has the order locked.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use strum::{EnumString, IntoStaticStr};
use tokio_postgres::Row;

use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::{Method, PaymentId};
use crate::store::StoreError;

/// Most payments of one order that are looked at.
const OF_ORDER_MAX: i64 = 100;
/// What every query selects.
const SELECT: &str = "
    SELECT s.payment, s.order_id, s.state, s.choice_until, s.moved_at, p.method, p.amount_fen AS asked_fen,
        p.received_fen, p.received_at, b.amount_fen AS part_fen,
        (SELECT min(o.order_id) FROM registration.payment_orders o WHERE o.payment = p.id) = s.order_id AS is_first
    FROM registration.settlements s
    JOIN registration.payments p ON p.id = s.payment
    JOIN registration.payment_orders b ON b.payment = s.payment AND b.order_id = s.order_id";

/// What money has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Settled {
    /// Nothing yet: it is still to be settled.
    Due,
    /// The order's seats.
    Seat,
    /// A choice of other sittings.
    Choice,
    /// A refund: it goes back.
    Refund,
}

/// A payment's part for one order.
#[derive(Debug, Clone)]
pub(crate) struct Settlement {
    pub(crate) payment: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) state: Settled,
    pub(crate) choice_until: Option<Timestamp>,
    pub(crate) method: Method,
    /// What the whole payment was asked to be, and what came.
    pub(crate) asked: Fen,
    pub(crate) received: Fen,
    pub(crate) received_at: Timestamp,
    /// What of it is for this order.
    pub(crate) part: Fen,
    /// Is this the payment's first order?
    pub(crate) is_first: bool,
}

impl Settlement {
    /// Is it what was asked for, and neither a seat nor a refund yet?
    pub(crate) fn is_good(&self) -> bool {
        matches!(self.state, Settled::Due | Settled::Choice) && self.received == self.asked
    }

    /// What goes back of it: its part, and of a sum that is not what was asked for everything, with the first order.
    pub(crate) fn refundable(&self) -> Fen {
        match (self.received == self.asked, self.is_first) {
            (true, _) => self.part,
            (false, true) => self.received,
            (false, false) => Fen(0),
        }
    }
}

/// What was paid for an order by channels, the oldest money first.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<Settlement>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE s.order_id = $1 ORDER BY p.received_at, p.id LIMIT $2")).await?;
    client.query(&statement, &[&order.to_string(), &OF_ORDER_MAX]).await?.iter().map(read).collect()
}

/// Takes what is to be settled, so that until `until` nobody else does.
pub(crate) async fn take_due(
    client: &impl GenericClient,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(PaymentId, OrderId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.settlements SET due_at = $2 WHERE (payment, order_id) IN (
                 SELECT payment, order_id FROM registration.settlements WHERE due_at <= $1
                 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
             RETURNING payment, order_id",
        )
        .await?;
    let read = |row: &Row| {
        let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        Ok((PaymentId(row.get("payment")), order))
    };
    client.query(&statement, &[&now, &until, &limit]).await?.iter().map(read).collect()
}

/// Moves one that is neither a seat nor a refund. `due_at` where there is still something to be done; `choice_until` with
/// a choice.
pub(crate) async fn set(
    transaction: &impl GenericClient,
    (payment, order): (PaymentId, OrderId),
    state: Settled,
    due_at: Option<Timestamp>,
    choice_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.settlements SET state = $3, due_at = $4, choice_until = $5, moved_at = $6
             WHERE payment = $1 AND order_id = $2 AND state IN ('due', 'choice')",
        )
        .await?;
    let state: &str = state.into();
    let row = transaction
        .execute(&statement, &[&payment.0, &order.to_string(), &state, &due_at, &choice_until, &now])
        .await?;
    Ok(row == 1)
}

/// Has one settled anew whose refund staff did not agree to.
pub(crate) async fn reopen(
    transaction: &impl GenericClient,
    (payment, order): (PaymentId, OrderId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.settlements SET state = 'due', due_at = $3, moved_at = $3
             WHERE payment = $1 AND order_id = $2 AND state = 'refund'",
        )
        .await?;
    transaction.execute(&statement, &[&payment.0, &order.to_string(), &now]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Settlement, StoreError> {
    let word = |column: &str| row.get::<_, &str>(column);
    Ok(Settlement {
        payment: PaymentId(row.get("payment")),
        order: word("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
        state: word("state").parse().map_err(|_| StoreError::Corrupt("a settlement's state"))?,
        choice_until: row.get("choice_until"),
        method: word("method").parse().unwrap_or(Method::Other),
        asked: Fen(row.get("asked_fen")),
        received: Fen(row.get("received_fen")),
        received_at: row.get("received_at"),
        part: Fen(row.get("part_fen")),
        is_first: row.get("is_first"),
    })
}
