//! Table `holds`: the fold of events into it, and what the ledger decides by itself.
//!
//! While a hold is `held` Redis leads and the fold writes here; once it is frozen the ledger
//! leads, and the fold may only note that Redis has followed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio_postgres::{GenericClient, Row};

use super::LedgerError;
use crate::hold::HoldState;
use crate::ids::{CandidateId, ExamId, Generation, IdError, Reference, SittingNumber};
use crate::store::Place;

/// A hold's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Which hold.
    pub place: Place,
    /// Where it stands.
    pub state: HoldState,
    /// When it lapses or would have, with the grace.
    pub lapses_at: Timestamp,
    /// What paid for it, or is about to.
    pub reference: Option<Reference>,
}

const COLUMNS: &str = "candidate, group_number, sitting, generation, state, lapses_at, reference";

fn hold_row(row: &Row) -> Result<HoldRow, LedgerError> {
    let broken = |error: IdError| LedgerError::Unavailable(error.to_string());
    let state: &str = row.get("state");
    Ok(HoldRow {
        place: Place {
            candidate: row.get::<_, String>("candidate").parse::<CandidateId>().map_err(broken)?,
            group: SittingNumber(row.get("group_number")),
            sitting: SittingNumber(row.get("sitting")),
            generation: Generation(row.get("generation")),
        },
        state: HoldState::parse(state).ok_or_else(|| LedgerError::Unavailable(format!("hold state {state:?}")))?,
        lapses_at: row.get("lapses_at"),
        reference: row
            .get::<_, Option<String>>("reference")
            .map(|text| text.parse::<Reference>().map_err(broken))
            .transpose()?,
    })
}

/// Rows to write, as columns.
#[derive(Debug, Default)]
pub struct Columns {
    candidates: Vec<String>,
    sittings: Vec<i32>,
    generations: Vec<i64>,
    groups: Vec<i32>,
    states: Vec<&'static str>,
    lapses: Vec<Timestamp>,
    changes: Vec<Timestamp>,
    references: Vec<Option<String>>,
}

impl Columns {
    /// Adds a row; times in ms since 1970.
    pub fn push(
        &mut self,
        place: &Place,
        state: HoldState,
        lapses_ms: i64,
        changed_ms: i64,
        reference: Option<&Reference>,
    ) {
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        self.candidates.push(place.candidate.to_string());
        self.sittings.push(place.sitting.0);
        self.generations.push(place.generation.0);
        self.groups.push(place.group.0);
        self.states.push(state.as_str());
        self.lapses.push(time(lapses_ms));
        self.changes.push(time(changed_ms));
        self.references.push(reference.map(|reference| reference.as_str().to_owned()));
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Is there nothing to write?
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }
}

/// Writes rows in which Redis leads. Rows that the ledger leads stay as they are. Answers how
/// many were written.
pub async fn fold(client: &impl GenericClient, exam: &ExamId, rows: &Columns) -> Result<u64, LedgerError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let statement = client
        .prepare(
            "INSERT INTO reservation.holds AS h
                 (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at, reference)
             SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::int[], $6::text[],
                 $7::timestamptz[], $8::timestamptz[], $9::text[])
             ON CONFLICT (exam, candidate, sitting, generation) DO UPDATE SET
                 state = excluded.state, changed_at = excluded.changed_at,
                 reference = coalesce(h.reference, excluded.reference)
             WHERE h.state = 'held' OR (h.state = 'frozen' AND excluded.state = 'frozen')",
        )
        .await?;
    let written = client
        .execute(
            &statement,
            &[
                &exam.as_str(),
                &rows.candidates,
                &rows.sittings,
                &rows.generations,
                &rows.groups,
                &rows.states,
                &rows.lapses,
                &rows.changes,
                &rows.references,
            ],
        )
        .await?;
    Ok(written)
}

/// Notes that Redis has followed the ledger's decision on these holds.
pub async fn fold_settled(client: &impl GenericClient, exam: &ExamId, rows: &Columns) -> Result<u64, LedgerError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let noted = client
        .execute(
            "UPDATE reservation.holds h SET settled = true
             FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[]) AS s (candidate, sitting, generation, state)
             WHERE h.exam = $1 AND h.candidate = s.candidate AND h.sitting = s.sitting
                 AND h.generation = s.generation AND h.state = s.state",
            &[&exam.as_str(), &rows.candidates, &rows.sittings, &rows.generations, &rows.states],
        )
        .await?;
    Ok(noted)
}

