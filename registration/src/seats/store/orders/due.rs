//! The table `orders`: what jobs have to look at, the oldest first, a batch at a time.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use tokio_postgres::Row;

use super::{SELECT, StoredOrder, read};
use crate::store::StoreError;

/// Where a list was read to: the moment that it is ordered by, and the order's number.
pub(crate) type Bookmark = (Timestamp, String);

/// A batch of a list.
pub(crate) struct Batch {
    /// Those that this version can read.
    pub(crate) orders: Vec<StoredOrder>,
    /// Where it goes on; nothing at its end.
    pub(crate) last: Option<Bookmark>,
}

/// Unpaid orders whose time was up before `now`.
pub(crate) async fn unpaid(
    client: &impl GenericClient,
    now: Timestamp,
    after: Option<&Bookmark>,
    limit: i64,
) -> Result<Batch, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'unpaid' AND o.lapses_at < $1
                 AND ($2::timestamptz IS NULL OR (o.lapses_at, o.id) > ($2, $3)) ORDER BY o.lapses_at, o.id LIMIT $4"
        ))
        .await?;
    let (at, number) = parts(after);
    Ok(gather(&client.query(&statement, &[&now, &at, &number, &limit]).await?, "lapses_at", limit))
}

/// Unpaid orders for which nothing is to be paid, and whose time is not up.
pub(crate) async fn free(
    client: &impl GenericClient,
    now: Timestamp,
    after: Option<&Bookmark>,
    limit: i64,
) -> Result<Batch, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'unpaid' AND o.amount_fen = 0 AND o.lapses_at >= $1
                 AND ($2::timestamptz IS NULL OR (o.lapses_at, o.id) > ($2, $3)) ORDER BY o.lapses_at, o.id LIMIT $4"
        ))
        .await?;
    let (at, number) = parts(after);
    Ok(gather(&client.query(&statement, &[&now, &at, &number, &limit]).await?, "lapses_at", limit))
}

/// Refused orders that nobody mended before `now`.
pub(crate) async fn refused(
    client: &impl GenericClient,
    now: Timestamp,
    after: Option<&Bookmark>,
    limit: i64,
) -> Result<Batch, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'refused' AND o.mend_until < $1
                 AND ($2::timestamptz IS NULL OR (o.mend_until, o.id) > ($2, $3)) ORDER BY o.mend_until, o.id LIMIT $4"
        ))
        .await?;
    let (at, number) = parts(after);
    Ok(gather(&client.query(&statement, &[&now, &at, &number, &limit]).await?, "mend_until", limit))
}

/// Orders whose confirmation began before `until` and has not come to an end.
pub(crate) async fn confirming(
    client: &impl GenericClient,
    until: Timestamp,
    after: Option<&Bookmark>,
    limit: i64,
) -> Result<Batch, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.state = 'confirming' AND o.decided_at < $1
                 AND ($2::timestamptz IS NULL OR (o.decided_at, o.id) > ($2, $3)) ORDER BY o.decided_at, o.id LIMIT $4"
        ))
        .await?;
    let (at, number) = parts(after);
    Ok(gather(&client.query(&statement, &[&until, &at, &number, &limit]).await?, "decided_at", limit))
}

/// Ended orders whose seats the engine has not got back.
pub(crate) async fn owing(
    client: &impl GenericClient,
    after: Option<&Bookmark>,
    limit: i64,
) -> Result<Batch, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.seats_owed AND ($1::timestamptz IS NULL OR (o.created_at, o.id) > ($1, $2))
             ORDER BY o.created_at, o.id LIMIT $3"
        ))
        .await?;
    let (at, number) = parts(after);
    Ok(gather(&client.query(&statement, &[&at, &number, &limit]).await?, "created_at", limit))
}

fn parts(after: Option<&Bookmark>) -> (Option<Timestamp>, Option<&str>) {
    (after.map(|(at, _)| *at), after.map(|(_, number)| number.as_str()))
}

/// One that cannot be read, a later version's for example, keeps the job from none of the others.
fn gather(rows: &[Row], ordered_by: &str, limit: i64) -> Batch {
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    let last = rows.last().filter(|_| is_full).map(|row| (row.get(ordered_by), row.get("id")));
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        match read(row) {
            Ok(order) => orders.push(order),
            Err(error) => tracing::error!(order = row.get::<_, &str>("id"), %error, "a job cannot read an order"),
        }
    }
    Batch { orders, last }
}
