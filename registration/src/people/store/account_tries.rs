//! The table `account_tries`: how often something was tried on a day, by a keyed index of what for.

use deadpool_postgres::GenericClient;
use jiff::civil::Date;

use crate::store::StoreError;

/// Counts one more. How many there are with it.
pub(crate) async fn count(client: &impl GenericClient, subject: &[u8; 32], day: Date) -> Result<i32, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_tries AS t (subject, day, count) VALUES ($1, $2, 1)
             ON CONFLICT (subject, day) DO UPDATE SET count = t.count + 1 RETURNING count",
        )
        .await?;
    Ok(client.query_one(&statement, &[&&subject[..], &day]).await?.get(0))
}

/// Counts one more, unless there are `budget` already: then nothing is counted, and the answer is false.
pub(crate) async fn spend(
    client: &impl GenericClient,
    subject: &[u8; 32],
    day: Date,
    budget: i32,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_tries AS t (subject, day, count) SELECT $1, $2, 1 WHERE $3 > 0
             ON CONFLICT (subject, day) DO UPDATE SET count = t.count + 1 WHERE t.count < $3",
        )
        .await?;
    Ok(client.execute(&statement, &[&&subject[..], &day, &budget]).await? == 1)
}

/// How many there were on a day so far.
pub(crate) async fn counted(client: &impl GenericClient, subject: &[u8; 32], day: Date) -> Result<i32, StoreError> {
    let statement =
        client.prepare_cached("SELECT count FROM registration.account_tries WHERE subject = $1 AND day = $2").await?;
    Ok(client.query_opt(&statement, &[&&subject[..], &day]).await?.map_or(0, |row| row.get("count")))
}

/// Forgets some of days before. How many.
pub(crate) async fn sweep(client: &impl GenericClient, before: Date, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.account_tries WHERE (subject, day) IN
                 (SELECT subject, day FROM registration.account_tries WHERE day < $1 LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
