//! The table `outbox_attempts`: each try of a row of the outbox, and how it ended.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// One try to send a message.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) row: i64,
    /// Which try of the row it was, from 1.
    pub(crate) number: i16,
    pub(crate) at: Timestamp,
    /// Nothing when there was no way to take.
    pub(crate) way: Option<&'a str>,
    pub(crate) result: &'a str,
}

/// Writes a try down: never to which address or mobile.
pub(crate) async fn add(client: &impl GenericClient, attempt: &Attempt<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.outbox_attempts (outbox, number, at, way, result) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    let Attempt { row, number, at, way, result } = attempt;
    client.execute(&statement, &[row, number, at, way, result]).await?;
    Ok(())
}
