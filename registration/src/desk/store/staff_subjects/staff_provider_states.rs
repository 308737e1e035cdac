//! The table `staff_provider_states`: states with which browsers have come back from an identity provider.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// Uses one up. False when somebody has come back with it before.
pub(crate) async fn take(
    client: &impl GenericClient,
    state: &[u8; 32],
    ends_at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff_provider_states (state, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(client.execute(&statement, &[&&state[..], &ends_at]).await? == 1)
}

/// Forgets some that would not be good any more.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.staff_provider_states WHERE state IN
                 (SELECT state FROM registration.staff_provider_states WHERE ends_at < $1 LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&before, &limit]).await?;
    Ok(())
}
