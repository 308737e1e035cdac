//! The table `identity_tries`: how often something that costs money was tried on a day.

use deadpool_postgres::GenericClient;
use jiff::civil::Date;
use uuid::Uuid;

use crate::store::StoreError;

/// Counts one more, unless there were `most` already. How many there are then, or nothing.
pub(crate) async fn count(
    client: &impl GenericClient,
    account: Uuid,
    day: Date,
    what: &str,
    most: i32,
) -> Result<Option<i32>, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.identity_tries AS t (account, day, what, count)
             SELECT $1, $2, $3, 1 WHERE $4 > 0
             ON CONFLICT (account, day, what) DO UPDATE SET count = t.count + 1 WHERE t.count < $4
             RETURNING count",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&account, &day, &what, &most]).await?.map(|row| row.get("count")))
}

/// Takes one back that gave no answer.
pub(crate) async fn take_back(
    client: &impl GenericClient,
    account: Uuid,
    day: Date,
    what: &str,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_tries SET count = greatest(count - 1, 0)
             WHERE account = $1 AND day = $2 AND what = $3",
        )
        .await?;
    client.execute(&statement, &[&account, &day, &what]).await?;
    Ok(())
}

/// How many there were.
pub(crate) async fn of_day(
    client: &impl GenericClient,
    account: Uuid,
    day: Date,
    what: &str,
) -> Result<i32, StoreError> {
    let statement = client
        .prepare_cached("SELECT count FROM registration.identity_tries WHERE account = $1 AND day = $2 AND what = $3")
        .await?;
    Ok(client.query_opt(&statement, &[&account, &day, &what]).await?.map_or(0, |row| row.get("count")))
}

/// Forgets up to `limit` counts of days before this one, the oldest first; answers how many it were.
pub(crate) async fn delete_old(client: &impl GenericClient, until: Date, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.identity_tries WHERE (account, day, what) IN
                 (SELECT account, day, what FROM registration.identity_tries WHERE day < $1 ORDER BY day LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &limit]).await?)
}
