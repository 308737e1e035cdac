//! Table `catalogue`: one number that says whether exams, sittings or keys have changed.

use tokio_postgres::GenericClient;

use super::LedgerError;

/// Reads the number of the catalogue as it is now.
pub async fn revision(client: &impl GenericClient) -> Result<i64, LedgerError> {
    Ok(client.query_one("SELECT revision FROM reservation.catalogue", &[]).await?.get(0))
}

/// Counts it up, within the transaction that changes something.
pub async fn count_up(client: &impl GenericClient) -> Result<(), LedgerError> {
    client.execute("UPDATE reservation.catalogue SET revision = revision + 1", &[]).await?;
    Ok(())
}

/// Asks what Postgres's clock shows.
pub async fn clock(client: &impl GenericClient) -> Result<jiff::Timestamp, LedgerError> {
    let row = client.query_one("SELECT clock_timestamp() AS now FROM reservation.catalogue", &[]).await?;
    Ok(row.get("now"))
}
