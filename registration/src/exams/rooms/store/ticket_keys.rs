//! The table `ticket_keys`: what signs the codes of an exam's tickets.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use ticketcode::{KeyId, PublicKey, Tag};

use crate::store::StoreError;

/// A key with its sealed secret.
#[derive(Clone)]
pub(crate) struct StoredKey {
    pub(crate) id: u16,
    pub(crate) secret: Vec<u8>,
}

/// Waits for others who make or retire keys of the exam, until the transaction ends.
pub(crate) async fn lock(transaction: &impl GenericClient, exam: &ExamId) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").await?;
    transaction.execute(&statement, &[&format!("ticket_keys {exam}")]).await?;
    Ok(())
}

/// The one that signs.
pub(crate) async fn in_use(client: &impl GenericClient, exam: &ExamId) -> Result<Option<StoredKey>, StoreError> {
    let statement = client
        .prepare_cached("SELECT id, secret FROM registration.ticket_keys WHERE exam = $1 AND retired_at IS NULL")
        .await?;
    let row = client.query_opt(&statement, &[&exam.as_str()]).await?;
    row.map(|row| Ok(StoredKey { id: number(row.get("id"))?, secret: row.get("secret") })).transpose()
}

/// The number of the last one; 0 where there was none.
pub(crate) async fn last(client: &impl GenericClient, exam: &ExamId) -> Result<u16, StoreError> {
    let statement = client
        .prepare_cached("SELECT coalesce(max(id), 0::smallint) AS id FROM registration.ticket_keys WHERE exam = $1")
        .await?;
    number(client.query_one(&statement, &[&exam.as_str()]).await?.get("id"))
}

/// Adds one that signs from now on.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    exam: &ExamId,
    key: &StoredKey,
    public: &PublicKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.ticket_keys (exam, id, secret, public_key, made_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    let id = i16::try_from(key.id).map_err(|_| StoreError::Corrupt("too many ticket keys"))?;
    transaction.execute(&statement, &[&exam.as_str(), &id, &key.secret, &&public.as_bytes()[..], &now]).await?;
    Ok(())
}

/// The one that signs does so no more.
pub(crate) async fn retire(transaction: &impl GenericClient, exam: &ExamId, now: Timestamp) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached("UPDATE registration.ticket_keys SET retired_at = $2 WHERE exam = $1 AND retired_at IS NULL")
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &now]).await?;
    Ok(())
}

/// The public half of all of them, the oldest first.
pub(crate) async fn public(client: &impl GenericClient, exam: &ExamId) -> Result<Vec<PublicKey>, StoreError> {
    let statement = client
        .prepare_cached("SELECT id, public_key FROM registration.ticket_keys WHERE exam = $1 ORDER BY id")
        .await?;
    let rows = client.query(&statement, &[&exam.as_str()]).await?;
    let read = |row: &tokio_postgres::Row| {
        let bytes: Vec<u8> = row.get("public_key");
        let bytes = bytes.try_into().map_err(|_| StoreError::Corrupt("a ticket key"))?;
        Ok(PublicKey::from_bytes(Tag::of(exam.as_str()), KeyId(number(row.get("id"))?), bytes))
    };
    rows.iter().map(read).collect()
}

fn number(stored: i16) -> Result<u16, StoreError> {
    u16::try_from(stored).map_err(|_| StoreError::Corrupt("the number of a ticket key"))
}
