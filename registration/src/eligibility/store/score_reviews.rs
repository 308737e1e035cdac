//! The table `score_reviews`: requests to have an earlier score reviewed, one per account.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::{AccountId, StaffId};
use crate::store::{StoreError, row_locked, row_of};

/// A request as it is stored: who and which number are ciphertext.
#[derive(Debug, Clone)]
pub(crate) struct StoredScoreReview {
    pub(crate) exam: ExamId,
    pub(crate) account: AccountId,
    pub(crate) document_index: Vec<u8>,
    pub(crate) request: Vec<u8>,
    pub(crate) state: String,
    pub(crate) grants: Vec<String>,
    pub(crate) requested_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) reason: Option<String>,
}

const SELECT: &str = "SELECT exam, account, document_index, request, state, grants, requested_at, decided_at, reason
    FROM registration.score_reviews";

/// The account's request in an exam.
pub(crate) async fn get(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<StoredScoreReview>, StoreError> {
    row_of(client, SELECT, (exam, account)).await?.as_ref().map(read).transpose()
}

/// The same, locked until the transaction ends.
pub(crate) async fn get_locked(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<StoredScoreReview>, StoreError> {
    row_locked(transaction, SELECT, (exam, account)).await?.as_ref().map(read).transpose()
}

/// The requests of these accounts, each in its exam, in any order.
pub(crate) async fn get_all(
    client: &impl GenericClient,
    pairs: &[(ExamId, AccountId)],
) -> Result<Vec<StoredScoreReview>, StoreError> {
    let statement = client
        .prepare_cached(&format!("{SELECT} WHERE (exam, account) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))"))
        .await?;
    let (exams, accounts): (Vec<&str>, Vec<Uuid>) =
        pairs.iter().map(|(exam, account)| (exam.as_str(), account.0)).unzip();
    client.query(&statement, &[&exams, &accounts]).await?.iter().map(read).collect()
}

/// Hands a request in, in place of a refused one. False when there is one that waits or has passed.
pub(crate) async fn put(client: &impl GenericClient, request: &StoredScoreReview) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.score_reviews AS r (exam, account, document_index, request, state, grants,
                 requested_at, decided_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (exam, account) DO UPDATE SET document_index = excluded.document_index,
                 request = excluded.request, state = excluded.state, grants = excluded.grants,
                 requested_at = excluded.requested_at, decided_at = excluded.decided_at, decided_by = NULL,
                 reason = NULL
             WHERE r.state = 'refused'",
        )
        .await?;
    let StoredScoreReview { exam, account, document_index, request, state, grants, requested_at, decided_at, .. } =
        request;
    let exam = exam.as_str();
    let row: [&(dyn ToSql + Sync); 8] =
        [&exam, &account.0, document_index, request, state, grants, requested_at, decided_at];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Deletes a refused request. False when there is none, or it waits, or has passed.
pub(crate) async fn delete_refused(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("DELETE FROM registration.score_reviews WHERE exam = $1 AND account = $2 AND state = 'refused'")
        .await?;
    Ok(client.execute(&statement, &[&exam.as_str(), &account.0]).await? == 1)
}

/// Waiting → passed or refused, if it is still the request that staff have seen.
pub(crate) async fn decide(
    client: &impl GenericClient,
    (exam, account, requested_at): (&ExamId, AccountId, Timestamp),
    staff: StaffId,
    refusal: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.score_reviews
             SET state = CASE WHEN $5::text IS NULL THEN 'passed' ELSE 'refused' END, reason = $5, decided_by = $4,
                 decided_at = $6
             WHERE exam = $1 AND account = $2 AND requested_at = $3 AND state = 'waiting'",
        )
        .await?;
    let row: [&(dyn ToSql + Sync); 6] = [&exam.as_str(), &account.0, &requested_at, &staff.0, &refusal, &now];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// All requests of one account become another one's.
pub(crate) async fn rebind(client: &impl GenericClient, from: AccountId, to: AccountId) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.score_reviews SET account = $2 WHERE account = $1").await?;
    client.execute(&statement, &[&from.0, &to.0]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<StoredScoreReview, StoreError> {
    Ok(StoredScoreReview {
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        account: AccountId(row.get("account")),
        document_index: row.get("document_index"),
        request: row.get("request"),
        state: row.get("state"),
        grants: row.get("grants"),
        requested_at: row.get("requested_at"),
        decided_at: row.get("decided_at"),
        reason: row.get("reason"),
    })
}
