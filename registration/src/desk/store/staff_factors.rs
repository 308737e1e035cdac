//! The table `staff_factors`: the app of each member that shows codes.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// The sealed secret of somebody.
pub(crate) async fn secret(client: &impl GenericClient, staff: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
    let statement = client.prepare_cached("SELECT secret FROM registration.staff_factors WHERE staff = $1").await?;
    Ok(client.query_opt(&statement, &[&staff]).await?.map(|row| row.get("secret")))
}

/// Takes a step, whose code counts from then on no more. False when it was taken, or a later one was.
pub(crate) async fn take_step(client: &impl GenericClient, staff: Uuid, step: i64) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.staff_factors SET last_step = $2 WHERE staff = $1 AND last_step < $2")
        .await?;
    Ok(client.execute(&statement, &[&staff, &step]).await? == 1)
}

/// Gives somebody a factor who has none. False when they have one.
pub(crate) async fn insert(
    client: &impl GenericClient,
    staff: Uuid,
    secret: &[u8],
    step: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff_factors (staff, secret, last_step, enrolled_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    Ok(client.execute(&statement, &[&staff, &secret, &step, &now]).await? == 1)
}

/// Takes somebody's factor away. False when there was none.
pub(crate) async fn delete(client: &impl GenericClient, staff: Uuid) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.staff_factors WHERE staff = $1").await?;
    Ok(client.execute(&statement, &[&staff]).await? == 1)
}
