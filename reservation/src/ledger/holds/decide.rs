//! What the ledger decides by itself once a hold is frozen: confirmation and cancellation.
//!
//! Whoever changes several rows locks the sittings first, then the holds, each by key: two such
//! transactions can then never wait for each other.

use std::collections::{BTreeMap, HashMap};

use deadpool_postgres::Transaction;
use tokio_postgres::GenericClient;

use super::{HoldRow, hold_row};
use crate::hold::HoldState;
use crate::ids::{ExamId, Generation, Reference};
use crate::ledger::LedgerError;
use crate::store::Place;

/// What became of one wish to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// The seat is the candidate's.
    Yes {
        /// The hold's row after the decision.
        row: HoldRow,
        /// Was it this wish that did it?
        is_new: bool,
    },
    /// Another payment has it.
    OtherReference,
    /// The hold has ended.
    Ended,
    /// It is not frozen, or not there.
    NotFrozen,
}

/// Confirms frozen holds, each for its reference, and counts their seats; answers one word per
/// wish. [`LedgerError::Overbooked`] when a sitting would have more than was promised: then nothing
/// may be committed.
pub async fn confirm(
    tx: &Transaction<'_>,
    exam: &ExamId,
    wishes: &[(Place, Reference)],
) -> Result<Vec<Confirmed>, LedgerError> {
    lock_sittings(tx, exam, wishes).await?;
    let mut rows = lock_holds(tx, exam, wishes).await?;
    let mut moved = Vec::new();
    let words = wishes
        .iter()
        .map(|(place, reference)| {
            let Some(row) = rows.get_mut(&place.generation) else { return Confirmed::NotFrozen };
            let is_ours = row.reference.as_ref().is_none_or(|known| known == reference);
            let is_new = row.state == HoldState::Frozen && is_ours;
            match row.state {
                HoldState::Frozen | HoldState::Confirmed if !is_ours => Confirmed::OtherReference,
                HoldState::Frozen | HoldState::Confirmed => {
                    (row.state, row.reference) = (HoldState::Confirmed, Some(reference.clone()));
                    if is_new {
                        moved.push((place, reference));
                    }
                    Confirmed::Yes { row: row.clone(), is_new }
                }
                HoldState::Held => Confirmed::NotFrozen,
                HoldState::Released | HoldState::Expired | HoldState::Cancelled => Confirmed::Ended,
            }
        })
        .collect();
    if !moved.is_empty() {
        write(tx, exam, &moved).await?;
    }
    Ok(words)
}

async fn lock_sittings(tx: &Transaction<'_>, exam: &ExamId, wishes: &[(Place, Reference)]) -> Result<(), LedgerError> {
    let sittings: Vec<i32> = wishes.iter().map(|(place, _)| place.sitting.0).collect();
    let statement = tx
        .prepare_cached(
            "SELECT number FROM reservation.sittings WHERE exam = $1 AND number = ANY($2) ORDER BY number
             FOR NO KEY UPDATE",
        )
        .await?;
    tx.execute(&statement, &[&exam.as_str(), &sittings]).await?;
    Ok(())
}

async fn lock_holds(
    tx: &Transaction<'_>,
    exam: &ExamId,
    wishes: &[(Place, Reference)],
) -> Result<HashMap<Generation, HoldRow>, LedgerError> {
    let candidates: Vec<&str> = wishes.iter().map(|(place, _)| place.candidate.as_str()).collect();
    let sittings: Vec<i32> = wishes.iter().map(|(place, _)| place.sitting.0).collect();
    let generations: Vec<i64> = wishes.iter().map(|(place, _)| place.generation.0).collect();
    let statement = tx
        .prepare_cached(
            "SELECT h.candidate, h.group_number, h.sitting, h.generation, h.state, h.lapses_at, h.reference
             FROM (SELECT DISTINCT * FROM unnest($2::text[], $3::int[], $4::bigint[]) AS u (candidate, sitting, generation)) w
             JOIN reservation.holds h ON h.exam = $1 AND h.candidate = w.candidate AND h.sitting = w.sitting
                 AND h.generation = w.generation
             ORDER BY h.candidate, h.sitting, h.generation
             FOR NO KEY UPDATE OF h",
        )
        .await?;
    let rows = tx.query(&statement, &[&exam.as_str(), &candidates, &sittings, &generations]).await?;
    rows.iter().map(|row| hold_row(row).map(|row| (row.place.generation, row))).collect()
}

async fn write(tx: &Transaction<'_>, exam: &ExamId, moved: &[(&Place, &Reference)]) -> Result<(), LedgerError> {
    let candidates: Vec<&str> = moved.iter().map(|(place, _)| place.candidate.as_str()).collect();
    let sittings: Vec<i32> = moved.iter().map(|(place, _)| place.sitting.0).collect();
    let generations: Vec<i64> = moved.iter().map(|(place, _)| place.generation.0).collect();
    let references: Vec<&str> = moved.iter().map(|(_, reference)| reference.as_str()).collect();
    let confirmed = tx
        .prepare_cached(
            "UPDATE reservation.holds h
             SET state = 'confirmed', reference = w.reference, settled = false, changed_at = now()
             FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[])
                 AS w (candidate, sitting, generation, reference)
             WHERE h.exam = $1 AND h.candidate = w.candidate AND h.sitting = w.sitting AND h.generation = w.generation",
        )
        .await?;
    tx.execute(&confirmed, &[&exam.as_str(), &candidates, &sittings, &generations, &references]).await?;
    let mut counts = BTreeMap::<i32, i32>::new();
    for sitting in sittings {
        *counts.entry(sitting).or_default() += 1;
    }
    let (numbers, seats): (Vec<i32>, Vec<i32>) = counts.into_iter().unzip();
    let counted = tx
        .prepare_cached(
            "UPDATE reservation.sittings s SET confirmed = s.confirmed + w.seats
             FROM unnest($2::int[], $3::int[]) AS w (number, seats) WHERE s.exam = $1 AND s.number = w.number",
        )
        .await?;
    tx.execute(&counted, &[&exam.as_str(), &numbers, &seats]).await?;
    Ok(())
}

/// Cancels a frozen or confirmed hold, and counts its seat back. False when it is neither.
pub async fn cancel(client: &impl GenericClient, exam: &ExamId, place: &Place) -> Result<bool, LedgerError> {
    let row = client
        .query_opt(
            "WITH locked AS (
                 SELECT number FROM reservation.sittings WHERE exam = $1 AND number = $3 FOR NO KEY UPDATE),
             before AS (
                 SELECT h.candidate, h.sitting, h.generation, h.state
                 FROM locked JOIN reservation.holds h ON h.sitting = locked.number
                 WHERE h.exam = $1 AND h.candidate = $2 AND h.generation = $4 AND h.state IN ('frozen', 'confirmed')
                 FOR NO KEY UPDATE OF h),
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
