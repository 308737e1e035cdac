//! The table `payment_orders`: what of a payment is for which order.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;

use crate::exams::wall::second::PaymentCounts;
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::PaymentId;
use crate::store::StoreError;

/// Adds the orders of a new payment.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    payment: PaymentId,
    orders: &[(OrderId, Fen)],
) -> Result<(), StoreError> {
    let numbers: Vec<String> = orders.iter().map(|(order, _)| order.to_string()).collect();
    let amounts: Vec<i64> = orders.iter().map(|(_, amount)| amount.0).collect();
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.payment_orders (payment, order_id, amount_fen)
             SELECT $1, o.order_id, o.amount_fen FROM unnest($2::text[], $3::bigint[]) AS o (order_id, amount_fen)",
        )
        .await?;
    transaction.execute(&statement, &[&payment.0, &numbers, &amounts]).await?;
    Ok(())
}

/// The same orders for another payment.
pub(crate) async fn copy(transaction: &impl GenericClient, from: PaymentId, to: PaymentId) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.payment_orders (payment, order_id, amount_fen)
             SELECT $2, b.order_id, b.amount_fen FROM registration.payment_orders b WHERE b.payment = $1",
        )
        .await?;
    transaction.execute(&statement, &[&from.0, &to.0]).await?;
    Ok(())
}

/// How many payments, counted by the orders that they are for, there are in each of these exams: all of them, those of which
/// the money came, and those of which nobody knows what became. Reads all of them.
pub(crate) async fn counted(
    client: &impl GenericClient,
    exams: &[&str],
) -> Result<HashMap<String, PaymentCounts>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT o.exam, count(*) AS begun, count(*) FILTER (WHERE p.state = 'received') AS came,
                 count(*) FILTER (WHERE p.state = 'unknown') AS unknown,
                 (SELECT count(*) FROM registration.refunds r JOIN registration.orders of ON of.id = r.order_id
                  WHERE of.exam = o.exam AND r.state IN ('short', 'abnormal')) AS short
             FROM registration.payment_orders b JOIN registration.payments p ON p.id = b.payment
             JOIN registration.orders o ON o.id = b.order_id
             WHERE o.exam = ANY($1) GROUP BY o.exam",
        )
        .await?;
    let count = |row: &tokio_postgres::Row, name| u64::try_from(row.get::<_, i64>(name)).unwrap_or_default();
    let read = |row: &tokio_postgres::Row| {
        let counts = PaymentCounts {
            begun: count(row, "begun"),
            came: count(row, "came"),
            unknown: count(row, "unknown"),
            short: count(row, "short"),
        };
        (row.get("exam"), counts)
    };
    Ok(client.query(&statement, &[&exams]).await?.iter().map(read).collect())
}
