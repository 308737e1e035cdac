//! The table `applications`: what candidates have done for an exam.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::ids::{AccountId, StaffId};
use crate::store::{StoreError, row_locked, row_of};

/// An application as it is stored: answers are ciphertext.
#[derive(Debug, Clone)]
pub(crate) struct StoredApplication {
    pub(crate) exam: ExamId,
    pub(crate) account: AccountId,
    pub(crate) notice_agreed_at: Option<Timestamp>,
    pub(crate) draft: Option<Vec<u8>>,
    pub(crate) details: Option<Vec<u8>>,
    pub(crate) details_at: Option<Timestamp>,
    pub(crate) details_version: i32,
    /// What stood until the hand-in came that waits or was refused.
    pub(crate) details_before: Option<Vec<u8>>,
    pub(crate) review: String,
    pub(crate) review_at: Option<Timestamp>,
    pub(crate) review_reason: Option<String>,
    /// Fields that differ from the roster; nothing where there was none.
    pub(crate) review_differences: Option<Vec<String>>,
}

const SELECT: &str = "SELECT exam, account, notice_agreed_at, draft, details, details_at, details_version,
    details_before, review, review_at, review_reason, review_differences FROM registration.applications";

/// The application of an account for an exam; `None` when there is none.
pub(crate) async fn get(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<StoredApplication>, StoreError> {
    row_of(client, SELECT, (exam, account)).await?.as_ref().map(read).transpose()
}

/// The forms that these accounts have handed in for an exam, sealed, in any order.
pub(crate) async fn details_of(
    client: &impl GenericClient,
    exam: &ExamId,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, Vec<u8>)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT account, details FROM registration.applications
             WHERE exam = $1 AND account = ANY($2) AND details IS NOT NULL",
        )
        .await?;
    let accounts: Vec<Uuid> = accounts.iter().map(|account| account.0).collect();
    let rows = client.query(&statement, &[&exam.as_str(), &accounts]).await?;
    Ok(rows.iter().map(|row| (AccountId(row.get("account")), row.get("details"))).collect())
}

/// The exams in which any of these accounts has begun something, each with the account; only those of `exams`, where there is
/// such a list.
pub(crate) async fn exams_of_all(
    client: &impl GenericClient,
    accounts: &[Uuid],
    exams: Option<&[&str]>,
) -> Result<Vec<(AccountId, ExamId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.account, a.exam FROM (
                 SELECT account, exam FROM registration.applications WHERE account = ANY($1)
                 UNION SELECT account, exam FROM registration.orders WHERE account = ANY($1)
                 UNION SELECT account, exam FROM registration.bindings WHERE account = ANY($1)
             ) a JOIN registration.exams e ON e.id = a.exam
             WHERE $2::text[] IS NULL OR a.exam = ANY ($2) ORDER BY e.opens_at DESC, a.exam",
        )
        .await?;
    let read = |row: &Row| {
        let exam = row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?;
        Ok((AccountId(row.get("account")), exam))
    };
    client.query(&statement, &[&accounts, &exams]).await?.iter().map(read).collect()
}

/// The same as [`get`], locked until the transaction ends.
pub(crate) async fn get_locked(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<Option<StoredApplication>, StoreError> {
    row_locked(transaction, SELECT, (exam, account)).await?.as_ref().map(read).transpose()
}

/// The same, made when it was not there.
pub(crate) async fn lock(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
    now: Timestamp,
) -> Result<StoredApplication, StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.applications (exam, account, created_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &account.0, &now]).await?;
    let row = row_locked(transaction, SELECT, (exam, account)).await?;
    read(&row.ok_or(StoreError::Corrupt("an application that was just made"))?)
}

/// An account's applications, newest first.
pub(crate) async fn of_account(
    client: &impl GenericClient,
    account: AccountId,
    limit: i64,
) -> Result<Vec<StoredApplication>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE account = $1 ORDER BY created_at DESC, exam LIMIT $2")).await?;
    client.query(&statement, &[&account.0, &limit]).await?.iter().map(read).collect()
}

/// Notes that the notice was agreed to; the first time counts.
pub(crate) async fn agree(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.applications (exam, account, created_at, notice_agreed_at) VALUES ($1, $2, $3, $3)
             ON CONFLICT (exam, account) DO UPDATE
                 SET notice_agreed_at = coalesce(registration.applications.notice_agreed_at, $3)",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), &account.0, &now]).await?;
    Ok(())
}

/// Keeps what was typed.
pub(crate) async fn set_draft(
    client: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
    draft: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.applications (exam, account, created_at, draft, draft_at)
             VALUES ($1, $2, $4, $3, $4)
             ON CONFLICT (exam, account) DO UPDATE SET draft = excluded.draft, draft_at = excluded.draft_at",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), &account.0, &draft, &now]).await?;
    Ok(())
}

