//! The table `account_mobiles`: accounts that share a mobile with the one that proved it first.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::store::StoreError;

/// Gives the account this mobile, which it proved: as its login name if nobody has it, else beside whoever has it. What
/// it had before goes.
pub(crate) async fn prove(transaction: &impl GenericClient, index: &[u8; 32], account: Uuid) -> Result<(), StoreError> {
    remove(transaction, account).await?;
    let first = transaction
        .prepare_cached(
            "INSERT INTO registration.account_logins (kind, index, account) VALUES ('mobile', $1, $2)
             ON CONFLICT ON CONSTRAINT account_logins_one_account DO NOTHING",
        )
        .await?;
    if transaction.execute(&first, &[&&index[..], &account]).await? == 0 {
        let beside = transaction
            .prepare_cached("INSERT INTO registration.account_mobiles (account, index) VALUES ($1, $2)")
            .await?;
        transaction.execute(&beside, &[&account, &&index[..]]).await?;
    }
    Ok(())
}

/// Takes the account's mobile away as a login name.
pub(crate) async fn remove(client: &impl GenericClient, account: Uuid) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "WITH shared AS (DELETE FROM registration.account_mobiles WHERE account = $1)
             DELETE FROM registration.account_logins WHERE kind = 'mobile' AND account = $1",
        )
        .await?;
    client.execute(&statement, &[&account]).await?;
    Ok(())
}

/// Does the account sign in by its mobile?
pub(crate) async fn has(client: &impl GenericClient, account: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.account_logins WHERE kind = 'mobile' AND account = $1)
                 OR EXISTS (SELECT FROM registration.account_mobiles WHERE account = $1)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&account]).await?.get(0))
}
