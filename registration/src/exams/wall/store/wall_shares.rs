//! The table `wall_shares`: how an exam's seats were shared out among networks, as it stood at a moment.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::exams::wall::shares::Shares;
use crate::store::StoreError;

/// Notes how the seats were shared out by then; of too few to be told, nothing.
pub(crate) async fn put(
    client: &impl GenericClient,
    exam: &ExamId,
    at: Timestamp,
    shares: &Shares,
) -> Result<(), StoreError> {
    if !shares.is_told() {
        return Ok(());
    }
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_shares (exam, at, networks, seats, largest, ten_largest, others)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .await?;
    let Shares { networks, seats, largest, ten_largest, others } = shares;
    client.execute(&statement, &[&exam.as_str(), &at, networks, seats, largest, ten_largest, others]).await?;
    Ok(())
}

/// Was it noted how they were shared out at that very moment?
pub(crate) async fn is_noted(client: &impl GenericClient, exam: &ExamId, at: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("SELECT EXISTS (SELECT FROM registration.wall_shares WHERE exam = $1 AND at = $2) AS is_noted")
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &at]).await?.get("is_noted"))
}

/// How the seats had been shared out by then, as was noted since a moment or ever. `None`: nothing is known of it.
pub(crate) async fn newest(
    client: &impl GenericClient,
    exam: &ExamId,
    since: Option<Timestamp>,
    by: Timestamp,
) -> Result<Option<Shares>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT networks, seats, largest, ten_largest, others FROM registration.wall_shares
             WHERE exam = $1 AND at <= $2 AND ($3::timestamptz IS NULL OR at >= $3) ORDER BY at DESC LIMIT 1",
        )
        .await?;
    let row = client.query_opt(&statement, &[&exam.as_str(), &by, &since]).await?;
    Ok(row.map(|row| Shares {
        networks: row.get("networks"),
        seats: row.get("seats"),
        largest: row.get("largest"),
        ten_largest: row.get("ten_largest"),
        others: row.get("others"),
    }))
}

/// Forgets what is older.
pub(crate) async fn forget(client: &impl GenericClient, before: Timestamp) -> Result<(), StoreError> {
    client.execute("DELETE FROM registration.wall_shares WHERE at < $1", &[&before]).await?;
    Ok(())
}
