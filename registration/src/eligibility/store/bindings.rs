//! The table `bindings`: whose registration belongs to which account. One account and one person, both ways.

use std::collections::HashSet;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::exam_rules::OrganisationCode;
use crate::model::ids::AccountId;
use crate::store::{StoreError, violates};

/// A binding as it is stored: the record is ciphertext.
#[derive(Debug, Clone)]
pub(crate) struct StoredBinding {
    pub(crate) id: Uuid,
    pub(crate) exam: ExamId,
    pub(crate) account: AccountId,
    pub(crate) document_index: Vec<u8>,
    pub(crate) record: Vec<u8>,
    pub(crate) bound_at: Timestamp,
}

/// Is this candidate of the exam one of these schools', or of what is below them? By the roster; where that does not say, by the
/// sittings of an order.
pub(crate) async fn is_of_schools(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
    schools: &[OrganisationCode],
) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("SELECT registration.is_of_schools($1, $2, $3) AS is_theirs").await?;
    let schools: Vec<&str> = schools.iter().map(OrganisationCode::as_str).collect();
    Ok(client.query_one(&statement, &[&exam.as_str(), &account.0, &schools]).await?.get("is_theirs"))
}

const COLUMNS: &str = "b.id, b.exam, b.account, b.document_index, b.record, b.bound_at";
/// No order of the account stands, is still giving seats back, or lapsed after `$2` and can be paid late.
const UNUSED: &str = "b.bound_at < $2 AND NOT EXISTS (SELECT FROM registration.orders o
    WHERE o.account = b.account AND o.exam = b.exam AND (o.seats_owed OR o.is_live
        OR (o.state = 'lapsed' AND o.lapses_at > $2)))";

/// Adds a binding. False when the account or the person has one.
pub(crate) async fn insert(
    client: &impl GenericClient,
    binding: &StoredBinding,
    campus: Option<&OrganisationCode>,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.bindings (id, exam, account, document_index, record, bound_at, campus)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .await?;
    let StoredBinding { id, exam, account, document_index, record, bound_at } = binding;
    let (exam, campus) = (exam.as_str(), campus.map(OrganisationCode::as_str));
    let row: [&(dyn ToSql + Sync); 7] = [id, &exam, &account.0, document_index, record, bound_at, &campus];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// The account's binding in an exam, and what a passed review of the same person makes eligible.
pub(crate) async fn get(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<(StoredBinding, Vec<String>)>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, r.grants FROM registration.bindings b
             LEFT JOIN registration.score_reviews r ON r.exam = b.exam AND r.account = b.account
                 AND r.document_index = b.document_index AND r.state = 'passed'
             WHERE b.exam = $1 AND b.account = $2"
        ))
        .await?;
    let found = client.query_opt(&statement, &[&exam.as_str(), &account.0]).await?;
    found.map(|row| Ok((read(&row)?, row.get::<_, Option<Vec<String>>>("grants").unwrap_or_default()))).transpose()
}

/// The campuses to which accounts are bound in an exam.
pub(crate) async fn campuses(client: &impl GenericClient, exam: &ExamId) -> Result<HashSet<String>, StoreError> {
    let sql = "SELECT DISTINCT campus FROM registration.bindings WHERE exam = $1 AND campus IS NOT NULL";
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, &[&exam.as_str()]).await?.iter().map(|row| row.get("campus")).collect())
}

/// The bindings of these accounts, each in its exam, in any order.
pub(crate) async fn get_all(
    client: &impl GenericClient,
    pairs: &[(ExamId, AccountId)],
) -> Result<Vec<StoredBinding>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.bindings b
             WHERE (b.exam, b.account) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))"
        ))
        .await?;
    let (exams, accounts): (Vec<&str>, Vec<Uuid>) =
        pairs.iter().map(|(exam, account)| (exam.as_str(), account.0)).unzip();
    client.query(&statement, &[&exams, &accounts]).await?.iter().map(read).collect()
}

/// The bindings of these accounts, the newest first; only those in one of `exams`, where there is such a list.
pub(crate) async fn of_accounts(
    client: &impl GenericClient,
    accounts: &[Uuid],
    exams: Option<&[&str]>,
) -> Result<Vec<StoredBinding>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.bindings b
             WHERE b.account = ANY($1) AND ($2::text[] IS NULL OR b.exam = ANY ($2)) ORDER BY b.bound_at DESC, b.id"
        ))
        .await?;
    client.query(&statement, &[&accounts, &exams]).await?.iter().map(read).collect()
}

/// The accounts in an exam of people whose document has one of these indexes, each with the index.
pub(crate) async fn accounts_of(
    client: &impl GenericClient,
    exam: &ExamId,
    indexes: &[&[u8]],
) -> Result<Vec<(Vec<u8>, AccountId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT document_index, account FROM registration.bindings WHERE exam = $1 AND document_index = ANY($2)",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &indexes]).await?;
    Ok(rows.iter().map(|row| (row.get("document_index"), AccountId(row.get("account")))).collect())
}

/// Is the person bound to any account?
pub(crate) async fn is_bound(
    client: &impl GenericClient,
    exam: &ExamId,
    document_index: &[u8],
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("SELECT EXISTS (SELECT FROM registration.bindings WHERE exam = $1 AND document_index = $2)")
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &document_index]).await?.get(0))
}

/// The bindings of a person, in whatever exam, the newest first.
pub(crate) async fn of_person(
    client: &impl GenericClient,
    document_index: &[u8],
    limit: i64,
) -> Result<Vec<StoredBinding>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.bindings b WHERE b.document_index = $1 ORDER BY b.bound_at DESC LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&document_index, &limit]).await?.iter().map(read).collect()
}

/// Bindings made before `until` under which nothing is registered, the oldest first.
pub(crate) async fn unused(
    client: &impl GenericClient,
    exam: &ExamId,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<StoredBinding>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.bindings b WHERE b.exam = $1 AND {UNUSED}
             ORDER BY b.bound_at LIMIT $3"
        ))
        .await?;
    client.query(&statement, &[&exam.as_str(), &until, &limit]).await?.iter().map(read).collect()
}

/// Deletes a binding, if still nothing is registered under it. An order that is being written at this moment keeps it:
/// then the transaction is broken.
pub(crate) async fn delete_unused(
    transaction: &impl GenericClient,
    binding: &StoredBinding,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(&format!("DELETE FROM registration.bindings b WHERE b.id = $1 AND {UNUSED}"))
        .await?;
    match transaction.execute(&statement, &[&binding.id, &until]).await {
        Ok(count) => Ok(count == 1),
        Err(error) if violates(&error, "orders_stay_bound") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// All bindings of one account become another one's.
pub(crate) async fn rebind(client: &impl GenericClient, from: AccountId, to: AccountId) -> Result<(), StoreError> {
    let statement = client.prepare_cached("UPDATE registration.bindings SET account = $2 WHERE account = $1").await?;
    client.execute(&statement, &[&from.0, &to.0]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<StoredBinding, StoreError> {
    Ok(StoredBinding {
        id: row.get("id"),
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        account: AccountId(row.get("account")),
        document_index: row.get("document_index"),
        record: row.get("record"),
        bound_at: row.get("bound_at"),
    })
}
