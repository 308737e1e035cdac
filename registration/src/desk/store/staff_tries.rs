//! The table `staff_tries`: how many codes were tried for a member on a day, from networks that are not known as theirs.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::store::StoreError;

/// Counts a try before it is looked at. False when there were `free` of them, and the last one was after `since`; then it
/// does not count.
pub(crate) async fn begin(
    client: &impl GenericClient,
    (staff, day): (Uuid, Date),
    free: i32,
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff_tries AS t (staff, day, tries, last_at) VALUES ($1, $2, 1, $4)
             ON CONFLICT (staff, day) DO UPDATE SET tries = t.tries + 1, last_at = $4
             WHERE t.tries < $3 OR t.last_at <= $5",
        )
        .await?;
    Ok(client.execute(&statement, &[&staff, &day, &free, &now, &since]).await? == 1)
}

/// Takes a try back: its code was right.
pub(crate) async fn forgive(client: &impl GenericClient, (staff, day): (Uuid, Date)) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_tries SET tries = greatest(tries - 1, 0) WHERE staff = $1 AND day = $2",
        )
        .await?;
    client.execute(&statement, &[&staff, &day]).await?;
    Ok(())
}

/// Forgets some of days before.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Date, limit: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.staff_tries WHERE (staff, day) IN
                 (SELECT staff, day FROM registration.staff_tries WHERE day < $1 LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&before, &limit]).await?;
    Ok(())
}
