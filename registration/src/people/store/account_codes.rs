//! The table `account_codes`: one code at a time for one purpose and subject, as a keyed hash.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// Puts a code in place of the one before; its tries begin anew.
pub(crate) async fn put(
    client: &impl GenericClient,
    purpose: &str,
    subject: &[u8; 32],
    hash: &[u8; 32],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_codes (purpose, subject, hash, tries, expires_at)
             VALUES ($1, $2, $3, 0, $4)
             ON CONFLICT (purpose, subject) DO UPDATE
                 SET hash = excluded.hash, tries = 0, expires_at = excluded.expires_at",
        )
        .await?;
    client.execute(&statement, &[&purpose, &&subject[..], &&hash[..], &expires_at]).await?;
    Ok(())
}

/// Counts a try, before it is known whether it is right. Nothing when there is no code, it has expired, or its tries
/// are spent.
pub(crate) async fn begin_try(
    client: &impl GenericClient,
    purpose: &str,
    subject: &[u8; 32],
    tries_max: i32,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.account_codes SET tries = tries + 1
             WHERE purpose = $1 AND subject = $2 AND tries < $3 AND expires_at > $4 RETURNING hash",
        )
        .await?;
    let row = client.query_opt(&statement, &[&purpose, &&subject[..], &tries_max, &now]).await?;
    Ok(row.map(|row| row.get("hash")))
}

/// Takes the code away, which somebody knew. False when somebody else took it first.
pub(crate) async fn take(
    client: &impl GenericClient,
    purpose: &str,
    subject: &[u8; 32],
    hash: &[u8; 32],
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("DELETE FROM registration.account_codes WHERE purpose = $1 AND subject = $2 AND hash = $3")
        .await?;
    Ok(client.execute(&statement, &[&purpose, &&subject[..], &&hash[..]]).await? == 1)
}

/// Forgets some that have expired. How many.
pub(crate) async fn sweep(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.account_codes WHERE (purpose, subject) IN
                 (SELECT purpose, subject FROM registration.account_codes WHERE expires_at < $1 LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
