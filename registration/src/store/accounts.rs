//! The table `accounts`.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::{StoreError, violates};

/// An account as it is stored: ciphertext and a hash.
pub(crate) struct StoredAccount {
    pub(crate) id: Uuid,
    pub(crate) document: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) mobile: Vec<u8>,
    pub(crate) password_hash: String,
    pub(crate) created_at: Timestamp,
}

/// Adds an account. False when the document has one.
pub(crate) async fn insert(
    client: &impl GenericClient,
    account: &StoredAccount,
    document_index: &[u8; 32],
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.accounts (id, document_index, document, name, mobile, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .await?;
    let StoredAccount { id, document, name, mobile, password_hash, created_at } = account;
    let added = client
        .execute(&statement, &[id, &&document_index[..], document, name, mobile, password_hash, created_at])
        .await;
    match added {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "accounts_one_per_document") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The account with this id.
pub(crate) async fn get(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredAccount>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, document, name, mobile, password_hash, created_at FROM registration.accounts WHERE id = $1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id]).await?.map(|row| read(&row)))
}

/// The account with this id, which nobody else changes before the transaction ends.
pub(crate) async fn lock(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredAccount>, StoreError> {
    let statement = client.prepare_cached("SELECT 1 FROM registration.accounts WHERE id = $1 FOR UPDATE").await?;
    client.query_opt(&statement, &[&id]).await?;
    get(client, id).await
}

/// The accounts with these ids, in any order.
pub(crate) async fn get_all(client: &impl GenericClient, ids: &[Uuid]) -> Result<Vec<StoredAccount>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, document, name, mobile, password_hash, created_at
             FROM registration.accounts WHERE id = ANY($1)",
        )
        .await?;
    Ok(client.query(&statement, &[&ids]).await?.iter().map(read).collect())
}

/// The account of this document.
pub(crate) async fn of_document(
    client: &impl GenericClient,
    document_index: &[u8; 32],
) -> Result<Option<StoredAccount>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, document, name, mobile, password_hash, created_at
             FROM registration.accounts WHERE document_index = $1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&&document_index[..]]).await?.map(|row| read(&row)))
}

fn read(row: &Row) -> StoredAccount {
    StoredAccount {
        id: row.get(0),
        document: row.get(1),
        name: row.get(2),
        mobile: row.get(3),
        password_hash: row.get(4),
        created_at: row.get(5),
    }
}
