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

/// The accounts of the first of these names that has any, the oldest first: a mobile may have several, any other name
/// has one.
pub(crate) async fn find(client: &impl GenericClient, names: &[(&str, [u8; 32])]) -> Result<Vec<Uuid>, StoreError> {
    let kinds: Vec<&str> = names.iter().map(|(kind, _)| *kind).collect();
    let indexes: Vec<&[u8]> = names.iter().map(|(_, index)| &index[..]).collect();
    let statement = client
        .prepare_cached(
            "SELECT l.account, n.place FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS n (kind, index, place)
             JOIN LATERAL (
                 SELECT account FROM registration.account_logins WHERE kind = n.kind AND index = n.index
                 UNION ALL
                 SELECT account FROM registration.account_mobiles WHERE n.kind = 'mobile' AND index = n.index
             ) l ON true
             ORDER BY n.place, l.account LIMIT 16",
        )
        .await?;
    let rows = client.query(&statement, &[&kinds, &indexes]).await?;
    let first: Option<i64> = rows.first().map(|row| row.get("place"));
    Ok(rows.iter().filter(|row| Some(row.get("place")) == first).map(|row| row.get("account")).collect())
}
