//! The table `account_links`: what the links in letters do, found by a keyed hash of their token.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// A link as stored.
pub(crate) struct StoredLink {
    pub(crate) account: Option<Uuid>,
    /// What the link carries, sealed.
    pub(crate) payload: Vec<u8>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// Adds a link.
pub(crate) async fn insert(
    client: &impl GenericClient,
    token: &[u8; 32],
    purpose: &str,
    account: Option<Uuid>,
    payload: &[u8],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_links (token, purpose, account, payload, expires_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    client.execute(&statement, &[&&token[..], &purpose, &account, &payload, &expires_at]).await?;
    Ok(())
}

/// One, used or not.
pub(crate) async fn get(
    client: &impl GenericClient,
    token: &[u8; 32],
    purpose: &str,
) -> Result<Option<StoredLink>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT account, payload, expires_at, used_at FROM registration.account_links
             WHERE token = $1 AND purpose = $2",
        )
        .await?;
    let row = client.query_opt(&statement, &[&&token[..], &purpose]).await?;
    Ok(row.map(|row| StoredLink {
        account: row.get("account"),
        payload: row.get("payload"),
        expires_at: row.get("expires_at"),
        used_at: row.get("used_at"),
    }))
}

/// Uses one up. False when it is used already or has expired.
pub(crate) async fn take(
    client: &impl GenericClient,
    token: &[u8; 32],
    purpose: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.account_links SET used_at = $3
             WHERE token = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
        )
        .await?;
    Ok(client.execute(&statement, &[&&token[..], &purpose, &now]).await? == 1)
}

/// Uses up all others of the account for that purpose.
pub(crate) async fn take_all(
    client: &impl GenericClient,
    account: Uuid,
    purpose: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.account_links SET used_at = $3
             WHERE account = $1 AND purpose = $2 AND used_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&account, &purpose, &now]).await?;
    Ok(())
}

/// Forgets some that expired before. How many.
pub(crate) async fn sweep(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.account_links WHERE token IN
                 (SELECT token FROM registration.account_links WHERE expires_at < $1 LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
