//! The table `payments`: reading, and its moves. Each move names the states that it starts from, and says whether it
//! happened, so that of two movers one wins and the other looks again.

pub(crate) mod attempts;
pub(crate) mod listed;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::actor::Actor;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::group::GroupId;
use crate::model::payment::{Method, Payment, PaymentId, PaymentState};
use crate::store::{StoreError, violates};

/// What every query of whole payments begins with.
const SELECT: &str = "
    SELECT p.id, p.method, p.amount_fen, p.state, p.reference, p.created_at, p.received_at, p.decided_kind, p.decided_id,
        p.decided_at, p.reason, p.received_fen, p.of_attempt,
        ARRAY(SELECT b.order_id FROM registration.payment_orders b WHERE b.payment = p.id ORDER BY b.order_id)
            AS order_ids,
        ARRAY(SELECT b.amount_fen FROM registration.payment_orders b WHERE b.payment = p.id ORDER BY b.order_id)
            AS order_amounts
    FROM registration.payments p";
/// Most payments of one order that are read.
const PAYMENTS_MAX: i64 = 100;

/// A payment that begins.
pub(crate) struct NewPayment {
    pub(crate) id: PaymentId,
    pub(crate) method: Method,
    pub(crate) amount: Fen,
    pub(crate) state: PaymentState,
    pub(crate) created_at: Timestamp,
}

/// What is said of a payment that comes to its end.
pub(crate) struct Ending<'a> {
    /// Received, closed or failed.
    pub(crate) state: PaymentState,
    pub(crate) actor: &'a Actor,
    pub(crate) at: Timestamp,
    /// What the gateway calls it, if it says so only now.
    pub(crate) reference: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
}

/// What became of an ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is so now.
    Yes,
    /// It had come to an end before, or there is none.
    No,
    /// Another payment has this reference. The transaction is broken.
    ReferenceTaken,
}

/// Adds a payment.
pub(crate) async fn insert(transaction: &impl GenericClient, new: &NewPayment) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.payments (id, method, amount_fen, state, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    let NewPayment { id, method, amount, state, created_at } = new;
    let (method, state): (&str, &str) = (method.into(), state.into());
    transaction.execute(&statement, &[&id.0, &method, &amount.0, &state, created_at]).await?;
    Ok(())
}

/// Created, pending or unknown → received, closed or failed.
pub(crate) async fn end(
    transaction: &impl GenericClient,
    id: PaymentId,
    ending: &Ending<'_>,
) -> Result<Ended, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.payments
             SET state = $2, received_at = CASE $2 WHEN 'received' THEN $5::timestamptz END,
                 decided_kind = $3, decided_id = $4, decided_at = $5, reference = coalesce($6, reference), reason = $7
             WHERE id = $1 AND state IN ('created', 'pending', 'unknown')",
        )
        .await?;
    let Ending { state, actor, at, reference, reason } = ending;
    let state: &str = state.into();
    let row: [&(dyn ToSql + Sync); 7] = [&id.0, &state, &actor.kind(), &actor.id(), at, reference, reason];
    match transaction.execute(&statement, &row).await {
        Ok(0) => Ok(Ended::No),
        Ok(_) => Ok(Ended::Yes),
        Err(error) if violates(&error, "payments_one_per_reference") => Ok(Ended::ReferenceTaken),
        Err(error) => Err(error.into()),
    }
}

/// The payment of that number; `None` when there is none.
pub(crate) async fn get(client: &impl GenericClient, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE p.id = $1")).await?;
    client.query_opt(&statement, &[&id.0]).await?.as_ref().map(read).transpose()
}

/// The payments of an order, the oldest first. Whoever holds the order's lock reads them as they stay.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<Payment>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} JOIN registration.payment_orders b ON b.payment = p.id
             WHERE b.order_id = $1 ORDER BY p.created_at, p.id LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&order.to_string(), &PAYMENTS_MAX]).await?.iter().map(read).collect()
}

/// The payments that were made for a school's list, the oldest first.
pub(crate) async fn of_group(client: &impl GenericClient, group: GroupId) -> Result<Vec<Payment>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE p.of_group = $1 ORDER BY p.created_at, p.id LIMIT $2")).await?;
    client.query(&statement, &[&group.0, &PAYMENTS_MAX]).await?.iter().map(read).collect()
}

/// Which payments of an order were made for a school's list, and what of each is the order's.
pub(crate) async fn of_schools(
    client: &impl GenericClient,
    order: OrderId,
) -> Result<Vec<(PaymentId, Fen)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT p.id, b.amount_fen FROM registration.payments p
             JOIN registration.payment_orders b ON b.payment = p.id
             LEFT JOIN registration.payments a ON a.id = p.of_attempt
             WHERE b.order_id = $1 AND (p.of_group IS NOT NULL OR a.of_group IS NOT NULL) LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&order.to_string(), &PAYMENTS_MAX]).await?;
    Ok(rows.iter().map(|row| (PaymentId(row.get("id")), Fen(row.get("amount_fen")))).collect())
}

/// Notes for which list a payment was made that has just begun.
pub(crate) async fn set_group(
    transaction: &impl GenericClient,
    id: PaymentId,
    group: GroupId,
) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("UPDATE registration.payments SET of_group = $2 WHERE id = $1").await?;
    transaction.execute(&statement, &[&id.0, &group.0]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Payment, StoreError> {
    let corrupt = |what: &'static str| move |_| StoreError::Corrupt(what);
    let word = |column: &str| row.get::<_, &str>(column);
    let decided = match (row.get::<_, Option<&str>>("decided_kind"), row.get("decided_at")) {
        (Some(kind), Some(at)) => {
            let actor = Actor::from_stored(kind, row.get("decided_id"));
            Some((actor.map_err(|_| StoreError::Corrupt("who decided on a payment"))?, at))
        }
        _ => None,
    };
    let (orders, amounts): (Vec<&str>, Vec<i64>) = (row.get("order_ids"), row.get("order_amounts"));
    let order = |(order, amount): (&str, i64)| {
        Ok((order.parse().map_err(|_| StoreError::Corrupt("an order's number"))?, Fen(amount)))
    };
    Ok(Payment {
        id: PaymentId(row.get::<_, Uuid>("id")),
        method: word("method").parse().unwrap_or(Method::Other),
        amount: Fen(row.get("amount_fen")),
        state: word("state").parse().map_err(corrupt("a payment's state"))?,
        reference: row.get("reference"),
        created_at: row.get("created_at"),
        received_at: row.get("received_at"),
        received: row.get::<_, Option<i64>>("received_fen").map(Fen),
        of_attempt: row.get::<_, Option<Uuid>>("of_attempt").map(PaymentId),
        decided,
        reason: row.get("reason"),
        orders: orders.into_iter().zip(amounts).map(order).collect::<Result<_, StoreError>>()?,
    })
}
