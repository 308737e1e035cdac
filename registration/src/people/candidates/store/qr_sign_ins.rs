//! The table `qr_sign_ins`: codes that a computer shows and a phone confirms, found by indexes of their secrets.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// A code as it is stored.
pub(crate) struct StoredQrSignIn {
    pub(crate) number: i16,
    pub(crate) expires_at: Timestamp,
    pub(crate) account: Option<Uuid>,
    pub(crate) ended_at: Option<Timestamp>,
}

/// Adds a code.
pub(crate) async fn insert(
    client: &impl GenericClient,
    (token_index, browser_index): (&[u8; 32], &[u8; 32]),
    number: i16,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.qr_sign_ins (token_index, browser_index, number, expires_at)
             VALUES ($1, $2, $3, $4)",
        )
        .await?;
    client.execute(&statement, &[&&token_index[..], &&browser_index[..], &number, &expires_at]).await?;
    Ok(())
}

/// The code that a phone scanned.
pub(crate) async fn of_token(
    client: &impl GenericClient,
    token_index: &[u8; 32],
) -> Result<Option<StoredQrSignIn>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT number, expires_at, account, ended_at FROM registration.qr_sign_ins WHERE token_index = $1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&&token_index[..]]).await?.as_ref().map(read))
}

/// The code that a computer shows.
pub(crate) async fn of_browser(
    client: &impl GenericClient,
    browser_index: &[u8; 32],
) -> Result<Option<StoredQrSignIn>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT number, expires_at, account, ended_at FROM registration.qr_sign_ins WHERE browser_index = $1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&&browser_index[..]]).await?.as_ref().map(read))
}

/// Confirms a code that nobody has confirmed or refused, and that is still good; the computer has until `until`. It may be this
/// account that has confirmed it, which gives the computer no more time. False when it is none of that.
pub(crate) async fn confirm(
    client: &impl GenericClient,
    token_index: &[u8; 32],
    (account, epoch): (Uuid, i32),
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.qr_sign_ins SET account = $2, epoch = $3,
                 expires_at = CASE WHEN account IS NULL THEN $5 ELSE expires_at END
             WHERE token_index = $1 AND (account IS NULL OR (account = $2 AND epoch = $3))
                 AND ended_at IS NULL AND expires_at > $4",
        )
        .await?;
    Ok(client.execute(&statement, &[&&token_index[..], &account, &epoch, &now, &until]).await? == 1)
}

/// Refuses a code that nobody has confirmed.
pub(crate) async fn refuse(
    client: &impl GenericClient,
    token_index: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.qr_sign_ins SET ended_at = $2
             WHERE token_index = $1 AND account IS NULL AND ended_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&&token_index[..], &now]).await?;
    Ok(())
}

/// Uses a code that was confirmed, once: whose account it is, and its epoch then.
pub(crate) async fn take(
    client: &impl GenericClient,
    browser_index: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(Uuid, i32)>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.qr_sign_ins SET ended_at = $2
             WHERE browser_index = $1 AND account IS NOT NULL AND ended_at IS NULL AND expires_at > $2
             RETURNING account, epoch",
        )
        .await?;
    let row = client.query_opt(&statement, &[&&browser_index[..], &now]).await?;
    Ok(row.map(|row| (row.get("account"), row.get("epoch"))))
}

/// Forgets up to `limit` codes that expired before `until`. How many there were.
pub(crate) async fn sweep(client: &impl GenericClient, until: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.qr_sign_ins WHERE token_index IN
                 (SELECT token_index FROM registration.qr_sign_ins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &limit]).await?)
}

fn read(row: &tokio_postgres::Row) -> StoredQrSignIn {
    StoredQrSignIn {
        number: row.get("number"),
        expires_at: row.get("expires_at"),
        account: row.get("account"),
        ended_at: row.get("ended_at"),
    }
}
