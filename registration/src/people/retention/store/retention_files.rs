//! The table `retention_files`: files whose rows are gone. A row is written in the transaction that removed those, and stays until
//! the file is gone, whoever dies in between.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::store::StoreError;

/// Notes files that are to be removed.
pub(in crate::people::retention) async fn insert(
    client: &impl GenericClient,
    paths: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.retention_files (path, made_at) SELECT unnest($1::text[]), $2
             ON CONFLICT DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&paths, &now]).await?;
    Ok(())
}

/// The next that are to be removed, behind `after`.
pub(in crate::people::retention) async fn next(
    client: &impl GenericClient,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let statement = client
        .prepare_cached("SELECT path FROM registration.retention_files WHERE path > $1 ORDER BY path LIMIT $2")
        .await?;
    Ok(client.query(&statement, &[&after, &limit]).await?.iter().map(|row| row.get("path")).collect())
}

/// The file is gone.
pub(in crate::people::retention) async fn delete(client: &impl GenericClient, path: &str) -> Result<(), StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.retention_files WHERE path = $1").await?;
    client.execute(&statement, &[&path]).await?;
    Ok(())
}
