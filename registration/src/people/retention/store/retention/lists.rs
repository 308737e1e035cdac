//! Lists that staff brought for an exam: the roster and results of earlier exams. They name people who may have no account, and go
//! when the exam's time is over.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use super::due::ENDS_AT;
use crate::store::StoreError;

/// An exam that is over since before `$1`, and in which nothing waits for anybody: the exam `x`.
const IS_OVER: &str = "({ENDS_AT} < $1) IS TRUE
    AND NOT EXISTS (SELECT FROM registration.cases c WHERE c.exam = x.id AND c.closed_at IS NULL)
    AND NOT EXISTS (SELECT FROM registration.orders o WHERE o.exam = x.id
        AND (NOT o.seats_owed AND (o.stage = 'ended' OR o.state = 'confirmed')) IS NOT TRUE)";

/// Removes up to `limit` lines of rosters, but those of people to whom an account is bound that is kept; how many by exam.
pub(in crate::people::retention) async fn remove_roster(
    client: &impl GenericClient,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = format!(
        "WITH ended AS MATERIALIZED (SELECT x.id FROM registration.exams x WHERE {}),
             gone AS (DELETE FROM registration.roster WHERE (exam, document_index) IN (
                 SELECT r.exam, r.document_index FROM registration.roster r JOIN ended ON ended.id = r.exam
                 WHERE NOT EXISTS (SELECT FROM registration.bindings b
                     WHERE b.exam = r.exam AND b.document_index = r.document_index) LIMIT $2)
             RETURNING exam)
         SELECT exam, count(*) AS lines FROM gone GROUP BY exam ORDER BY exam",
        is_over()
    );
    by_exam(client, &sql, until, limit).await
}

/// Removes up to `limit` results of earlier exams; how many by exam.
pub(in crate::people::retention) async fn remove_past_scores(
    client: &impl GenericClient,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = format!(
        "WITH ended AS MATERIALIZED (SELECT x.id FROM registration.exams x WHERE {}),
             gone AS (DELETE FROM registration.past_scores WHERE (exam, by_document, subject, year) IN (
                 SELECT r.exam, r.by_document, r.subject, r.year
                 FROM registration.past_scores r JOIN ended ON ended.id = r.exam LIMIT $2)
             RETURNING exam)
         SELECT exam, count(*) AS lines FROM gone GROUP BY exam ORDER BY exam",
        is_over()
    );
    by_exam(client, &sql, until, limit).await
}

fn is_over() -> String {
    IS_OVER.replace("{ENDS_AT}", ENDS_AT)
}

async fn by_exam(
    client: &impl GenericClient,
    sql: &str,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&until, &limit]).await?;
    Ok(rows.iter().map(|row| (row.get("exam"), row.get("lines"))).collect())
}
