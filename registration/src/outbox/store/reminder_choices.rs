//! The table `reminder_choices`: who wants no reminders.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// Does the account want none? Who never said so wants them.
pub(crate) async fn is_off(client: &impl GenericClient, account: AccountId) -> Result<bool, StoreError> {
    let statement =
        client.prepare_cached("SELECT is_off FROM registration.reminder_choices WHERE account = $1").await?;
    Ok(client.query_opt(&statement, &[&account.0]).await?.is_some_and(|row| row.get("is_off")))
}

/// Notes what the account wants. False when there is no such account.
pub(crate) async fn set(
    client: &impl GenericClient,
    account: AccountId,
    is_off: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.reminder_choices (account, is_off, changed_at)
             SELECT a.id, $2, $3 FROM registration.accounts a WHERE a.id = $1
             ON CONFLICT (account) DO UPDATE SET is_off = excluded.is_off, changed_at = excluded.changed_at",
        )
        .await?;
    Ok(client.execute(&statement, &[&account.0, &is_off, &now]).await? == 1)
}
