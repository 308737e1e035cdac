//! The table `screenshots`: which pictures there are; the pictures are in the file store.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::payment::PaymentId;
use crate::store::StoreError;

/// A picture that is not accepted yet.
pub(crate) struct NewScreenshot {
    pub(crate) id: Uuid,
    pub(crate) order: OrderId,
    pub(crate) created_at: Timestamp,
    pub(crate) file_index: [u8; 32],
    pub(crate) kept_index: [u8; 32],
}

/// Adds a picture, unless the order has `most` already. True when it was added.
pub(crate) async fn insert(client: &impl GenericClient, new: &NewScreenshot, most: i64) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.screenshots (id, order_id, created_at, file_index, kept_index)
             SELECT $1, $2, $3, $5, $6
             WHERE (SELECT count(*) FROM registration.screenshots WHERE order_id = $2) < $4",
        )
        .await?;
    let NewScreenshot { id, order, created_at, file_index, kept_index } = new;
    let (order, file_index, kept_index) = (order.to_string(), &file_index[..], &kept_index[..]);
    let row: [&(dyn ToSql + Sync); 6] = [id, &order, created_at, &most, &file_index, &kept_index];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Accepts a picture as evidence of a payment. False: it was accepted before, or is gone.
pub(crate) async fn accept(
    client: &impl GenericClient,
    id: Uuid,
    payment: PaymentId,
    accepted_at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.screenshots SET accepted_at = $2, payment = $3 WHERE id = $1 AND accepted_at IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&id, &accepted_at, &payment.0]).await? == 1)
}

/// Locks a picture, so that nobody accepts it meanwhile. False: it is accepted already. One without a row is nobody's.
pub(crate) async fn lock_unaccepted(transaction: &impl GenericClient, id: Uuid) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached("SELECT accepted_at IS NULL AS is_free FROM registration.screenshots WHERE id = $1 FOR UPDATE")
        .await?;
    Ok(transaction.query_opt(&statement, &[&id]).await?.is_none_or(|row| row.get("is_free")))
}

/// Removes a picture that nobody has accepted.
pub(crate) async fn delete(client: &impl GenericClient, id: Uuid) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.screenshots WHERE id = $1 AND accepted_at IS NULL").await?;
    client.execute(&statement, &[&id]).await?;
    Ok(())
}

/// The order's picture that was accepted last.
pub(crate) async fn accepted(client: &impl GenericClient, order: OrderId) -> Result<Option<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id FROM registration.screenshots WHERE order_id = $1 AND accepted_at IS NOT NULL
             ORDER BY accepted_at DESC, created_at DESC LIMIT 1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&order.to_string()]).await?.map(|row| row.get("id")))
}

/// Another picture, and the order that it was accepted for.
pub(crate) struct Other {
    pub(crate) picture: Uuid,
    pub(crate) order: OrderId,
    pub(crate) exam: ExamId,
    pub(crate) account: AccountId,
    pub(crate) amount: Fen,
}

impl Other {
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            picture: row.get("id"),
            order: row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
            exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an order's exam"))?,
            account: AccountId(row.get("account")),
            amount: Fen(row.get("amount_fen")),
        })
    }
}

/// Another picture that has something in common with one.
pub(crate) struct Same {
    pub(crate) other: Other,
    /// It is the same file, or the same pixels.
    pub(crate) is_same_picture: bool,
    /// A number was read on both, and is the same.
    pub(crate) has_same_number: bool,
}

/// Accepted pictures that are this one, or on which the same number was read, the newest first, at most `limit`.
pub(crate) async fn same(client: &impl GenericClient, picture: Uuid, limit: i64) -> Result<Vec<Same>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT s.id, s.order_id, o.exam, o.account, o.amount_fen, found.is_same_picture, found.has_same_number
             FROM (
                 SELECT id, bool_or(is_picture) AS is_same_picture, bool_or(NOT is_picture) AS has_same_number
                 FROM (
                     SELECT p.id, true AS is_picture FROM registration.screenshots m
                     JOIN registration.screenshots p ON p.file_index = m.file_index WHERE m.id = $1
                     UNION ALL
                     SELECT p.id, true FROM registration.screenshots m
                     JOIN registration.screenshots p ON p.kept_index = m.kept_index WHERE m.id = $1
                     UNION ALL
                     SELECT r.screenshot, false FROM registration.screenshot_readings m
                     JOIN registration.screenshot_readings r ON r.number_index = m.number_index WHERE m.screenshot = $1
                     UNION ALL
                     SELECT r.screenshot, false FROM registration.screenshot_readings m
                     JOIN registration.screenshot_readings r ON r.merchant_index = m.merchant_index WHERE m.screenshot = $1
                 ) each GROUP BY id
             ) found
             JOIN registration.screenshots s ON s.id = found.id
             JOIN registration.orders o ON o.id = s.order_id
             WHERE s.id <> $1 AND s.accepted_at IS NOT NULL
             ORDER BY s.accepted_at DESC, s.id LIMIT $2",
        )
        .await?;
    let same = |row: &Row| {
        let (is_same_picture, has_same_number) = (row.get("is_same_picture"), row.get("has_same_number"));
        Ok(Same { other: Other::read(row)?, is_same_picture, has_same_number })
    };
    client.query(&statement, &[&picture, &limit]).await?.iter().map(same).collect()
}

/// The order's pictures that were not accepted, newest first.
pub(crate) async fn pending(client: &impl GenericClient, order: OrderId) -> Result<Vec<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id FROM registration.screenshots WHERE order_id = $1 AND accepted_at IS NULL
             ORDER BY created_at DESC",
        )
        .await?;
    Ok(client.query(&statement, &[&order.to_string()]).await?.iter().map(|row| row.get("id")).collect())
}

/// All pictures of the account's orders.
pub(crate) async fn of_account(
    client: &impl GenericClient,
    account: AccountId,
) -> Result<Vec<(OrderId, Uuid)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT p.order_id, p.id FROM registration.screenshots p JOIN registration.orders o ON o.id = p.order_id
             WHERE o.account = $1 ORDER BY p.id",
        )
        .await?;
    let read = |row: &Row| {
        let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        Ok((order, row.get("id")))
    };
    client.query(&statement, &[&account.0]).await?.iter().map(read).collect()
}

/// A picture that belongs to no hand-in any more.
pub(crate) struct Abandoned {
    pub(crate) order: OrderId,
    pub(crate) id: Uuid,
    pub(crate) created_at: Timestamp,
}

/// Pictures from before `until` that were not accepted and that no unpaid order may still need, the oldest first; those
/// behind the moment and the number to which the list was read.
pub(crate) async fn abandoned(
    client: &impl GenericClient,
    until: Timestamp,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Abandoned>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT p.order_id, p.id, p.created_at
             FROM registration.screenshots p JOIN registration.orders o ON o.id = p.order_id
             WHERE p.accepted_at IS NULL AND p.created_at < $1 AND o.state <> 'unpaid'
                 AND ($2::timestamptz IS NULL OR (p.created_at, p.id) > ($2, $3))
             ORDER BY p.created_at, p.id LIMIT $4",
        )
        .await?;
    let (at, number) = after.unzip();
    let rows = client.query(&statement, &[&until, &at, &number, &limit]).await?;
    rows.iter()
        .map(|row| {
            let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
            Ok(Abandoned { order, id: row.get("id"), created_at: row.get("created_at") })
        })
        .collect()
}
