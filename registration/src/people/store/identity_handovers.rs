//! The table `identity_handovers`: links from a computer to a phone, found by an index of their token.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// A link as it is stored.
pub(crate) struct StoredHandover {
    pub(crate) account: Uuid,
    pub(crate) session: Option<Uuid>,
    pub(crate) next: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// Adds a link; the account's others that were not used are forgotten.
pub(crate) async fn insert(
    client: &impl GenericClient,
    token_index: &[u8; 32],
    handover: &StoredHandover,
) -> Result<(), StoreError> {
    let forget = client
        .prepare_cached("DELETE FROM registration.identity_handovers WHERE account = $1 AND used_at IS NULL")
        .await?;
    client.execute(&forget, &[&handover.account]).await?;
    let insert = client
        .prepare_cached(
            "INSERT INTO registration.identity_handovers (token_index, account, next, expires_at, session)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    let StoredHandover { account, session, next, expires_at, .. } = handover;
    client.execute(&insert, &[&&token_index[..], account, next, expires_at, session]).await?;
    Ok(())
}

/// The link of this token.
pub(crate) async fn get(
    client: &impl GenericClient,
    token_index: &[u8; 32],
) -> Result<Option<StoredHandover>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT account, next, expires_at, used_at, session FROM registration.identity_handovers
             WHERE token_index = $1",
        )
        .await?;
    let row = client.query_opt(&statement, &[&&token_index[..]]).await?;
    Ok(row.map(|row| StoredHandover {
        account: row.get("account"),
        next: row.get("next"),
        expires_at: row.get("expires_at"),
        used_at: row.get("used_at"),
        session: row.get("session"),
    }))
}

/// Uses the link, once. False when it was used or has expired meanwhile.
pub(crate) async fn take(
    client: &impl GenericClient,
    token_index: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_handovers SET used_at = $2
             WHERE token_index = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&&token_index[..], &now]).await? == 1)
}

/// Forgets up to `limit` links that expired before `until`, the oldest first; answers how many it were.
pub(crate) async fn delete_old(client: &impl GenericClient, until: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.identity_handovers WHERE token_index IN
                 (SELECT token_index FROM registration.identity_handovers WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &limit]).await?)
}
