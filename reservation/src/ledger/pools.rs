//! Table `pools`: each pool's epoch and how far the ledger has read its events.

use tokio_postgres::GenericClient;

use super::LedgerError;
use crate::ids::{ExamId, IdError, PoolId};
use crate::store::event::StreamId;

/// A pool's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolRow {
    /// The epoch under which Redis may be asked; 0 before the pool was ever in Redis.
    pub epoch: i64,
    /// The epoch since which event ids may be compared: that of the last adoption or restore.
    pub lineage: i64,
    /// The newest event that the ledger has.
    pub cursor: StreamId,
    /// The epoch that wrote it.
    pub cursor_epoch: i64,
}

fn pool_row(row: &tokio_postgres::Row) -> PoolRow {
    PoolRow {
        epoch: row.get("epoch"),
        lineage: row.get("lineage"),
        cursor: StreamId { ms: row.get("cursor_ms"), seq: row.get("cursor_seq") },
        cursor_epoch: row.get("cursor_epoch"),
    }
}

/// Adds the pool if it is new. False when it belongs to another exam.
pub async fn add(client: &impl GenericClient, pool: &PoolId, exam: &ExamId) -> Result<bool, LedgerError> {
    client
        .execute(
            "INSERT INTO reservation.pools (id, exam) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            &[&pool.as_str(), &exam.as_str()],
        )
        .await?;
    let row = client.query_one("SELECT exam FROM reservation.pools WHERE id = $1", &[&pool.as_str()]).await?;
    Ok(row.get::<_, &str>(0) == exam.as_str())
}

/// Every pool with its exam.
pub async fn all(client: &impl GenericClient) -> Result<Vec<(PoolId, ExamId)>, LedgerError> {
    let broken = |error: IdError| LedgerError::Unavailable(error.to_string());
    let rows = client.query("SELECT id, exam FROM reservation.pools ORDER BY id", &[]).await?;
    rows.iter()
        .map(|row| {
            let (id, exam): (String, String) = (row.get(0), row.get(1));
            Ok((id.parse().map_err(broken)?, exam.parse().map_err(broken)?))
        })
        .collect()
}

/// The pool's row as it is.
pub async fn get(client: &impl GenericClient, pool: &PoolId) -> Result<Option<PoolRow>, LedgerError> {
    let row = client.query_opt("SELECT * FROM reservation.pools WHERE id = $1", &[&pool.as_str()]).await?;
    Ok(row.as_ref().map(pool_row))
}

/// The pool's row, locked until the transaction ends: nobody else opens the pool or moves its cursor.
pub async fn lock(client: &impl GenericClient, pool: &PoolId) -> Result<Option<PoolRow>, LedgerError> {
    let row = client.query_opt("SELECT * FROM reservation.pools WHERE id = $1 FOR UPDATE", &[&pool.as_str()]).await?;
    Ok(row.as_ref().map(pool_row))
}

/// Writes the whole row of a pool that is locked.
pub async fn set(client: &impl GenericClient, pool: &PoolId, row: &PoolRow) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.pools SET epoch = $2, lineage = $3, cursor_ms = $4, cursor_seq = $5, cursor_epoch = $6
             WHERE id = $1",
            &[&pool.as_str(), &row.epoch, &row.lineage, &row.cursor.ms, &row.cursor.seq, &row.cursor_epoch],
        )
        .await?;
    Ok(())
}

/// Moves the cursor from `from` to `to`, in the transaction that folds what lies between.
/// `Overtaken` when somebody else moved it or the pool has a new epoch.
pub async fn advance(
    client: &impl GenericClient,
    pool: &PoolId,
    from: &PoolRow,
    to: StreamId,
    to_epoch: i64,
) -> Result<(), LedgerError> {
    let moved = client
        .execute(
            "UPDATE reservation.pools SET cursor_ms = $4, cursor_seq = $5, cursor_epoch = $6
             WHERE id = $1 AND epoch = $2 AND (cursor_ms, cursor_seq, lineage) = ($7, $8, $3)",
            &[
                &pool.as_str(),
                &from.epoch,
                &from.lineage,
                &to.ms,
                &to.seq,
                &to_epoch,
                &from.cursor.ms,
                &from.cursor.seq,
            ],
        )
        .await?;
    if moved == 1 { Ok(()) } else { Err(LedgerError::Overtaken) }
}

/// Tries to become the pool's one ledger writer, for as long as the connection lives.
pub async fn try_write_lock(client: &impl GenericClient, pool: &PoolId) -> Result<bool, LedgerError> {
    let row = client
        .query_one("SELECT pg_try_advisory_lock(hashtextextended('seathold pool ' || $1, 0))", &[&pool.as_str()])
        .await?;
    Ok(row.get(0))
}
