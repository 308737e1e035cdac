//! The table `roster_looks`: how many people an account has looked for on a day.

use deadpool_postgres::GenericClient;
use jiff::civil::Date;

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// Counts one more look on that day. How many there are by now.
pub(crate) async fn count(client: &impl GenericClient, account: AccountId, day: Date) -> Result<i32, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.roster_looks AS l (account, day, looks) VALUES ($1, $2, 1)
             ON CONFLICT (account) DO UPDATE SET day = excluded.day,
                 looks = CASE l.day WHEN excluded.day THEN least(l.looks, 1000000) + 1 ELSE 1 END
             RETURNING looks",
        )
        .await?;
    Ok(client.query_one(&statement, &[&account.0, &day]).await?.get(0))
}
