//! The table `staff_sessions`: sign-ins of staff.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::desk::store::staff::{self, StoredStaff};
use crate::store::StoreError;

/// A sign-in that begins.
pub(crate) struct NewSession<'a> {
    pub(crate) token: &'a [u8; 32],
    pub(crate) staff: Uuid,
    pub(crate) epoch: i32,
    pub(crate) at: Timestamp,
    pub(crate) agent: &'a str,
    pub(crate) address: &'a str,
    pub(crate) network: &'a [u8; 32],
}

/// A sign-in as stored.
pub(crate) struct StoredSession {
    pub(crate) number: i64,
    pub(crate) began_at: Timestamp,
    pub(crate) seen_at: Timestamp,
    pub(crate) factor_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    /// Whether the member is in the same epoch still.
    pub(crate) is_of_epoch: bool,
    pub(crate) agent: String,
    pub(crate) address: String,
}

/// What every query of sign-ins reads.
const COLUMNS: &str = "s.number, s.began_at, s.seen_at, s.factor_at, s.ended_at, s.epoch = m.session_epoch AS is_of_epoch, s.agent, s.address";
/// And from where.
const FROM: &str = "FROM registration.staff_sessions s JOIN registration.staff m ON m.id = s.staff";

/// Adds a sign-in that has just begun.
pub(crate) async fn insert(client: &impl GenericClient, new: &NewSession<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff_sessions (token, staff, epoch, began_at, seen_at, agent, address, network)
             VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        )
        .await?;
    let NewSession { token, staff, epoch, at, agent, address, network } = new;
    client.execute(&statement, &[&&token[..], staff, epoch, at, agent, address, &&network[..]]).await?;
    Ok(())
}

/// The sign-in of this token, and whose it is; ended or not.
pub(crate) async fn by_token(
    client: &impl GenericClient,
    token: &[u8; 32],
) -> Result<Option<(StoredStaff, StoredSession)>, StoreError> {
    let statement =
        client.prepare_cached(&format!("SELECT {}, {COLUMNS} {FROM} WHERE s.token = $1", staff::columns!())).await?;
    let row = client.query_opt(&statement, &[&&token[..]]).await?;
    Ok(row.map(|row| (staff::read(&row), read(&row))))
}

/// Somebody's, the newest first.
pub(crate) async fn of(client: &impl GenericClient, staff: Uuid, limit: i64) -> Result<Vec<StoredSession>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} {FROM} WHERE s.staff = $1 ORDER BY s.began_at DESC, s.number DESC LIMIT $2"
        ))
        .await?;
    Ok(client.query(&statement, &[&staff, &limit]).await?.iter().map(read).collect())
}

/// Notes that it is used, unless that was noted since.
pub(crate) async fn seen(
    client: &impl GenericClient,
    number: i64,
    now: Timestamp,
    before: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.staff_sessions SET seen_at = $2 WHERE number = $1 AND seen_at <= $3")
        .await?;
    client.execute(&statement, &[&number, &now, &before]).await?;
    Ok(())
}

/// Gives it another token, now that a second factor was shown. False when it has ended meanwhile, its epoch has, or it has another
/// token already.
pub(crate) async fn accept(
    client: &impl GenericClient,
    number: i64,
    (before, token): (&[u8; 32], &[u8; 32]),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_sessions s SET token = $2, factor_at = $3, seen_at = $3 FROM registration.staff m
             WHERE s.number = $1 AND s.token = $4 AND s.ended_at IS NULL AND m.id = s.staff AND m.session_epoch = s.epoch",
        )
        .await?;
    Ok(client.execute(&statement, &[&number, &&token[..], &now, &&before[..]]).await? == 1)
}

/// Notes when a second factor was shown to somebody else who vouches for it, in a sign-in that has just begun.
pub(crate) async fn vouched(
    client: &impl GenericClient,
    token: &[u8; 32],
    factor_at: Timestamp,
) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.staff_sessions SET factor_at = $2 WHERE token = $1").await?;
    client.execute(&statement, &[&&token[..], &factor_at]).await?;
    Ok(())
}

/// Ends one of somebody's. False when there is no such one that has not ended.
pub(crate) async fn end(
    client: &impl GenericClient,
    staff: Uuid,
    number: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_sessions SET ended_at = $3 WHERE staff = $1 AND number = $2 AND ended_at IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&staff, &number, &now]).await? == 1)
}

/// Whose sign-ins are looked for, and which.
pub(crate) struct Works {
    pub(crate) staff: Uuid,
    /// Only sign-ins with a second factor count.
    pub(crate) is_all_in: bool,
    /// Only those that were used since then.
    pub(crate) seen_after: Timestamp,
}

