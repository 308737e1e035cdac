//! The table `identity_uploads`: pictures that are still arriving, those of documents and those of payments. Its column
//! `slot` says for what.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// An upload as far as it has come, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoredUpload {
    pub(crate) key: Uuid,
    pub(crate) total: i32,
    pub(crate) received: i32,
}

/// The upload in a slot, locked until the transaction ends.
pub(crate) async fn lock(
    client: &impl GenericClient,
    account: Uuid,
    slot: &str,
) -> Result<Option<StoredUpload>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT key, total, received FROM registration.identity_uploads
             WHERE account = $1 AND slot = $2 FOR UPDATE",
        )
        .await?;
    let row = client.query_opt(&statement, &[&account, &slot]).await?;
    Ok(row.map(|row| StoredUpload { key: row.get("key"), total: row.get("total"), received: row.get("received") }))
}

/// The upload in a slot.
pub(crate) async fn get(
    client: &impl GenericClient,
    account: Uuid,
    slot: &str,
) -> Result<Option<StoredUpload>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT key, total, received FROM registration.identity_uploads WHERE account = $1 AND slot = $2",
        )
        .await?;
    let row = client.query_opt(&statement, &[&account, &slot]).await?;
    Ok(row.map(|row| StoredUpload { key: row.get("key"), total: row.get("total"), received: row.get("received") }))
}

/// Ends the account's uploads but for so many of the newest.
pub(crate) async fn delete_all_but(client: &impl GenericClient, account: Uuid, newest: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.identity_uploads WHERE account = $1 AND slot IN
             (SELECT slot FROM registration.identity_uploads WHERE account = $1 ORDER BY created_at DESC OFFSET $2)",
        )
        .await?;
    client.execute(&statement, &[&account, &newest]).await?;
    Ok(())
}

/// Begins an upload in a slot that has none. False when another request was faster, or the key is not new.
pub(crate) async fn insert(
    client: &impl GenericClient,
    account: Uuid,
    slot: &str,
    upload: StoredUpload,
    created_at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.identity_uploads (account, slot, key, total, received, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .await?;
    let StoredUpload { key, total, received } = upload;
    Ok(client.execute(&statement, &[&account, &slot, &key, &total, &received, &created_at]).await? == 1)
}

/// Says how much has arrived.
pub(crate) async fn set_received(client: &impl GenericClient, key: Uuid, received: i32) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.identity_uploads SET received = $2 WHERE key = $1").await?;
    client.execute(&statement, &[&key, &received]).await?;
    Ok(())
}

/// Ends the upload in a slot; its pieces go with it.
pub(crate) async fn delete(client: &impl GenericClient, account: Uuid, slot: &str) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.identity_uploads WHERE account = $1 AND slot = $2").await?;
    client.execute(&statement, &[&account, &slot]).await?;
    Ok(())
}

/// Ends up to `limit` uploads that have stood still since before `until`, the oldest first; their pieces go with them.
pub(crate) async fn delete_old(client: &impl GenericClient, until: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.identity_uploads WHERE key IN
                 (SELECT key FROM registration.identity_uploads WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &limit]).await?)
}
