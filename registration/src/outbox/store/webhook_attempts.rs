//! The table `webhook_attempts`: each try of a delivery, and how it ended.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::store::StoreError;

/// One try of a delivery.
#[derive(Debug, Clone)]
pub(crate) struct StoredAttempt {
    pub(crate) delivery: i64,
    pub(crate) at: Timestamp,
    /// The status that was answered; or a word for why there was no answer.
    pub(crate) ended: Result<i16, String>,
    pub(crate) took_ms: i32,
    /// The beginning of the answer.
    pub(crate) answer: String,
}

/// Writes a try down.
pub(crate) async fn add(client: &impl GenericClient, attempt: &StoredAttempt) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.webhook_attempts (delivery, at, status, failure, took_ms, answer)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let StoredAttempt { delivery, at, ended, took_ms, answer } = attempt;
    let (status, failure) = (ended.as_ref().ok(), ended.as_ref().err());
    client.execute(&statement, &[delivery, at, &status, &failure, took_ms, answer]).await?;
    Ok(())
}

/// The last try of each of these deliveries.
pub(crate) async fn last_of(client: &impl GenericClient, deliveries: &[i64]) -> Result<Vec<StoredAttempt>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT DISTINCT ON (delivery) delivery, at, status, failure, took_ms, answer
             FROM registration.webhook_attempts WHERE delivery = ANY($1) ORDER BY delivery, id DESC",
        )
        .await?;
    let read = |row: &Row| StoredAttempt {
        delivery: row.get("delivery"),
        at: row.get("at"),
        ended: row.get::<_, Option<i16>>("status").ok_or_else(|| row.get("failure")),
        took_ms: row.get("took_ms"),
        answer: row.get("answer"),
    };
    Ok(client.query(&statement, &[&deliveries]).await?.iter().map(read).collect())
}
