//! The table `orders`: who is confirmed in a sitting.

use deadpool_postgres::GenericClient;
use reservation::ids::{ExamId, SittingId};

use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::store::StoreError;

/// The confirmed orders that have a seat in a sitting, each with whose it is, by number.
pub(crate) async fn in_sitting(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Vec<(OrderId, AccountId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT o.id, o.account FROM registration.orders o
             JOIN registration.order_sittings s ON s.order_id = o.id AND s.sitting = $2
             WHERE o.exam = $1 AND o.state = 'confirmed' ORDER BY o.id",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    let one = |row: &tokio_postgres::Row| {
        let id = row.get::<_, &str>("id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        Ok((id, AccountId(row.get("account"))))
    };
    rows.iter().map(one).collect()
}

/// How many are confirmed in each of an exam's sittings, by the sitting's id.
pub(crate) async fn counts(client: &impl GenericClient, exam: &ExamId) -> Result<Vec<(String, i64)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT s.sitting, count(*) AS people FROM registration.orders o
             JOIN registration.order_sittings s ON s.order_id = o.id
             WHERE o.exam = $1 AND o.state = 'confirmed' GROUP BY s.sitting",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str()]).await?;
    Ok(rows.iter().map(|row| (row.get("sitting"), row.get("people"))).collect())
}
