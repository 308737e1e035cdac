//! The table `identity_pictures`: whose pictures there are; the pictures are in the file store.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::{StoreError, violates};

/// Does an identity, a face check or an accommodation name the picture `p`? They are rows of the same account.
const IS_NAMED: &str =
    "EXISTS (SELECT FROM registration.identities i WHERE i.account = p.account AND p.id IN (i.picture, i.more_picture, i.card_back))
    OR EXISTS (SELECT FROM registration.face_checks f WHERE f.account = p.account AND f.picture = p.id)
    OR EXISTS (SELECT FROM registration.accommodations m WHERE m.account = p.account AND p.id IN (m.proof, m.more_proof))";

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
    Ok(client.query_opt(&statement, &[&account, &slot]).await?.map(|row| (row.get("id"), row.get("created_at"))))
}

/// The account for which the account's picture was sealed, if there is such a picture that is not dropped.
pub(crate) async fn sealed_for(
    client: &impl GenericClient,
    id: Uuid,
    account: Uuid,
) -> Result<Option<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT coalesce(sealed_for, account) AS sealed_for FROM registration.identity_pictures
             WHERE id = $1 AND account = $2 AND state <> 'dropped'",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id, &account]).await?.map(|row| row.get("sealed_for")))
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

/// Marks pictures to be removed by the job `Pictures`.
pub(crate) async fn drop(client: &impl GenericClient, ids: &[Uuid]) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.identity_pictures SET state = 'dropped' WHERE id = ANY($1)").await?;
    client.execute(&statement, &[&ids]).await?;
    Ok(())
}

/// Drops the account's pictures of these slots, drafts and kept ones; answers which.
pub(crate) async fn drop_all(
    client: &impl GenericClient,
    account: Uuid,
    slots: &[&str],
) -> Result<Vec<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_pictures SET state = 'dropped'
             WHERE account = $1 AND slot = ANY($2) AND state <> 'dropped' RETURNING id",
        )
        .await?;
    Ok(client.query(&statement, &[&account, &slots]).await?.iter().map(|row| row.get("id")).collect())
}

/// Marks one to be removed that must be the account's.
pub(crate) async fn discard(client: &impl GenericClient, id: Uuid, account: Uuid) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.identity_pictures SET state = 'dropped' WHERE id = $1 AND account = $2")
        .await?;
    client.execute(&statement, &[&id, &account]).await?;
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

/// Pictures whose files are to be removed, each with the account for which it was sealed. One that an identity or a face
/// check still names stays.
pub(crate) async fn dropped(client: &impl GenericClient, limit: i64) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT p.id, coalesce(p.sealed_for, p.account) AS sealed_for FROM registration.identity_pictures p
             WHERE p.state = 'dropped' AND NOT ({IS_NAMED}) ORDER BY p.created_at LIMIT $1"
        ))
        .await?;
    let rows = client.query(&statement, &[&limit]).await?;
    Ok(rows.iter().map(|row| (row.get("id"), row.get("sealed_for"))).collect())
}

/// A picture that is kept.
pub(crate) struct Kept {
    pub(crate) id: Uuid,
    pub(crate) account: Uuid,
    /// Does the account's identity, one of its face checks or of its accommodations name it?
    pub(crate) is_named: bool,
}

/// Kept pictures at which nobody has looked since `until`.
pub(crate) async fn kept(client: &impl GenericClient, until: Timestamp, limit: i64) -> Result<Vec<Kept>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT p.id, p.account, ({IS_NAMED}) AS is_named FROM registration.identity_pictures p
             WHERE p.state = 'kept' AND coalesce(p.looked_at, p.created_at) < $1
             ORDER BY coalesce(p.looked_at, p.created_at) LIMIT $2"
        ))
        .await?;
    let read = |row: &tokio_postgres::Row| Kept {
        id: row.get("id"),
        account: row.get("account"),
        is_named: row.get("is_named"),
    };
    Ok(client.query(&statement, &[&until, &limit]).await?.iter().map(read).collect())
}

/// Notes that somebody looked at a kept picture, or that nothing names it.
pub(crate) async fn looked(
    client: &impl GenericClient,
    id: Uuid,
    is_named: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_pictures
             SET looked_at = $3, state = CASE WHEN $2 THEN state ELSE 'dropped' END WHERE id = $1 AND state = 'kept'",
        )
        .await?;
    client.execute(&statement, &[&id, &is_named, &now]).await?;
    Ok(())
}

/// Gives the photos of forms, and the proofs of accommodations, to another account. The files stay where they are, sealed for whom they were. A draft gives
/// way to one that is there.
pub(crate) async fn rebind_photos(client: &impl GenericClient, from: Uuid, to: Uuid) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_pictures p SET account = $2, sealed_for = coalesce(sealed_for, account)
             WHERE account = $1 AND slot IN ('photo', 'proof', 'more_proof')
                 AND (state = 'kept' OR state = 'draft' AND NOT EXISTS (
                     SELECT FROM registration.identity_pictures o
                     WHERE o.account = $2 AND o.slot = p.slot AND o.state = 'draft'))",
        )
        .await?;
    client.execute(&statement, &[&from, &to]).await?;
    Ok(())
}

/// Removes the row of a dropped picture.
pub(crate) async fn delete(client: &impl GenericClient, id: Uuid) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.identity_pictures WHERE id = $1 AND state = 'dropped'").await?;
    client.execute(&statement, &[&id]).await?;
    Ok(())
}