/// Notes a hand-in and what became of it at once. The draft is done with; what stood before is kept as long as staff may ask
/// what has changed.
pub(crate) async fn set_details(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
    details: &[u8],
    (review, differences): (&str, Option<&[String]>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.applications
             SET details_before = CASE WHEN $4::text <> 'waiting' THEN NULL WHEN review IN ('none', 'passed') THEN details
                     ELSE details_before END,
                 details = $3, details_at = $5::timestamptz, details_version = details_version + 1, draft = NULL, draft_at = NULL,
                 review = $4, review_at = CASE $4 WHEN 'none' THEN NULL ELSE $5::timestamptz END, review_by = NULL,
                 review_reason = NULL, review_differences = $6
             WHERE exam = $1 AND account = $2",
        )
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &account.0, &details, &review, &now, &differences]).await?;
    Ok(())
}

/// Waiting, in every exam, with another number, so that nobody decides on what they saw before: the candidate is somebody
/// else, which may differ from the roster.
pub(crate) async fn wait_anew(
    client: &impl GenericClient,
    account: AccountId,
    differences: &[&str],
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.applications
             SET details_version = details_version + 1, review_differences = CASE WHEN review_differences IS NOT NULL
                 THEN review_differences || ARRAY(SELECT unnest($2::text[]) EXCEPT SELECT unnest(review_differences)) END
             WHERE account = $1 AND review = 'waiting'",
        )
        .await?;
    client.execute(&statement, &[&account.0, &differences]).await?;
    Ok(())
}

/// Passed → waiting, in every exam: the candidate is somebody else, and with it what was compared. How many.
pub(crate) async fn review_again(
    client: &impl GenericClient,
    account: AccountId,
    differences: &[&str],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.applications
             SET review = 'waiting', review_at = $3, review_by = NULL, review_differences = $2,
                 details_version = details_version + 1, details_before = details
             WHERE account = $1 AND review = 'passed'",
        )
        .await?;
    Ok(client.execute(&statement, &[&account.0, &differences, &now]).await?)
}

/// Waiting → passed or refused, if it is still the hand-in that staff have seen.
pub(crate) async fn decide(
    client: &impl GenericClient,
    (exam, account, version): (&ExamId, AccountId, i32),
    staff: StaffId,
    refusal: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.applications
             SET review = CASE WHEN $5::text IS NULL THEN 'passed' ELSE 'refused' END, review_reason = $5,
                 review_by = $4, review_at = $6,
                 details_before = CASE WHEN $5::text IS NULL THEN NULL ELSE details_before END
             WHERE exam = $1 AND account = $2 AND details_version = $3 AND review = 'waiting'",
        )
        .await?;
    let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&exam.as_str(), &account.0, &version, &staff.0, &refusal, &now];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Forgets what was done for an exam.
pub(crate) async fn delete(
    transaction: &impl GenericClient,
    exam: &ExamId,
    account: AccountId,
) -> Result<(), StoreError> {
    let statement =
        transaction.prepare_cached("DELETE FROM registration.applications WHERE exam = $1 AND account = $2").await?;
    transaction.execute(&statement, &[&exam.as_str(), &account.0]).await?;
    Ok(())
}

/// Gives an application to another account, whose own makes room unless it was handed in.
pub(crate) async fn rebind(
    transaction: &impl GenericClient,
    application: &StoredApplication,
    to: AccountId,
    [draft, details, before]: [Option<Vec<u8>>; 3],
) -> Result<(), StoreError> {
    let (exam, from) = (application.exam.as_str(), application.account.0);
    let statement = transaction
        .prepare_cached("DELETE FROM registration.applications WHERE exam = $1 AND account = $2 AND details IS NULL")
        .await?;
    transaction.execute(&statement, &[&exam, &to.0]).await?;
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.applications SET account = $3, draft = $4, details = $5, details_before = $6
             WHERE exam = $1 AND account = $2",
        )
        .await?;
    transaction.execute(&statement, &[&exam, &from, &to.0, &draft, &details, &before]).await?;
    Ok(())
}

/// In how many fields each of these differs from the roster.
pub(crate) async fn difference_counts(
    client: &impl GenericClient,
    pairs: &[(ExamId, AccountId)],
) -> Result<Vec<(ExamId, AccountId, usize)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, account, coalesce(cardinality(review_differences), 0) AS differing FROM registration.applications
             WHERE (exam, account) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))",
        )
        .await?;
    let (exams, accounts): (Vec<&str>, Vec<Uuid>) =
        pairs.iter().map(|(exam, account)| (exam.as_str(), account.0)).unzip();
    let read = |row: &Row| {
        let exam = row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?;
        Ok((exam, AccountId(row.get("account")), usize::try_from(row.get::<_, i32>("differing")).unwrap_or_default()))
    };
    client.query(&statement, &[&exams, &accounts]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<StoredApplication, StoreError> {
    Ok(StoredApplication {
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        account: AccountId(row.get("account")),
        notice_agreed_at: row.get("notice_agreed_at"),
        draft: row.get("draft"),
        details: row.get("details"),
        details_at: row.get("details_at"),
        details_version: row.get("details_version"),
        details_before: row.get("details_before"),
        review: row.get("review"),
        review_at: row.get("review_at"),
        review_reason: row.get("review_reason"),
        review_differences: row.get("review_differences"),
    })
}
