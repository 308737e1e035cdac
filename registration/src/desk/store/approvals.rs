//! The table `approvals`: what one asks for and another one agrees to.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::{ApprovalId, StaffId};
use crate::store::StoreError;

/// A request as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredApproval {
    pub(crate) id: Uuid,
    pub(crate) act: String,
    pub(crate) content: String,
    pub(crate) exam: Option<String>,
    pub(crate) asked_by: Uuid,
    pub(crate) asked_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) state: String,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) outcome: Option<String>,
    pub(crate) used_at: Option<Timestamp>,
}

impl StoredApproval {
    /// One that begins to wait.
    pub(crate) fn new(
        id: ApprovalId,
        act: &str,
        content: String,
        exam: Option<&ExamId>,
        by: StaffId,
        at: Timestamp,
    ) -> Self {
        Self {
            id: id.0,
            act: act.to_owned(),
            content,
            exam: exam.map(ToString::to_string),
            asked_by: by.0,
            asked_at: at,
            expires_at: at,
            state: "waiting".to_owned(),
            decided_at: None,
            outcome: None,
            used_at: None,
        }
    }
}

/// What every query of requests begins with.
const SELECT: &str =
    "SELECT a.id, a.act, a.content, a.exam, a.asked_by, a.asked_at, a.expires_at, a.state, a.decided_at,
        a.outcome, a.used_at, m.name AS asked_name, d.name AS decided_name
    FROM registration.approvals a JOIN registration.staff m ON m.id = a.asked_by
    LEFT JOIN registration.staff d ON d.id = a.decided_by";
/// Does it wait for this member, `$1`, at that time, `$2`: of one of these kinds, `$3`, and of one of these exams, `$4`?
const WAITS_FOR: &str = "a.state = 'waiting' AND a.expires_at > $2 AND a.asked_by <> $1 AND a.act = ANY($3)
    AND ($4::text[] IS NULL OR a.exam = ANY($4))";

/// Adds one. False when the same waits.
pub(crate) async fn insert(
    client: &impl GenericClient,
    new: &StoredApproval,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.approvals (id, act, content, exam, asked_by, asked_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .await?;
    let StoredApproval { id, act, content, exam, asked_by, asked_at, .. } = new;
    let row: [&(dyn ToSql + Sync); 7] = [id, act, content, exam, asked_by, asked_at, &expires_at];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Ends the same request that nobody decided in time, so that it can be made again.
pub(crate) async fn end_old(
    client: &impl GenericClient,
    act: &str,
    content: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.approvals SET state = 'withdrawn', decided_at = expires_at
             WHERE act = $1 AND content = $2 AND state = 'waiting' AND expires_at <= $3",
        )
        .await?;
    client.execute(&statement, &[&act, &content, &now]).await?;
    Ok(())
}

/// One by its number.
pub(crate) async fn get(client: &impl GenericClient, id: ApprovalId) -> Result<Option<StoredApproval>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE a.id = $1")).await?;
    Ok(client.query_opt(&statement, &[&id.0]).await?.map(|row| read(&row)))
}

/// Decides one that waits. False when it does not, or no longer.
pub(crate) async fn decide(
    client: &impl GenericClient,
    id: ApprovalId,
    (state, by): (&str, Option<StaffId>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.approvals SET state = $2, decided_by = $3, decided_at = $4
             WHERE id = $1 AND state = 'waiting' AND expires_at > $4",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &state, &by.map(|staff| staff.0), &now]).await? == 1)
}

/// Notes what became of one that was agreed to.
pub(crate) async fn end(
    client: &impl GenericClient,
    id: ApprovalId,
    state: &str,
    outcome: Option<&str>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.approvals SET state = $2, outcome = $3 WHERE id = $1 AND state = 'agreed'")
        .await?;
    client.execute(&statement, &[&id.0, &state, &outcome]).await?;
    Ok(())
}

/// Uses one up that was agreed to: exactly that, by whoever asked for it, within its day. False when it is not there, or used.
pub(crate) async fn take(
    client: &impl GenericClient,
    id: ApprovalId,
    (asker, act, content): (StaffId, &str, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.approvals SET used_at = $5
             WHERE id = $1 AND asked_by = $2 AND act = $3 AND content = $4 AND state = 'done' AND used_at IS NULL
                 AND expires_at > $5",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &asker.0, &act, &content, &now]).await? == 1)
}

/// How many of somebody's wait.
pub(crate) async fn count_of(client: &impl GenericClient, asker: StaffId, now: Timestamp) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS count FROM registration.approvals
             WHERE asked_by = $1 AND state = 'waiting' AND expires_at > $2",
        )
        .await?;
    Ok(client.query_one(&statement, &[&asker.0, &now]).await?.get("count"))
}

