//! The table `staff`.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::{StoreError, violates};

/// Somebody of the staff as stored.
pub(crate) struct StoredStaff {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) password_hash: String,
    pub(crate) session_epoch: i32,
    pub(crate) disabled_at: Option<Timestamp>,
}

/// What every query of staff begins with.
const SELECT: &str = "SELECT id, name, role, password_hash, session_epoch, disabled_at FROM registration.staff";

/// Adds somebody. False when the name is taken.
pub(crate) async fn insert(
    client: &impl GenericClient,
    staff: &StoredStaff,
    created_at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff (id, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    let StoredStaff { id, name, role, password_hash, .. } = staff;
    match client.execute(&statement, &[id, name, role, password_hash, &created_at]).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "staff_one_per_name") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Somebody by id.
pub(crate) async fn get(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredStaff>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE id = $1")).await?;
    Ok(client.query_opt(&statement, &[&id]).await?.map(|row| read(&row)))
}

/// Somebody by login name.
pub(crate) async fn by_name(client: &impl GenericClient, name: &str) -> Result<Option<StoredStaff>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE name = $1")).await?;
    Ok(client.query_opt(&statement, &[&name]).await?.map(|row| read(&row)))
}

/// Is there somebody of this name, and is there anybody else?
pub(crate) async fn is_there_and_others(client: &impl GenericClient, name: &str) -> Result<(bool, bool), StoreError> {
    let row = client
        .query_one(
            "SELECT EXISTS (SELECT FROM registration.staff WHERE name = $1) AS is_there,
                 EXISTS (SELECT FROM registration.staff WHERE name <> $1) AS has_others",
            &[&name],
        )
        .await?;
    Ok((row.get("is_there"), row.get("has_others")))
}

/// Everybody, by name.
pub(crate) async fn all(client: &impl GenericClient, limit: i64) -> Result<Vec<StoredStaff>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} ORDER BY name LIMIT $1")).await?;
    Ok(client.query(&statement, &[&limit]).await?.iter().map(read).collect())
}

/// Ends every sign-in of somebody.
pub(crate) async fn end_sessions(client: &impl GenericClient, id: Uuid) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.staff SET session_epoch = session_epoch + 1 WHERE id = $1").await?;
    client.execute(&statement, &[&id]).await?;
    Ok(())
}

/// Another password; every sign-in of before is over.
pub(crate) async fn set_password(client: &impl GenericClient, id: Uuid, password_hash: &str) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff SET password_hash = $2, session_epoch = session_epoch + 1 WHERE id = $1",
        )
        .await?;
    client.execute(&statement, &[&id, &password_hash]).await?;
    Ok(())
}

/// Disabled since when, or `None` for enabled again; every sign-in of before is over.
pub(crate) async fn set_disabled(
    client: &impl GenericClient,
    id: Uuid,
    disabled_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff SET disabled_at = $2, session_epoch = session_epoch + 1 WHERE id = $1",
        )
        .await?;
    client.execute(&statement, &[&id, &disabled_at]).await?;
    Ok(())
}

fn read(row: &Row) -> StoredStaff {
    StoredStaff {
        id: row.get("id"),
        name: row.get("name"),
        role: row.get("role"),
        password_hash: row.get("password_hash"),
        session_epoch: row.get("session_epoch"),
        disabled_at: row.get("disabled_at"),
    }
}
