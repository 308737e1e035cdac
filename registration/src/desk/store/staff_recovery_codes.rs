//! The table `staff_recovery_codes`: what lets somebody in whose phone is gone, each once.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// Gives somebody these in place of all that they had.
pub(crate) async fn replace(client: &impl GenericClient, staff: Uuid, codes: &[[u8; 32]]) -> Result<(), StoreError> {
    delete(client, staff).await?;
    let codes: Vec<&[u8]> = codes.iter().map(|code| &code[..]).collect();
    let statement = client
        .prepare_cached("INSERT INTO registration.staff_recovery_codes (staff, code) SELECT $1, unnest($2::bytea[])")
        .await?;
    client.execute(&statement, &[&staff, &codes]).await?;
    Ok(())
}

/// Uses one up. False when there is no such one, or it is used.
pub(crate) async fn take(
    client: &impl GenericClient,
    staff: Uuid,
    code: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_recovery_codes SET used_at = $3
             WHERE staff = $1 AND code = $2 AND used_at IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&staff, &&code[..], &now]).await? == 1)
}

/// How many somebody has left.
pub(crate) async fn left(client: &impl GenericClient, staff: Uuid) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS count FROM registration.staff_recovery_codes WHERE staff = $1 AND used_at IS NULL",
        )
        .await?;
    Ok(client.query_one(&statement, &[&staff]).await?.get("count"))
}

/// Takes all of somebody's away.
pub(crate) async fn delete(client: &impl GenericClient, staff: Uuid) -> Result<(), StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.staff_recovery_codes WHERE staff = $1").await?;
    client.execute(&statement, &[&staff]).await?;
    Ok(())
}
