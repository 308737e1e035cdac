//! The table `identity_chunks`: the pieces of a picture that is still arriving, sealed.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::store::StoreError;

/// Adds a piece.
pub(crate) async fn insert(
    client: &impl GenericClient,
    upload: Uuid,
    starts_at: i32,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("INSERT INTO registration.identity_chunks (upload, starts_at, bytes) VALUES ($1, $2, $3)")
        .await?;
    client.execute(&statement, &[&upload, &starts_at, &sealed]).await?;
    Ok(())
}

/// The pieces in their order, each with where it starts.
pub(crate) async fn all(client: &impl GenericClient, upload: Uuid) -> Result<Vec<(i32, Vec<u8>)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT starts_at, bytes FROM registration.identity_chunks WHERE upload = $1 ORDER BY starts_at",
        )
        .await?;
    Ok(client.query(&statement, &[&upload]).await?.iter().map(|row| (row.get("starts_at"), row.get("bytes"))).collect())
}
