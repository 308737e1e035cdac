//! The table `webhook_events`: what is told. Triggers add to it; so does whoever tries an endpoint.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// Adds one that is of no exam; its number.
pub(crate) async fn add(client: &impl GenericClient, kind: &str, subject: &str, data: &str) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.webhook_events (kind, subject, data) VALUES ($1, $2, $3::text::jsonb) RETURNING id",
        )
        .await?;
    Ok(client.query_one(&statement, &[&kind, &subject, &data]).await?.get("id"))
}

/// Forgets up to `limit` of before, with their deliveries and the tries of those.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.webhook_events WHERE id IN
                 (SELECT id FROM registration.webhook_events WHERE at < $1 ORDER BY at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
