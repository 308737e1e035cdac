//! The table `account_sending_days`: the site's messages by day, for its budget.

use deadpool_postgres::GenericClient;
use jiff::civil::Date;

use crate::store::StoreError;

/// Counts one more. False when the day's budget is spent.
pub(crate) async fn spend(client: &impl GenericClient, day: Date, budget: i32) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_sending_days AS d (day, sent) SELECT $1, 1 WHERE $2 > 0
             ON CONFLICT (day) DO UPDATE SET sent = d.sent + 1 WHERE d.sent < $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&day, &budget]).await? == 1)
}

/// How many were sent on a day so far.
pub(crate) async fn sent(client: &impl GenericClient, day: Date) -> Result<i32, StoreError> {
    let statement = client.prepare_cached("SELECT sent FROM registration.account_sending_days WHERE day = $1").await?;
    Ok(client.query_opt(&statement, &[&day]).await?.map_or(0, |row| row.get("sent")))
}
