//! The table `ended_sessions`: sign-ins of candidates that were ended before their time.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// Ends a sign-in; `until` is when it would have ended by itself.
pub(crate) async fn insert(client: &impl GenericClient, session: Uuid, until: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "WITH ended AS (
                 UPDATE registration.account_sessions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL
             )
             INSERT INTO registration.ended_sessions (session, until) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&session, &until]).await?;
    Ok(())
}

/// Forgets at most `limit` that are over by themselves.
pub(crate) async fn sweep(client: &impl GenericClient, now: Timestamp, limit: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.ended_sessions
             WHERE session IN (SELECT session FROM registration.ended_sessions WHERE until < $1 LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&now, &limit]).await?;
    Ok(())
}
