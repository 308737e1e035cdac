//! The table `order_sittings`: the seats of an order.

use deadpool_postgres::GenericClient;

use crate::model::order::{OrderId, OrderSitting};
use crate::store::StoreError;

/// Adds the seats of a new order.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    order: OrderId,
    sittings: &[OrderSitting],
) -> Result<(), StoreError> {
    let names: Vec<&str> = sittings.iter().map(|seat| seat.sitting.as_str()).collect();
    let holds: Vec<String> = sittings.iter().map(|seat| seat.hold.to_string()).collect();
    let fees: Vec<i64> = sittings.iter().map(|seat| seat.fee.0).collect();
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
             SELECT $1, seat.position, seat.sitting, seat.hold, seat.fee_fen
             FROM unnest($2::text[], $3::text[], $4::bigint[])
                 WITH ORDINALITY AS seat (sitting, hold, fee_fen, position)",
        )
        .await?;
    transaction.execute(&statement, &[&order.to_string(), &names, &holds, &fees]).await?;
    Ok(())
}

/// Removes all seats of an order. False when they are not these.
pub(crate) async fn remove(
    transaction: &impl GenericClient,
    order: OrderId,
    sittings: &[OrderSitting],
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached("DELETE FROM registration.order_sittings WHERE order_id = $1 RETURNING hold")
        .await?;
    let removed = transaction.query(&statement, &[&order.to_string()]).await?;
    let is_ours = |hold: &str| sittings.iter().any(|seat| seat.hold.to_string() == hold);
    Ok(removed.len() == sittings.len() && removed.iter().all(|row| is_ours(row.get("hold"))))
}

/// Notes the holds that took the places of lapsed ones. False when the order has not all of the sittings any more.
pub(crate) async fn set_holds(
    transaction: &impl GenericClient,
    order: OrderId,
    sittings: &[OrderSitting],
) -> Result<bool, StoreError> {
    let names: Vec<&str> = sittings.iter().map(|seat| seat.sitting.as_str()).collect();
    let holds: Vec<String> = sittings.iter().map(|seat| seat.hold.to_string()).collect();
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.order_sittings s SET hold = seat.hold
             FROM unnest($2::text[], $3::text[]) AS seat (sitting, hold)
             WHERE s.order_id = $1 AND s.sitting = seat.sitting",
        )
        .await?;
    let updated = transaction.execute(&statement, &[&order.to_string(), &names, &holds]).await?;
    Ok(updated == names.len() as u64)
}

/// Moves one seat to another order.
pub(crate) async fn move_to(
    transaction: &impl GenericClient,
    order: &str,
    sitting: &str,
    other: &str,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached("UPDATE registration.order_sittings SET order_id = $3 WHERE order_id = $1 AND sitting = $2")
        .await?;
    transaction.execute(&statement, &[&order, &sitting, &other]).await?;
    Ok(())
}
