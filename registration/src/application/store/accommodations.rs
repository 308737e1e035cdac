//! The table `accommodations`: what candidates ask for in an exam, and what staff said.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::{AccountId, StaffId};
use crate::model::order::OrderId;
use crate::store::{StoreError, row_locked, row_of};

/// A request as it is stored: what is asked for, and what was said, are ciphertext.
#[derive(Debug, Clone)]
pub(crate) struct StoredAccommodation {
    pub(crate) id: Uuid,
    pub(crate) exam: ExamId,
    pub(crate) account: AccountId,
    pub(crate) version: i32,
    pub(crate) state: String,
    pub(crate) request: Vec<u8>,
    /// The proofs, by their slots.
    pub(crate) proofs: [Option<Uuid>; 2],
    pub(crate) requested_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) decision: Option<Vec<u8>>,
    pub(crate) reason: Option<String>,
}

/// A decision of staff: what was said, sealed, and what it comes to.
pub(crate) struct Said<'a> {
    pub(crate) state: &'a str,
    pub(crate) decision: &'a [u8],
    pub(crate) reason: Option<&'a str>,
    pub(crate) staff: StaffId,
    pub(crate) now: Timestamp,
}

const SELECT: &str = "SELECT id, exam, account, version, state, request, proof, more_proof, requested_at, decided_at,
    decision, reason FROM registration.accommodations";

/// The account's request in an exam.
pub(crate) async fn get(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<StoredAccommodation>, StoreError> {
    row_of(client, SELECT, (exam, account)).await?.as_ref().map(read).transpose()
}

/// The same, locked until the transaction ends.
pub(crate) async fn get_locked(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<StoredAccommodation>, StoreError> {
    row_locked(transaction, SELECT, (exam, account)).await?.as_ref().map(read).transpose()
}

/// Hands a request in, in place of the one before, of which what staff said stays. The caller has locked the account.
pub(crate) async fn put(
    transaction: &impl GenericClient,
    (id, exam, account): (Uuid, &ExamId, AccountId),
    request: &[u8],
    [proof, more_proof]: [Option<Uuid>; 2],
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.accommodations AS a (id, exam, account, state, request, proof, more_proof,
                 requested_at)
             VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7)
             ON CONFLICT (exam, account) DO UPDATE SET version = a.version + 1, state = 'waiting',
                 request = excluded.request, proof = excluded.proof, more_proof = excluded.more_proof,
                 requested_at = excluded.requested_at, reason = NULL",
        )
        .await?;
    let row: [&(dyn ToSql + Sync); 7] = [&id, &exam.as_str(), &account.0, &request, &proof, &more_proof, &now];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// Notes what staff said, if it is still the hand-in that they have seen.
pub(crate) async fn decide(
    client: &impl GenericClient,
    (exam, account, version): (&ExamId, AccountId, i32),
    said: &Said<'_>,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.accommodations
             SET state = $4, decision = $5, reason = $6, decided_by = $7, decided_at = $8
             WHERE exam = $1 AND account = $2 AND version = $3 AND state = 'waiting'",
        )
        .await?;
    let Said { state, decision, reason, staff, now } = said;
    let row: [&(dyn ToSql + Sync); 8] = [&exam.as_str(), &account.0, &version, state, decision, reason, &staff.0, now];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Takes a request back, with all that was said. Answers its proofs; `None` when there was none.
pub(crate) async fn delete(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<[Option<Uuid>; 2]>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "DELETE FROM registration.accommodations WHERE exam = $1 AND account = $2 RETURNING proof, more_proof",
        )
        .await?;
    let row = transaction.query_opt(&statement, &[&exam.as_str(), &account.0]).await?;
    Ok(row.map(|row| [row.get("proof"), row.get("more_proof")]))
}

/// The account says to be somebody else: in every exam staff look again, at another number.
pub(crate) async fn wait_anew(
    client: &impl GenericClient,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.accommodations SET version = version + 1, state = 'waiting', reason = NULL,
                 requested_at = CASE state WHEN 'waiting' THEN requested_at ELSE $2 END
             WHERE account = $1 AND state IN ('waiting', 'granted')",
        )
        .await?;
    client.execute(&statement, &[&account.0, &now]).await?;
    Ok(())
}

/// All requests of one account become another one's. What that has asked for itself gives way: its registration comes now.
pub(crate) async fn rebind(transaction: &impl GenericClient, from: AccountId, to: AccountId) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "DELETE FROM registration.accommodations a WHERE a.account = $2
                 AND EXISTS (SELECT FROM registration.accommodations o WHERE o.account = $1 AND o.exam = a.exam)",
        )
        .await?;
    transaction.execute(&statement, &[&from.0, &to.0]).await?;
    let statement =
        transaction.prepare_cached("UPDATE registration.accommodations SET account = $2 WHERE account = $1").await?;
    transaction.execute(&statement, &[&from.0, &to.0]).await?;
    Ok(())
}

/// What was said of the candidates of these orders of an exam, each as its row's id and the sealed decision. Orders of which
/// nothing was said are not there.
pub(crate) async fn said_of(
    client: &impl GenericClient,
    exam: &ExamId,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, Uuid, Vec<u8>)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT o.id AS order_id, a.id, a.decision FROM registration.accommodations a
             JOIN registration.orders o ON o.exam = a.exam AND o.account = a.account
             WHERE a.exam = $1 AND a.decision IS NOT NULL AND o.id = ANY($2)",
        )
        .await?;
    let numbers: Vec<String> = orders.iter().map(OrderId::to_string).collect();
    let rows = client.query(&statement, &[&exam.as_str(), &numbers]).await?;
    let read = |row: &Row| {
        let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        Ok((order, row.get("id"), row.get("decision")))
    };
    rows.iter().map(read).collect()
}

/// How many of those who have a place in a published sitting were granted something after they were given it: their seats do
/// not follow from it.
pub(crate) async fn granted_since(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS people FROM registration.arrangements g
             JOIN registration.seat_assignments p ON p.exam = g.exam AND p.sitting = g.sitting AND p.given_up_at IS NULL
             JOIN registration.orders o ON o.id = p.order_id
             JOIN registration.accommodations a ON a.exam = o.exam AND a.account = o.account
             WHERE g.exam = $1 AND g.sitting = $2 AND a.decided_at > greatest(g.published_at, p.assigned_at)
                 AND a.state IN ('granted', 'more')",
        )
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &sitting.as_str()]).await?.get("people"))
}

fn read(row: &Row) -> Result<StoredAccommodation, StoreError> {
    Ok(StoredAccommodation {
        id: row.get("id"),
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        account: AccountId(row.get("account")),
        version: row.get("version"),
        state: row.get("state"),
        request: row.get("request"),
        proofs: [row.get("proof"), row.get("more_proof")],
        requested_at: row.get("requested_at"),
        decided_at: row.get("decided_at"),
        decision: row.get("decision"),
        reason: row.get("reason"),
    })
}