/// Does somebody have an open sign-in that they use?
pub(crate) async fn works(client: &impl GenericClient, asked: &Works) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.staff_sessions
                 WHERE staff = $1 AND ended_at IS NULL AND seen_at > $3 AND (factor_at IS NOT NULL OR NOT $2))",
        )
        .await?;
    Ok(client.query_one(&statement, &[&asked.staff, &asked.is_all_in, &asked.seen_after]).await?.get(0))
}

/// Ends all of somebody's.
pub(crate) async fn end_all(client: &impl GenericClient, staff: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.staff_sessions SET ended_at = $2 WHERE staff = $1 AND ended_at IS NULL")
        .await?;
    client.execute(&statement, &[&staff, &now]).await?;
    Ok(())
}

/// Ends all of somebody's but one, which is brought into the epoch in which they are now.
pub(crate) async fn end_others(
    client: &impl GenericClient,
    staff: Uuid,
    number: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_sessions s SET
                 ended_at = CASE WHEN s.number = $2 THEN s.ended_at ELSE $3 END,
                 epoch = CASE WHEN s.number = $2 THEN m.session_epoch ELSE s.epoch END
             FROM registration.staff m WHERE m.id = $1 AND s.staff = $1 AND s.ended_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&staff, &number, &now]).await?;
    Ok(())
}

/// Ends those of somebody in which a second factor was shown, but for so many that were used last.
pub(crate) async fn end_oldest(
    client: &impl GenericClient,
    staff: Uuid,
    keep: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_sessions SET ended_at = $3 WHERE number IN
                 (SELECT number FROM registration.staff_sessions
                  WHERE staff = $1 AND ended_at IS NULL AND factor_at IS NOT NULL ORDER BY seen_at DESC OFFSET $2)",
        )
        .await?;
    client.execute(&statement, &[&staff, &keep, &now]).await?;
    Ok(())
}

/// Forgets those of somebody in which only the password was shown, but for so many that are newest: `network_keep` from
/// this network, and `keep` from anywhere.
pub(crate) async fn forget_half_open(
    client: &impl GenericClient,
    staff: Uuid,
    network: &[u8; 32],
    (network_keep, keep): (i64, i64),
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.staff_sessions WHERE number IN
                 ((SELECT number FROM registration.staff_sessions
                   WHERE staff = $1 AND factor_at IS NULL AND network = $2
                   ORDER BY began_at DESC, number DESC OFFSET $3)
                  UNION ALL
                  (SELECT number FROM registration.staff_sessions
                   WHERE staff = $1 AND factor_at IS NULL ORDER BY began_at DESC, number DESC OFFSET $4))",
        )
        .await?;
    client.execute(&statement, &[&staff, &&network[..], &network_keep, &keep]).await?;
    Ok(())
}

/// Forgets those of somebody that have ended, but for so many that are newest.
pub(crate) async fn forget_oldest(client: &impl GenericClient, staff: Uuid, keep: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.staff_sessions WHERE ended_at IS NOT NULL AND number IN
                 (SELECT number FROM registration.staff_sessions
                  WHERE staff = $1 AND factor_at IS NOT NULL ORDER BY began_at DESC, number DESC OFFSET $2)",
        )
        .await?;
    client.execute(&statement, &[&staff, &keep]).await?;
    Ok(())
}

/// Did somebody show their second factor in this network lately?
pub(crate) async fn is_known(client: &impl GenericClient, staff: Uuid, network: &[u8; 32]) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.staff_sessions
                 WHERE staff = $1 AND network = $2 AND factor_at IS NOT NULL) AS is_known",
        )
        .await?;
    Ok(client.query_one(&statement, &[&staff, &&network[..]]).await?.get("is_known"))
}

/// Forgets some that were used last before `until`, and before `half_until` where only the password was shown.
pub(crate) async fn delete_old(
    client: &impl GenericClient,
    until: Timestamp,
    half_until: Timestamp,
    limit: i64,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.staff_sessions WHERE number IN
                 (SELECT number FROM registration.staff_sessions
                  WHERE seen_at < $1 OR (seen_at < $2 AND factor_at IS NULL) LIMIT $3)",
        )
        .await?;
    client.execute(&statement, &[&until, &half_until, &limit]).await?;
    Ok(())
}

fn read(row: &Row) -> StoredSession {
    StoredSession {
        number: row.get("number"),
        began_at: row.get("began_at"),
        seen_at: row.get("seen_at"),
        factor_at: row.get("factor_at"),
        ended_at: row.get("ended_at"),
        is_of_epoch: row.get("is_of_epoch"),
        agent: row.get("agent"),
        address: row.get("address"),
    }
}
