//! The table `account_sign_ins`: when an account last signed in with its password, to ten minutes.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// Notes a sign-in, unless one of the ten minutes before is noted.
pub(crate) async fn note(client: &impl GenericClient, account: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_sign_ins AS s (account, at) VALUES ($1, $2)
             ON CONFLICT (account) DO UPDATE SET at = $2 WHERE s.at < $2 - interval '10 minutes'",
        )
        .await?;
    client.execute(&statement, &[&account, &now]).await?;
    Ok(())
}

/// When each of these accounts last signed in; those that never did since that is noted are not among them.
pub(crate) async fn of(client: &impl GenericClient, accounts: &[Uuid]) -> Result<Vec<(Uuid, Timestamp)>, StoreError> {
    let statement =
        client.prepare_cached("SELECT account, at FROM registration.account_sign_ins WHERE account = ANY($1)").await?;
    let rows = client.query(&statement, &[&accounts]).await?;
    Ok(rows.iter().map(|row| (row.get("account"), row.get("at"))).collect())
}
