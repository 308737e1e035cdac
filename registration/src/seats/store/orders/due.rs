//! The table `orders`: what the sweep has to look at, the oldest first.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use super::{SELECT, StoredOrder, read};
use crate::model::order::OrderId;
use crate::store::StoreError;

/// Unpaid orders whose time was up before `now`.
pub(crate) async fn unpaid(
    client: &impl GenericClient,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'unpaid' AND o.lapses_at < $1 ORDER BY o.lapses_at LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&now, &limit]).await?.iter().map(read).collect()
}

/// Unpaid orders for which nothing is to be paid, and whose time is not up.
pub(crate) async fn free(client: &impl GenericClient, now: Timestamp, limit: i64) -> Result<Vec<OrderId>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT o.id FROM registration.orders o
             WHERE o.state = 'unpaid' AND o.amount_fen = 0 AND o.lapses_at >= $1 ORDER BY o.lapses_at LIMIT $2",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| row.get::<_, &str>("id").parse();
    let found: Result<_, _> = client.query(&statement, &[&now, &limit]).await?.iter().map(read).collect();
    found.map_err(|_| StoreError::Corrupt("an order's number"))
}

/// Refused orders that nobody mended before `now`.
pub(crate) async fn refused(
    client: &impl GenericClient,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'refused' AND o.mend_until < $1 ORDER BY o.mend_until LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&now, &limit]).await?.iter().map(read).collect()
}

/// Orders whose confirmation began before `until` and has not come to an end.
pub(crate) async fn confirming(
    client: &impl GenericClient,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'confirming' AND o.decided_at < $1 ORDER BY o.decided_at LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&until, &limit]).await?.iter().map(read).collect()
}

/// Ended orders whose seats the engine has not got back.
pub(crate) async fn owing(client: &impl GenericClient, limit: i64) -> Result<Vec<StoredOrder>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE o.seats_owed ORDER BY o.created_at LIMIT $1")).await?;
    client.query(&statement, &[&limit]).await?.iter().map(read).collect()
}
