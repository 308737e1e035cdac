//! The table `retention_holds`: accounts that are kept because of a dispute.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::model::ids::{AccountId, StaffId};
use crate::people::retention::Held;
use crate::store::StoreError;

/// Keeps an account, with another reason where it is kept already. False: there is none with this id, or it was forgotten.
pub(in crate::people::retention) async fn put(
    client: &impl GenericClient,
    account: Uuid,
    reason: &str,
    staff: StaffId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // Locked, so that it is either forgotten before this or kept.
    let lock = client
        .prepare_cached("SELECT id FROM registration.accounts WHERE id = $1 AND forgotten_at IS NULL FOR NO KEY UPDATE")
        .await?;
    if client.query_opt(&lock, &[&account]).await?.is_none() {
        return Ok(false);
    }
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.retention_holds (account, reason, staff, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account) DO UPDATE SET reason = excluded.reason, staff = excluded.staff, at = excluded.at",
        )
        .await?;
    client.execute(&statement, &[&account, &reason, &staff.0, &now]).await?;
    Ok(true)
}

/// Keeps it no more. False: it was not kept.
pub(in crate::people::retention) async fn delete(
    client: &impl GenericClient,
    account: Uuid,
) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.retention_holds WHERE account = $1").await?;
    Ok(client.execute(&statement, &[&account]).await? == 1)
}

/// The newest of them.
pub(in crate::people::retention) async fn newest(
    client: &impl GenericClient,
    limit: i64,
) -> Result<Vec<Held>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT h.account, h.reason, h.at, s.name FROM registration.retention_holds h
             JOIN registration.staff s ON s.id = h.staff ORDER BY h.at DESC, h.account LIMIT $1",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| Held {
        account: AccountId(row.get("account")).into(),
        reason: row.get("reason"),
        by_name: row.get("name"),
        at: row.get("at"),
    };
    Ok(client.query(&statement, &[&limit]).await?.iter().map(read).collect())
}
