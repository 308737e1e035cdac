//! The table `group_payment_orders`: which orders a school pays for, and what each cost when its list was made.

use deadpool_postgres::GenericClient;

use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::group::GroupId;
use crate::store::StoreError;

/// Adds the orders of a new list.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    group: GroupId,
    orders: &[(OrderId, Fen)],
) -> Result<(), StoreError> {
    let numbers: Vec<String> = orders.iter().map(|(order, _)| order.to_string()).collect();
    let amounts: Vec<i64> = orders.iter().map(|(_, amount)| amount.0).collect();
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.group_payment_orders (group_payment, order_id, amount_fen)
             SELECT $1, o.order_id, o.amount_fen FROM unnest($2::text[], $3::bigint[]) AS o (order_id, amount_fen)",
        )
        .await?;
    transaction.execute(&statement, &[&group.0, &numbers, &amounts]).await?;
    Ok(())
}

/// Takes orders off a list.
pub(crate) async fn remove(
    transaction: &impl GenericClient,
    group: GroupId,
    orders: &[OrderId],
) -> Result<(), StoreError> {
    let numbers: Vec<String> = orders.iter().map(ToString::to_string).collect();
    let statement = transaction
        .prepare_cached("DELETE FROM registration.group_payment_orders WHERE group_payment = $1 AND order_id = ANY($2)")
        .await?;
    transaction.execute(&statement, &[&group.0, &numbers]).await?;
    Ok(())
}
