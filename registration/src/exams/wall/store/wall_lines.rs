//! The table `wall_lines`: how a waiting room's line came out, as it stood at a moment.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::engine::waiting_room::outcomes::{LinePart, PARTS};
use reservation::ids::ExamId;

use crate::store::StoreError;

fn corrupt<E>(_: E) -> StoreError {
    StoreError::Corrupt("how a line came out")
}

/// Notes how an exam's line came out by then.
pub(crate) async fn put(
    client: &impl GenericClient,
    exam: &ExamId,
    at: Timestamp,
    parts: &[LinePart; PARTS],
) -> Result<(), StoreError> {
    let tenths: Vec<[u64; 2]> = parts.iter().map(|part| [part.positions, part.seated]).collect();
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_lines (exam, at, tenths) VALUES ($1, $2, $3::text::json)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    let tenths = serde_json::to_string(&tenths).map_err(corrupt)?;
    client.execute(&statement, &[&exam.as_str(), &at, &tenths]).await?;
    Ok(())
}

/// How an exam's line had come out by then, the front first; empty where nothing is known.
pub(crate) async fn newest(
    client: &impl GenericClient,
    exam: &ExamId,
    by: Timestamp,
) -> Result<Vec<LinePart>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT tenths::text AS tenths FROM registration.wall_lines
             WHERE exam = $1 AND at <= $2 ORDER BY at DESC LIMIT 1",
        )
        .await?;
    let Some(row) = client.query_opt(&statement, &[&exam.as_str(), &by]).await? else { return Ok(Vec::new()) };
    let tenths: Vec<[u64; 2]> = serde_json::from_str(row.get("tenths")).map_err(corrupt)?;
    Ok(tenths.into_iter().map(|[positions, seated]| LinePart { positions, seated }).collect())
}

/// Forgets what is older.
pub(crate) async fn forget(client: &impl GenericClient, before: Timestamp) -> Result<(), StoreError> {
    client.execute("DELETE FROM registration.wall_lines WHERE at < $1", &[&before]).await?;
    Ok(())
}
