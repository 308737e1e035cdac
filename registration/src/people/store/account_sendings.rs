//! The table `account_sendings`: what was sent to whom, for limits. A subject is a keyed index, never a number.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// When the newest messages to the subject since `after` were sent, the newest first. The subject is locked until the
/// transaction ends, so that of two who ask at once one sees the other.
pub(crate) async fn lock_and_list(
    transaction: &impl GenericClient,
    subject: &[u8; 32],
    after: Timestamp,
    limit: i64,
) -> Result<Vec<Timestamp>, StoreError> {
    let lock = transaction
        .prepare_cached(
            "SELECT pg_advisory_xact_lock(('x' || encode(substr($1::bytea, 1, 8), 'hex'))::bit(64)::bigint)",
        )
        .await?;
    transaction.execute(&lock, &[&&subject[..]]).await?;
    let statement = transaction
        .prepare_cached(
            "SELECT sent_at FROM registration.account_sendings WHERE subject = $1 AND sent_at > $2
             ORDER BY sent_at DESC LIMIT $3",
        )
        .await?;
    let rows = transaction.query(&statement, &[&&subject[..], &after, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("sent_at")).collect())
}

/// Was one sent since `after`?
pub(crate) async fn is_there(
    client: &impl GenericClient,
    subject: &[u8; 32],
    after: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("SELECT EXISTS (SELECT FROM registration.account_sendings WHERE subject = $1 AND sent_at > $2)")
        .await?;
    Ok(client.query_one(&statement, &[&&subject[..], &after]).await?.get(0))
}

/// Notes that one was sent.
pub(crate) async fn insert(client: &impl GenericClient, subject: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("INSERT INTO registration.account_sendings (subject, sent_at) VALUES ($1, $2)").await?;
    client.execute(&statement, &[&&subject[..], &at]).await?;
    Ok(())
}

/// Forgets some that no limit counts any more. How many.
pub(crate) async fn sweep(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.account_sendings WHERE ctid IN
                 (SELECT ctid FROM registration.account_sendings WHERE sent_at < $1 LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
