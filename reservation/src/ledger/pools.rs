//! Table `pools`: each pool's epoch, how far the ledger has read its events, from which Redis process, and who may
//! write it.

use deadpool_postgres::Transaction;
use tokio_postgres::GenericClient;
use uuid::Uuid;

use super::LedgerError;
use super::writers::WriterId;
use crate::ids::{ExamId, IdError, PoolId};
use crate::store::event::StreamId;

/// A pool's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolRow {
    /// The epoch under which Redis may be asked; 0 before the pool was ever in Redis.
    pub epoch: i64,
    /// The epoch since which event ids may be compared: that of the last adoption or restore.
    pub lineage: i64,
    /// The newest event that the ledger has.
    pub cursor: StreamId,
    /// The epoch that wrote it.
    pub cursor_epoch: i64,
    /// The Redis process on which the pool was last compared with the ledger: events are believed from no other.
    pub process: Option<String>,
    /// The process that writes the pool's ledger, if one does.
    pub writer: Option<WriterId>,
}

fn pool_row(row: &tokio_postgres::Row) -> PoolRow {
    PoolRow {
        epoch: row.get("epoch"),
        lineage: row.get("lineage"),
        cursor: StreamId { ms: row.get("cursor_ms"), seq: row.get("cursor_seq") },
        cursor_epoch: row.get("cursor_epoch"),
        process: row.get("process"),
        writer: row.get::<_, Option<Uuid>>("writer").map(WriterId),
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
    Ok(row.get::<_, &str>("exam") == exam.as_str())
}

/// Every pool with its exam.
pub async fn all(client: &impl GenericClient) -> Result<Vec<(PoolId, ExamId)>, LedgerError> {
    let broken = |error: IdError| LedgerError::Unavailable(error.to_string());
    let rows = client.query("SELECT id, exam FROM reservation.pools ORDER BY id", &[]).await?;
    rows.iter()
        .map(|row| {
            let (id, exam): (String, String) = (row.get("id"), row.get("exam"));
            Ok((id.parse().map_err(broken)?, exam.parse().map_err(broken)?))
        })
        .collect()
}

/// The rows of these pools, or of all.
pub async fn rows(client: &impl GenericClient, pools: Option<&[&str]>) -> Result<Vec<(PoolId, PoolRow)>, LedgerError> {
    let rows =
        client.query("SELECT * FROM reservation.pools WHERE $1::text[] IS NULL OR id = ANY($1)", &[&pools]).await?;
    let broken = |error: IdError| LedgerError::Unavailable(error.to_string());
    rows.iter().map(|row| Ok((row.get::<_, String>("id").parse().map_err(broken)?, pool_row(row)))).collect()
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

/// Writes the row of a pool that is locked, all but its writer.
pub async fn set(client: &impl GenericClient, pool: &PoolId, row: &PoolRow) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.pools SET epoch = $2, lineage = $3, cursor_ms = $4, cursor_seq = $5, cursor_epoch = $6,
                 process = $7
             WHERE id = $1",
            &[
                &pool.as_str(),
                &row.epoch,
                &row.lineage,
                &row.cursor.ms,
                &row.cursor.seq,
                &row.cursor_epoch,
                &row.process,
            ],
        )
        .await?;
    Ok(())
}

/// Moves the cursor from `from` to `to`, in the transaction that folds what lies between.
/// `Overtaken` when somebody else moved it or may write it now, or the pool has a new epoch or is trusted to another
/// Redis process than the one that was read.
pub async fn advance(
    tx: &Transaction<'_>,
    pool: &PoolId,
    from: &PoolRow,
    to: StreamId,
    to_epoch: i64,
) -> Result<(), LedgerError> {
    let statement = tx
        .prepare_cached(
            "UPDATE reservation.pools SET cursor_ms = $4, cursor_seq = $5, cursor_epoch = $6
             WHERE id = $1 AND epoch = $2 AND (cursor_ms, cursor_seq, lineage) = ($7, $8, $3)
                 AND process = $9 AND writer = $10",
        )
        .await?;
    let moved = tx
        .execute(
            &statement,
            &[
                &pool.as_str(),
                &from.epoch,
                &from.lineage,
                &to.ms,
                &to.seq,
                &to_epoch,
                &from.cursor.ms,
                &from.cursor.seq,
                &from.process,
                &from.writer.map(|writer| writer.0),
            ],
        )
        .await?;
    if moved == 1 { Ok(()) } else { Err(LedgerError::Overtaken) }
}

/// Makes `writer`, whose lease must be good, the writer of every pool that has none whose process lives, but not of
/// `except`. Rows that are locked are left for the next time: this waits for nobody.
pub async fn claim(client: &impl GenericClient, writer: WriterId, except: &[&str]) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.pools p SET writer = $1
             FROM (SELECT id FROM reservation.pools
                 WHERE id <> ALL($2) AND (writer IS NULL OR writer NOT IN (
                     SELECT w.id FROM reservation.writers w
                     JOIN pg_stat_activity a ON a.pid = w.pid AND a.backend_start = w.session_since
                     WHERE w.until > now()))
                 FOR UPDATE SKIP LOCKED) free
             WHERE p.id = free.id",
            &[&writer.0, &except],
        )
        .await?;
    Ok(())
}

/// Gives up writing one pool, or all of them.
pub async fn resign(client: &impl GenericClient, writer: WriterId, pool: Option<&PoolId>) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.pools SET writer = NULL WHERE writer = $1 AND ($2::text IS NULL OR id = $2)",
            &[&writer.0, &pool.map(PoolId::as_str)],
        )
        .await?;
    Ok(())
}
