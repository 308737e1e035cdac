//! The table `payment_orders`: what of a payment is for which order.

use deadpool_postgres::GenericClient;

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
