//! Table `parked_events`: what Redis said and the ledger could not take, kept for whoever looks into it.

use tokio_postgres::GenericClient;

use super::LedgerError;
use super::holds::fold::FoldRow;
use crate::ids::PoolId;
use crate::store::event::StreamId;

/// Keeps a hold's last word aside, with the reason why it is not in `holds`.
pub async fn park(
    client: &impl GenericClient,
    pool: &PoolId,
    (event, lineage): (StreamId, i64),
    row: Option<&FoldRow<'_>>,
    why: &str,
) -> Result<(), LedgerError> {
    client
        .execute(
            "INSERT INTO reservation.parked_events
                 (pool, event, lineage, candidate, sitting, generation, group_number, state, reference, why)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                &pool.as_str(),
                &event.to_string(),
                &lineage,
                &row.map(|row| row.candidate),
                &row.map(|row| row.sitting.0),
                &row.map(|row| row.generation.0),
                &row.map(|row| row.group.0),
                &row.map(|row| row.state.as_str()),
                &row.and_then(|row| row.reference),
                &why,
            ],
        )
        .await?;
    Ok(())
}
