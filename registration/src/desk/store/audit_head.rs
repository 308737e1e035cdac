//! The table `audit_head`, of one row: the end of the audit's chain.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::desk::audit::chain::Hash;
use crate::store::StoreError;

/// The end of the chain.
pub(crate) struct StoredHead {
    pub(crate) chain: Uuid,
    pub(crate) seq: i64,
    pub(crate) hash: Hash,
    /// Lines up to this one were written before there was a chain.
    pub(crate) older: i64,
}

fn read(row: &Row) -> Result<StoredHead, StoreError> {
    let hash: Vec<u8> = row.get("hash");
    Ok(StoredHead {
        chain: row.get("chain"),
        seq: row.get("seq"),
        hash: hash.try_into().map_err(|_| StoreError::Corrupt("a hash of the audit"))?,
        older: row.get("older"),
    })
}

/// The end, as it is.
pub(crate) async fn get(client: &impl GenericClient) -> Result<StoredHead, StoreError> {
    let statement = client.prepare_cached("SELECT chain, seq, hash, older FROM registration.audit_head").await?;
    read(&client.query_one(&statement, &[]).await?)
}

/// The end, locked until the transaction is over: one at a time adds links.
pub(crate) async fn lock(transaction: &impl GenericClient) -> Result<StoredHead, StoreError> {
    let statement =
        transaction.prepare_cached("SELECT chain, seq, hash, older FROM registration.audit_head FOR UPDATE").await?;
    read(&transaction.query_one(&statement, &[]).await?)
}

/// Moves the end.
pub(crate) async fn set(transaction: &impl GenericClient, seq: i64, hash: &Hash) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("UPDATE registration.audit_head SET seq = $1, hash = $2").await?;
    transaction.execute(&statement, &[&seq, &hash.as_slice()]).await?;
    Ok(())
}
