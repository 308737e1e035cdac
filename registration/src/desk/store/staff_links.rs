//! The table `staff_links`: links by which staff choose a password, found by a hash of their token.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::desk::store::staff::{self, StoredStaff};
use crate::store::StoreError;

/// A link as stored.
pub(crate) struct StoredLink {
    pub(crate) kind: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// Adds a link; those of before are good no more.
pub(crate) async fn insert(
    client: &impl GenericClient,
    token: &[u8; 32],
    staff: Uuid,
    kind: &str,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    end_all(client, staff, now).await?;
    let statement = client
        .prepare_cached("INSERT INTO registration.staff_links (token, staff, kind, expires_at) VALUES ($1, $2, $3, $4)")
        .await?;
    client.execute(&statement, &[&&token[..], &staff, &kind, &expires_at]).await?;
    Ok(())
}

/// Ends all of somebody's.
pub(crate) async fn end_all(client: &impl GenericClient, staff: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.staff_links SET used_at = $2 WHERE staff = $1 AND used_at IS NULL")
        .await?;
    client.execute(&statement, &[&staff, &now]).await?;
    Ok(())
}

/// The link of this token, used or not, and whose it is.
pub(crate) async fn get(
    client: &impl GenericClient,
    token: &[u8; 32],
) -> Result<Option<(StoredStaff, StoredLink)>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT ",
            staff::columns!(),
            ", l.kind, l.expires_at, l.used_at
             FROM registration.staff_links l JOIN registration.staff m ON m.id = l.staff WHERE l.token = $1"
        ))
        .await?;
    let row = client.query_opt(&statement, &[&&token[..]]).await?;
    Ok(row.map(|row| {
        let link = StoredLink { kind: row.get("kind"), expires_at: row.get("expires_at"), used_at: row.get("used_at") };
        (staff::read(&row), link)
    }))
}

/// Uses one up. False when it is used already or has expired.
pub(crate) async fn take(client: &impl GenericClient, token: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_links SET used_at = $2 WHERE token = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&&token[..], &now]).await? == 1)
}

/// Forgets some that expired before.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.staff_links WHERE token IN
                 (SELECT token FROM registration.staff_links WHERE expires_at < $1 LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&before, &limit]).await?;
    Ok(())
}
