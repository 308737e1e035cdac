//! What the ledger decides by itself once a hold is frozen: confirmation and cancellation.
//!
//! Whoever changes several rows locks the sittings first, then the holds, each by key: two such
//! transactions can then never wait for each other.

use tokio_postgres::GenericClient;

use crate::ids::{ExamId, Reference};
use crate::ledger::LedgerError;
use crate::store::Place;

/// Confirms a frozen hold and counts the seat, in one statement. False when it is not frozen.
pub async fn confirm(
    client: &impl GenericClient,
    exam: &ExamId,
    place: &Place,
    reference: &Reference,
) -> Result<bool, LedgerError> {
    let row = client
        .query_opt(
            "WITH moved AS (
                 UPDATE reservation.holds SET state = 'confirmed', reference = $5, settled = false, changed_at = now()
                 WHERE exam = $1 AND candidate = $2 AND sitting = $3 AND generation = $4 AND state = 'frozen'
                     AND (reference IS NULL OR reference = $5)
                 RETURNING sitting)
             UPDATE reservation.sittings s SET confirmed = confirmed + 1
             FROM moved WHERE s.exam = $1 AND s.number = moved.sitting RETURNING s.number",
            &[&exam.as_str(), &place.candidate.as_str(), &place.sitting.0, &place.generation.0, &reference.as_str()],
        )
        .await?;
    Ok(row.is_some())
}

/// Cancels a frozen or confirmed hold, and counts its seat back. False when it is neither.
pub async fn cancel(client: &impl GenericClient, exam: &ExamId, place: &Place) -> Result<bool, LedgerError> {
    let row = client
        .query_opt(
            "WITH before AS (
                 SELECT candidate, sitting, generation, state FROM reservation.holds
                 WHERE exam = $1 AND candidate = $2 AND sitting = $3 AND generation = $4
                     AND state IN ('frozen', 'confirmed')
                 FOR UPDATE),
             moved AS (
                 UPDATE reservation.holds h SET state = 'cancelled', settled = false, changed_at = now()
                 FROM before WHERE h.exam = $1 AND h.candidate = before.candidate AND h.sitting = before.sitting
                     AND h.generation = before.generation
                 RETURNING h.sitting, before.state)
             UPDATE reservation.sittings s
             SET confirmed = confirmed - (moved.state = 'confirmed')::integer,
                 promised = greatest(capacity, promised - 1)
             FROM moved WHERE s.exam = $1 AND s.number = moved.sitting RETURNING s.number",
            &[&exam.as_str(), &place.candidate.as_str(), &place.sitting.0, &place.generation.0],
        )
        .await?;
    Ok(row.is_some())
}
