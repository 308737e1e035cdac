//! The table `wall_processes`: what each process said of itself last.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::exams::wall::second::Report;
use crate::store::StoreError;

/// Of a process that said nothing for so long, nothing is shown any more.
const SEEN_SECONDS: f64 = 3.5;
/// Most processes that are read: more than serve one exam.
const PROCESSES_MAX: i64 = 200;

/// Notes what a process says of itself.
pub(crate) async fn put(client: &impl GenericClient, process: Uuid, report: &Report) -> Result<(), StoreError> {
    let report = serde_json::to_string(report).map_err(|_| StoreError::Corrupt("a report of the wall"))?;
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_processes (process, seen_at, report) VALUES ($1, now(), $2::text::json)
             ON CONFLICT (process) DO UPDATE SET seen_at = excluded.seen_at, report = excluded.report",
        )
        .await?;
    client.execute(&statement, &[&process, &report]).await?;
    Ok(())
}

/// What those say that are alive. A report of another version that this one cannot read is left out.
pub(crate) async fn alive(client: &impl GenericClient) -> Result<Vec<Report>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT report::text AS report FROM registration.wall_processes
             WHERE seen_at > now() - make_interval(secs => $1) ORDER BY process LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&SEEN_SECONDS, &PROCESSES_MAX]).await?;
    Ok(rows.iter().filter_map(|row| serde_json::from_str(row.get("report")).ok()).collect())
}

/// The version of Postgres that answers.
pub(crate) async fn postgres_version(client: &impl GenericClient) -> Result<String, StoreError> {
    let statement = client.prepare_cached("SELECT current_setting('server_version') AS version").await?;
    Ok(client.query_one(&statement, &[]).await?.get("version"))
}

/// Takes out the processes that said nothing for a day: their numbers.
pub(crate) async fn take_gone(client: &impl GenericClient) -> Result<Vec<Uuid>, StoreError> {
    let rows = client
        .query(
            "DELETE FROM registration.wall_processes WHERE seen_at < now() - interval '1 day' RETURNING process",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get("process")).collect())
}