/// One hold.
pub async fn find(
    client: &impl GenericClient,
    exam: &ExamId,
    candidate: &CandidateId,
    sitting: SittingNumber,
    generation: Generation,
) -> Result<Option<HoldRow>, LedgerError> {
    let row = client
        .query_opt(
            &format!(
                "SELECT {COLUMNS} FROM reservation.holds
                 WHERE exam = $1 AND candidate = $2 AND sitting = $3 AND generation = $4"
            ),
            &[&exam.as_str(), &candidate.as_str(), &sitting.0, &generation.0],
        )
        .await?;
    row.as_ref().map(hold_row).transpose()
}

/// The candidate's hold on the sitting that this reference pays for, the newest if there are several.
pub async fn find_by_reference(
    client: &impl GenericClient,
    exam: &ExamId,
    candidate: &CandidateId,
    sitting: SittingNumber,
    reference: &Reference,
) -> Result<Option<HoldRow>, LedgerError> {
    let row = client
        .query_opt(
            &format!(
                "SELECT {COLUMNS} FROM reservation.holds
                 WHERE exam = $1 AND candidate = $2 AND sitting = $3 AND reference = $4
                 ORDER BY generation DESC LIMIT 1"
            ),
            &[&exam.as_str(), &candidate.as_str(), &sitting.0, &reference.as_str()],
        )
        .await?;
    row.as_ref().map(hold_row).transpose()
}

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

/// Live holds of some sittings, by key, after `after`, at most `limit`: one page of a restore.
pub async fn live_page(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: &[i32],
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<HoldRow>, LedgerError> {
    let (candidate, sitting, generation) =
        after.map_or(("", 0, 0), |place| (place.candidate.as_str(), place.sitting.0, place.generation.0));
    let rows = client
        .query(
            &format!(
                "SELECT {COLUMNS} FROM reservation.holds
                 WHERE exam = $1 AND sitting = ANY($2) AND state IN ('held', 'frozen', 'confirmed')
                     AND (candidate, sitting, generation) > ($3, $4, $5)
                 ORDER BY candidate, sitting, generation LIMIT $6"
            ),
            &[&exam.as_str(), &sittings, &candidate, &sitting, &generation, &limit],
        )
        .await?;
    rows.iter().map(hold_row).collect()
}

/// Marks what a restore brought to Redis as settled: it was loaded as the ledger has it.
pub async fn settle_all(client: &impl GenericClient, exam: &ExamId, sittings: &[i32]) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.holds SET settled = true WHERE exam = $1 AND NOT settled AND sitting = ANY($2)",
            &[&exam.as_str(), &sittings],
        )
        .await?;
    Ok(())
}

/// How many running clocks end in which second, per sitting: what the board starts from.
pub async fn deadlines(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: &[i32],
) -> Result<BTreeMap<(SittingNumber, i64), i64>, LedgerError> {
    let rows = client
        .query(
            "SELECT sitting, ceil(extract(epoch FROM lapses_at))::bigint, count(*) FROM reservation.holds
             WHERE exam = $1 AND sitting = ANY($2) AND state = 'held' GROUP BY 1, 2",
            &[&exam.as_str(), &sittings],
        )
        .await?;
    Ok(rows.iter().map(|row| ((SittingNumber(row.get(0)), row.get(1)), row.get(2))).collect())
}

/// Decisions of the ledger that Redis has not followed after `older_than_seconds`: each hold,
/// and true for confirmed, false for cancelled. At most 500.
pub async fn unsettled(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: &[i32],
    older_than_seconds: f64,
) -> Result<Vec<(Place, bool)>, LedgerError> {
    let rows = client
        .query(
            &format!(
                "SELECT {COLUMNS} FROM reservation.holds
                 WHERE exam = $1 AND NOT settled AND sitting = ANY($2)
                     AND changed_at <= now() - make_interval(secs => $3)
                 ORDER BY changed_at LIMIT 500"
            ),
            &[&exam.as_str(), &sittings, &older_than_seconds],
        )
        .await?;
    rows.iter().map(|row| hold_row(row).map(|row| (row.place, row.state == HoldState::Confirmed))).collect()
}

/// Frozen holds whose payment is known but whose confirmation died half way, after
/// `older_than_seconds`. At most 500.
pub async fn to_confirm(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: &[i32],
    older_than_seconds: f64,
) -> Result<Vec<HoldRow>, LedgerError> {
    let rows = client
        .query(
            &format!(
                "SELECT {COLUMNS} FROM reservation.holds
                 WHERE exam = $1 AND state = 'frozen' AND reference IS NOT NULL AND sitting = ANY($2)
                     AND changed_at <= now() - make_interval(secs => $3)
                 ORDER BY changed_at LIMIT 500"
            ),
            &[&exam.as_str(), &sittings, &older_than_seconds],
        )
        .await?;
    rows.iter().map(hold_row).collect()
}