/// Those that wait for a member, the first to expire first, each with the names of who asked and decided.
pub(crate) async fn waiting(
    client: &impl GenericClient,
    member: StaffId,
    (kinds, exams): (&[&str], Option<&[String]>),
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(StoredApproval, String, Option<String>)>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE {WAITS_FOR} ORDER BY a.expires_at, a.id LIMIT $5")).await?;
    let rows = client.query(&statement, &[&member.0, &now, &kinds, &exams, &limit]).await?;
    Ok(rows.iter().map(named).collect())
}

/// How many wait for a member.
pub(crate) async fn count_waiting(
    client: &impl GenericClient,
    member: StaffId,
    (kinds, exams): (&[&str], Option<&[String]>),
    now: Timestamp,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(&format!("SELECT count(*) AS count FROM registration.approvals a WHERE {WAITS_FOR}"))
        .await?;
    let row = client.query_one(&statement, &[&member.0, &now, &kinds, &exams]).await?;
    u64::try_from(row.get::<_, i64>("count")).map_err(|_| StoreError::Corrupt("a negative count"))
}

/// What some of those are about, as it is kept.
pub(crate) async fn contents_waiting(
    client: &impl GenericClient,
    member: StaffId,
    (kinds, exams): (&[&str], Option<&[String]>),
    now: Timestamp,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let statement = client
        .prepare_cached(&format!("SELECT a.content FROM registration.approvals a WHERE {WAITS_FOR} LIMIT $5"))
        .await?;
    let rows = client.query(&statement, &[&member.0, &now, &kinds, &exams, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("content")).collect())
}

/// Somebody's, the newest first.
pub(crate) async fn of_asker(
    client: &impl GenericClient,
    asker: StaffId,
    limit: i64,
) -> Result<Vec<(StoredApproval, String, Option<String>)>, StoreError> {
    let statement = client
        .prepare_cached(&format!("{SELECT} WHERE a.asked_by = $1 ORDER BY a.asked_at DESC, a.id DESC LIMIT $2"))
        .await?;
    Ok(client.query(&statement, &[&asker.0, &limit]).await?.iter().map(named).collect())
}

/// All that wait, the first to expire first.
pub(crate) async fn all_waiting(
    client: &impl GenericClient,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(StoredApproval, String, Option<String>)>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE a.state = 'waiting' AND a.expires_at > $1 ORDER BY a.expires_at, a.id LIMIT $2"
        ))
        .await?;
    Ok(client.query(&statement, &[&now, &limit]).await?.iter().map(named).collect())
}

/// Forgets some that were asked for before.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.approvals WHERE id IN
                 (SELECT id FROM registration.approvals WHERE asked_at < $1 ORDER BY asked_at LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&before, &limit]).await?;
    Ok(())
}

fn named(row: &Row) -> (StoredApproval, String, Option<String>) {
    (read(row), row.get("asked_name"), row.get("decided_name"))
}

fn read(row: &Row) -> StoredApproval {
    StoredApproval {
        id: row.get("id"),
        act: row.get("act"),
        content: row.get("content"),
        exam: row.get("exam"),
        asked_by: row.get("asked_by"),
        asked_at: row.get("asked_at"),
        expires_at: row.get("expires_at"),
        state: row.get("state"),
        decided_at: row.get("decided_at"),
        outcome: row.get("outcome"),
        used_at: row.get("used_at"),
    }
}
