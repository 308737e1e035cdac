//! The table `inquiries`: what candidates ask the examination office, and what they are told. Both are ciphertext.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::candidate_keys::codes;
use crate::model::actor::Within;
use crate::model::exam_rules::OrganisationCode;
use crate::store::StoreError;

const SELECT: &str =
    "SELECT id, account, exam, place, question, asked_at, answer, answered_at FROM registration.inquiries";

/// Of which exams, `$1`, and of candidates of which schools, `$2`, somebody sees inquiries: those of no exam are seen by whoever
/// works for all.
const THEIRS: &str = "($1::text[] IS NULL OR exam = ANY($1))
    AND ($2::text[] IS NULL OR (exam IS NOT NULL AND registration.is_of_schools(exam, account, $2)))";

/// Of which exams and of which schools somebody sees inquiries; `None`: of all.
pub(in crate::people::candidates) type Theirs<'a> = (Option<&'a [&'a str]>, Option<&'a [OrganisationCode]>);

/// An inquiry as it is stored.
pub(in crate::people::candidates) struct StoredInquiry {
    pub(in crate::people::candidates) id: Uuid,
    pub(in crate::people::candidates) account: Uuid,
    pub(in crate::people::candidates) exam: Option<String>,
    pub(in crate::people::candidates) place: String,
    pub(in crate::people::candidates) question: Vec<u8>,
    pub(in crate::people::candidates) asked_at: Timestamp,
    pub(in crate::people::candidates) answer: Option<Vec<u8>>,
    pub(in crate::people::candidates) answered_at: Option<Timestamp>,
}

/// Adds a question.
pub(in crate::people::candidates) async fn insert(
    client: &impl GenericClient,
    new: &StoredInquiry,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.inquiries (id, account, exam, place, question, asked_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&new.id, &new.account, &new.exam, &new.place, &new.question, &new.asked_at];
    client.execute(&statement, &values).await?;
    Ok(())
}

/// How many questions of an account wait, and how many it asked since.
pub(in crate::people::candidates) async fn count(
    client: &impl GenericClient,
    account: Uuid,
    since: Timestamp,
) -> Result<(i64, i64), StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE answered_at IS NULL) AS open, count(*) FILTER (WHERE asked_at > $2) AS lately
             FROM registration.inquiries WHERE account = $1",
        )
        .await?;
    let row = client.query_one(&statement, &[&account, &since]).await?;
    Ok((row.get("open"), row.get("lately")))
}

/// The newest of an account.
pub(in crate::people::candidates) async fn of_account(
    client: &impl GenericClient,
    account: Uuid,
    limit: i64,
) -> Result<Vec<StoredInquiry>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE account = $1 ORDER BY asked_at DESC, id DESC LIMIT $2")).await?;
    Ok(client.query(&statement, &[&account, &limit]).await?.iter().map(read).collect())
}

/// Those that wait, the oldest first.
pub(in crate::people::candidates) async fn open(
    client: &impl GenericClient,
    (exams, schools): Theirs<'_>,
    limit: i64,
) -> Result<Vec<StoredInquiry>, StoreError> {
    let statement = client
        .prepare_cached(&format!("{SELECT} WHERE answered_at IS NULL AND {THEIRS} ORDER BY asked_at, id LIMIT $3"))
        .await?;
    Ok(client.query(&statement, &[&exams, &schools.map(codes), &limit]).await?.iter().map(read).collect())
}

/// How many wait of those that somebody sees; at most `limit` are counted.
pub(crate) async fn count_open(client: &impl GenericClient, within: &Within, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT count(*) FROM
                 (SELECT FROM registration.inquiries WHERE answered_at IS NULL AND {THEIRS} LIMIT $3) AS open"
        ))
        .await?;
    let count: i64 = client.query_one(&statement, &[&within.exams, &within.schools, &limit]).await?.get("count");
    Ok(count.unsigned_abs())
}

/// One of those that somebody sees; it stays as it is until the transaction ends.
pub(in crate::people::candidates) async fn lock(
    client: &impl GenericClient,
    (exams, schools): Theirs<'_>,
    id: Uuid,
) -> Result<Option<StoredInquiry>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE id = $3 AND {THEIRS} FOR UPDATE")).await?;
    Ok(client.query_opt(&statement, &[&exams, &schools.map(codes), &id]).await?.as_ref().map(read))
}

/// Writes the answer.
pub(in crate::people::candidates) async fn answer(
    client: &impl GenericClient,
    id: Uuid,
    answer: &[u8],
    (by, at): (Uuid, Timestamp),
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.inquiries SET answer = $2, answered_by = $3, answered_at = $4 WHERE id = $1",
        )
        .await?;
    client.execute(&statement, &[&id, &answer, &by, &at]).await?;
    Ok(())
}

/// Forgets some that were answered before.
pub(crate) async fn delete_answered(
    client: &impl GenericClient,
    before: Timestamp,
    limit: i64,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.inquiries WHERE id IN
                 (SELECT id FROM registration.inquiries WHERE answered_at < $1 ORDER BY answered_at LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&before, &limit]).await?;
    Ok(())
}

fn read(row: &Row) -> StoredInquiry {
    StoredInquiry {
        id: row.get("id"),
        account: row.get("account"),
        exam: row.get("exam"),
        place: row.get("place"),
        question: row.get("question"),
        asked_at: row.get("asked_at"),
        answer: row.get("answer"),
        answered_at: row.get("answered_at"),
    }
}
