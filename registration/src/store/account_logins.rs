//! The table `account_logins`: which names lead to which account.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::store::{StoreError, violates};

/// Gives the account this login name. False when another account has it. After that the transaction is broken.
pub(crate) async fn insert(
    client: &impl GenericClient,
    kind: &str,
    index: &[u8; 32],
    account: Uuid,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("INSERT INTO registration.account_logins (kind, index, account) VALUES ($1, $2, $3)")
        .await?;
    match client.execute(&statement, &[&kind, &&index[..], &account]).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "account_logins_one_account") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives the account this mobile as a login name in place of its old one, taken from whoever has it: it is not proved to
/// be theirs any more.
pub(crate) async fn seize(
    transaction: &impl GenericClient,
    kind: &str,
    index: &[u8; 32],
    account: Uuid,
) -> Result<(), StoreError> {
    remove(transaction, kind, account).await?;
    let unproved = transaction
        .prepare_cached(
            "UPDATE registration.accounts a SET mobile_verified_at = NULL FROM registration.account_logins l
             WHERE l.kind = $1 AND l.index = $2 AND a.id = l.account",
        )
        .await?;
    transaction.execute(&unproved, &[&kind, &&index[..]]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.account_logins (kind, index, account) VALUES ($1, $2, $3)
             ON CONFLICT ON CONSTRAINT account_logins_one_account DO UPDATE SET account = excluded.account",
        )
        .await?;
    transaction.execute(&statement, &[&kind, &&index[..], &account]).await?;
    Ok(())
}

/// Adds a row of before this table; one that is there stays.
pub(crate) async fn carry_over(client: &impl GenericClient, index: &[u8; 32], account: Uuid) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.account_logins (kind, index, account) VALUES ('document', $1, $2)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&&index[..], &account]).await?;
    Ok(())
}

/// Takes the account's login name of that kind away.
pub(crate) async fn remove(client: &impl GenericClient, kind: &str, account: Uuid) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.account_logins WHERE kind = $1 AND account = $2").await?;
    client.execute(&statement, &[&kind, &account]).await?;
    Ok(())
}

/// Does the account sign in by a name of that kind?
pub(crate) async fn has(client: &impl GenericClient, kind: &str, account: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("SELECT EXISTS (SELECT FROM registration.account_logins WHERE kind = $1 AND account = $2)")
        .await?;
    Ok(client.query_one(&statement, &[&kind, &account]).await?.get(0))
}

/// The account of the first of these names that has one.
pub(crate) async fn find(client: &impl GenericClient, names: &[(&str, [u8; 32])]) -> Result<Option<Uuid>, StoreError> {
    let kinds: Vec<&str> = names.iter().map(|(kind, _)| *kind).collect();
    let indexes: Vec<&[u8]> = names.iter().map(|(_, index)| &index[..]).collect();
    let statement = client
        .prepare_cached(
            "SELECT l.account FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS n (kind, index, place)
             JOIN registration.account_logins l ON l.kind = n.kind AND l.index = n.index
             ORDER BY n.place LIMIT 1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&kinds, &indexes]).await?.map(|row| row.get(0)))
}
