//! The table `wall_seconds`: where an exam's seats were in which second.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;

use crate::exams::wall::second::{Detail, Totals};
use crate::store::StoreError;

/// A row to write: of which exam, its sums, and the sittings where they are not as in the row before.
pub(crate) type Written = (ExamId, Totals, Option<Detail>);

fn corrupt<E>(_: E) -> StoreError {
    StoreError::Corrupt("a second of the wall")
}

/// Writes one second of several exams. A second that is there stays.
pub(crate) async fn insert(client: &impl GenericClient, at: Timestamp, rows: &[Written]) -> Result<(), StoreError> {
    let exams: Vec<&str> = rows.iter().map(|(exam, ..)| exam.as_str()).collect();
    let totals = rows.iter().map(|(_, totals, _)| serde_json::to_string(totals)).collect::<Result<Vec<_>, _>>();
    let detail = rows.iter().map(|(.., detail)| detail.as_ref().map(serde_json::to_string).transpose());
    let (totals, detail) = (totals.map_err(corrupt)?, detail.collect::<Result<Vec<_>, _>>().map_err(corrupt)?);
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_seconds (exam, at, totals, detail)
             SELECT s.exam, $2, s.totals::json, s.detail::json
             FROM unnest($1::text[], $3::text[], $4::text[]) AS s (exam, totals, detail)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&exams, &at, &totals, &detail]).await?;
    Ok(())
}

fn second(row: &Row) -> Result<(Timestamp, Totals), StoreError> {
    Ok((row.get("at"), serde_json::from_str(row.get("totals")).map_err(corrupt)?))
}

/// The sums of one exam from one moment to another, one row in `step` seconds, and the newest one.
pub(crate) async fn between(
    client: &impl GenericClient,
    exam: &ExamId,
    (from, to): (Timestamp, Timestamp),
    step: i64,
) -> Result<Vec<(Timestamp, Totals)>, StoreError> {
    let statement = client
        .prepare_cached(
            "(SELECT at, totals::text AS totals FROM registration.wall_seconds
              WHERE exam = $1 AND at >= $2 AND at < $3 AND extract(epoch FROM at)::bigint % $4 = 0)
             UNION ALL
             (SELECT at, totals::text FROM registration.wall_seconds
              WHERE exam = $1 AND at >= $2 AND at <= $3 ORDER BY at DESC LIMIT 1)
             ORDER BY at",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &from, &to, &step]).await?;
    let mut seconds = rows.iter().map(second).collect::<Result<Vec<_>, _>>()?;
    seconds.dedup_by_key(|(at, _)| *at);
    Ok(seconds)
}

/// The newest sums of one exam by then.
pub(crate) async fn newest(
    client: &impl GenericClient,
    exam: &ExamId,
    by: Timestamp,
) -> Result<Option<(Timestamp, Totals)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT at, totals::text AS totals FROM registration.wall_seconds
             WHERE exam = $1 AND at <= $2 ORDER BY at DESC LIMIT 1",
        )
        .await?;
    client.query_opt(&statement, &[&exam.as_str(), &by]).await?.as_ref().map(second).transpose()
}

/// The sittings of one exam as they were then.
pub(crate) async fn detail(
    client: &impl GenericClient,
    exam: &ExamId,
    by: Timestamp,
) -> Result<Option<Detail>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT detail::text AS detail FROM registration.wall_seconds
             WHERE exam = $1 AND at <= $2 AND detail IS NOT NULL ORDER BY at DESC LIMIT 1",
        )
        .await?;
    let row = client.query_opt(&statement, &[&exam.as_str(), &by]).await?;
    row.map(|row| serde_json::from_str(row.get("detail")).map_err(corrupt)).transpose()
}

/// The first and the last second that are kept of an exam.
pub(crate) async fn kept(
    client: &impl GenericClient,
    exam: &ExamId,
) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
    let statement = client
        .prepare_cached("SELECT min(at) AS first, max(at) AS last FROM registration.wall_seconds WHERE exam = $1")
        .await?;
    let row = client.query_one(&statement, &[&exam.as_str()]).await?;
    Ok(row.get::<_, Option<Timestamp>>("first").zip(row.get("last")))
}

/// Leaves one row a minute of what is from `from` to `until`. Answers how many went.
pub(crate) async fn thin(
    client: &impl GenericClient,
    (from, until): (Timestamp, Timestamp),
) -> Result<u64, StoreError> {
    let thin = "DELETE FROM registration.wall_seconds
         WHERE at >= $1 AND at < $2 AND extract(epoch FROM at)::bigint % 60 <> 0";
    Ok(client.execute(thin, &[&from, &until]).await?)
}

/// Forgets what is older. Answers how many rows went.
pub(crate) async fn forget(client: &impl GenericClient, before: Timestamp) -> Result<u64, StoreError> {
    Ok(client.execute("DELETE FROM registration.wall_seconds WHERE at < $1", &[&before]).await?)
}
