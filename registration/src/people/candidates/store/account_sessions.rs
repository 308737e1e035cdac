//! The table `account_sessions`: sign-ins of candidates, each a row until it would have ended by itself.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::StoreError;

/// A sign-in as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredSession {
    pub(crate) id: Uuid,
    pub(crate) account: Uuid,
    pub(crate) epoch: i32,
    pub(crate) system: String,
    pub(crate) browser: String,
    pub(crate) began_at: Timestamp,
    pub(crate) seen_at: Timestamp,
    pub(crate) until: Timestamp,
}

/// Adds a sign-in, and drops all but the `most` of the account that were used last: those are over. `may_tell`: is the owner
/// to be told of it, unless they were told of another one of this epoch that would not have ended by itself? Whether they are.
pub(crate) async fn insert(
    client: &impl GenericClient,
    session: &StoredSession,
    most: i64,
    may_tell: bool,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH surplus AS (
                 DELETE FROM registration.account_sessions WHERE id IN (
                     SELECT id FROM registration.account_sessions WHERE account = $2
                     ORDER BY ended_at IS NULL DESC, seen_at DESC, id OFFSET $9)
             )
             INSERT INTO registration.account_sessions
                 (id, account, epoch, system, browser, began_at, seen_at, until, is_told)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8 AND NOT EXISTS (
                 SELECT FROM registration.account_sessions WHERE account = $2 AND epoch = $3 AND is_told AND until > $6))
             RETURNING is_told",
        )
        .await?;
    let s = session;
    let others = most - 1;
    let row = client
        .query_one(
            &statement,
            &[&s.id, &s.account, &s.epoch, &s.system, &s.browser, &s.began_at, &s.until, &may_tell, &others],
        )
        .await?;
    Ok(row.get("is_told"))
}

/// The account's sign-ins of this epoch that are not over, the one used last first.
pub(crate) async fn of(
    client: &impl GenericClient,
    (account, epoch): (Uuid, i32),
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredSession>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, account, epoch, system, browser, began_at, seen_at, until FROM registration.account_sessions
             WHERE account = $1 AND epoch = $2 AND ended_at IS NULL AND until > $3
             ORDER BY seen_at DESC, id LIMIT $4",
        )
        .await?;
    Ok(client.query(&statement, &[&account, &epoch, &now, &limit]).await?.iter().map(read).collect())
}

/// Ends one of the account's sign-ins. Whether there was one to end.
pub(crate) async fn end(
    client: &impl GenericClient,
    account: Uuid,
    session: Uuid,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH ended AS (
                 UPDATE registration.account_sessions SET ended_at = $3
                 WHERE id = $2 AND account = $1 AND ended_at IS NULL RETURNING id, until
             )
             INSERT INTO registration.ended_sessions (session, until) SELECT id, until FROM ended ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(client.execute(&statement, &[&account, &session, &now]).await? == 1)
}

/// Sign-ins were used: each with when, and whether it was good then. One of which that is not known keeps going only
/// while it was used after `idle_since`. Those that another process is writing are left to it.
pub(crate) async fn seen(
    client: &impl GenericClient,
    (ids, times, good): (&[Uuid], &[Timestamp], &[bool]),
    idle_since: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "WITH mine AS (
                 SELECT id FROM registration.account_sessions
                 WHERE id = ANY($1) AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
             )
             UPDATE registration.account_sessions s SET seen_at = used.at
             FROM mine JOIN unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) AS used (id, at, is_good) USING (id)
             WHERE s.id = mine.id AND s.seen_at < used.at AND (used.is_good OR s.seen_at > $4)",
        )
        .await?;
    client.execute(&statement, &[&ids, &times, &good, &idle_since]).await?;
    Ok(())
}

/// Forgets at most `limit` that are over by themselves.
pub(crate) async fn sweep(client: &impl GenericClient, now: Timestamp, limit: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.account_sessions
             WHERE id IN (SELECT id FROM registration.account_sessions WHERE until < $1 LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&now, &limit]).await?;
    Ok(())
}

fn read(row: &Row) -> StoredSession {
    StoredSession {
        id: row.get("id"),
        account: row.get("account"),
        epoch: row.get("epoch"),
        system: row.get("system"),
        browser: row.get("browser"),
        began_at: row.get("began_at"),
        seen_at: row.get("seen_at"),
        until: row.get("until"),
    }
}
