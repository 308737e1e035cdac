//! The table `identity_pictures`: whose pictures there are; the pictures are in the file store.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::{StoreError, violates};

/// Adds a draft; the one that was in this slot is dropped. False when another request was faster.
pub(crate) async fn insert_draft(
    client: &impl GenericClient,
    id: Uuid,
    account: Uuid,
    slot: &str,
    created_at: Timestamp,
) -> Result<bool, StoreError> {
    let drop = client
        .prepare_cached(
            "UPDATE registration.identity_pictures SET state = 'dropped'
             WHERE account = $1 AND slot = $2 AND state = 'draft'",
        )
        .await?;
    client.execute(&drop, &[&account, &slot]).await?;
    let insert = client
        .prepare_cached(
            "INSERT INTO registration.identity_pictures (id, account, slot, state, created_at)
             VALUES ($1, $2, $3, 'draft', $4)",
        )
        .await?;
    match client.execute(&insert, &[&id, &account, &slot, &created_at]).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "identity_pictures_one_draft") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The draft in a slot, and since when it is there.
pub(crate) async fn draft(
    client: &impl GenericClient,
    account: Uuid,
    slot: &str,
) -> Result<Option<(Uuid, Timestamp)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, created_at FROM registration.identity_pictures
             WHERE account = $1 AND slot = $2 AND state = 'draft'",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&account, &slot]).await?.map(|row| (row.get(0), row.get(1))))
}

/// Is there such a picture of the account, not dropped?
pub(crate) async fn is_there(client: &impl GenericClient, id: Uuid, account: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT 1 FROM registration.identity_pictures WHERE id = $1 AND account = $2 AND state <> 'dropped'",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id, &account]).await?.is_some())
}

/// Makes a draft stay. False when it is none any more.
pub(crate) async fn keep(client: &impl GenericClient, id: Uuid, account: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_pictures SET state = 'kept'
             WHERE id = $1 AND account = $2 AND state <> 'dropped'",
        )
        .await?;
    Ok(client.execute(&statement, &[&id, &account]).await? == 1)
}

/// Marks pictures to be removed by the sweep.
pub(crate) async fn drop(client: &impl GenericClient, ids: &[Uuid]) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.identity_pictures SET state = 'dropped' WHERE id = ANY($1)").await?;
    client.execute(&statement, &[&ids]).await?;
    Ok(())
}

/// Marks the drafts of these slots.
pub(crate) async fn drop_drafts(client: &impl GenericClient, account: Uuid, slots: &[&str]) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_pictures SET state = 'dropped'
             WHERE account = $1 AND slot = ANY($2) AND state = 'draft'",
        )
        .await?;
    client.execute(&statement, &[&account, &slots]).await?;
    Ok(())
}

/// Drops up to `limit` drafts from before these moments, the oldest first; photos of forms may lie longer. Answers how
/// many it were.
pub(crate) async fn drop_old_drafts(
    client: &impl GenericClient,
    until: Timestamp,
    photos_until: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_pictures SET state = 'dropped' WHERE state = 'draft' AND id IN
                 (SELECT id FROM registration.identity_pictures
                  WHERE state = 'draft'
                      AND created_at < CASE slot WHEN 'photo' THEN $2::timestamptz ELSE $1::timestamptz END
                  ORDER BY created_at LIMIT $3)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &photos_until, &limit]).await?)
}

/// Pictures whose files are to be removed.
pub(crate) async fn dropped(client: &impl GenericClient, limit: i64) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, account FROM registration.identity_pictures WHERE state = 'dropped'
             ORDER BY created_at LIMIT $1",
        )
        .await?;
    Ok(client.query(&statement, &[&limit]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Removes the row of a dropped picture.
pub(crate) async fn delete(client: &impl GenericClient, id: Uuid) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.identity_pictures WHERE id = $1 AND state = 'dropped'").await?;
    client.execute(&statement, &[&id]).await?;
    Ok(())
}
