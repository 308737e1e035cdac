//! Table `holds`: [`fold`] writes what Redis's events say, [`decide`] what the ledger decides by
//! itself; the questions are here.
//!
//! While a hold is `held` Redis leads and the fold writes; once it is frozen the ledger leads,
//! and the fold may only note that Redis has followed.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use tokio_postgres::{GenericClient, Portal, Row, Transaction};

pub mod decide;
pub mod fold;

use super::LedgerError;
use crate::hold::HoldState;
use crate::ids::{CandidateId, ExamId, Generation, IdError, PoolId, Reference, SittingNumber};
use crate::store::Place;

/// A hold's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The place of the hold: candidate, group, sitting and generation.
    pub place: Place,
    /// The state in which the hold stands.
    pub state: HoldState,
    /// When it lapses or would have, with the grace.
    pub lapses_at: Timestamp,
    /// The reference of what paid for the hold, or is about to.
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

/// Finds the hold at this place.
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

/// Everybody who was ever given a seat of the exam, whatever became of it: as what gathers them, which takes its time.
pub async fn candidates_ever(
    client: &impl GenericClient,
    exam: &ExamId,
) -> Result<Box<dyn FnOnce() -> HashSet<String> + Send>, LedgerError> {
    let rows =
        client.query("SELECT DISTINCT candidate FROM reservation.holds WHERE exam = $1", &[&exam.as_str()]).await?;
    Ok(Box::new(move || rows.iter().map(|row| row.get("candidate")).collect()))
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

/// The live holds on these sittings at this moment, in no order; [`live_page`] reads them. One plan and one
/// look at the table for a pool of a million: pages by key would look again for each.
pub async fn live(tx: &Transaction<'_>, exam: &ExamId, sittings: &[i32]) -> Result<Portal, LedgerError> {
    let statement = tx
        .prepare(&format!(
            "SELECT {COLUMNS} FROM reservation.holds
             WHERE exam = $1 AND sitting = ANY($2) AND state IN ('held', 'frozen', 'confirmed')"
        ))
        .await?;
    Ok(tx.bind(&statement, &[&exam.as_str(), &sittings]).await?)
}

/// The next of them, at most `limit`; empty at the end.
pub async fn live_page(tx: &Transaction<'_>, live: &Portal, limit: i32) -> Result<Vec<HoldRow>, LedgerError> {
    tx.query_portal(live, limit).await?.iter().map(hold_row).collect()
}

/// Holds that were given back before their time was over at `now`: of each candidate and group the one that ends first.
/// At most `limit`, those first that last longest.
pub async fn given_back(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: &[i32],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<HoldRow>, LedgerError> {
    let rows = client
        .query(
            &format!(
                "SELECT {COLUMNS} FROM (
                     SELECT DISTINCT ON (candidate, group_number) {COLUMNS} FROM reservation.holds
                     WHERE exam = $1 AND sitting = ANY($2) AND state = 'released' AND lapses_at > $3
                     ORDER BY candidate, group_number, lapses_at) earliest
                 ORDER BY lapses_at DESC LIMIT $4"
            ),
            &[&exam.as_str(), &sittings, &now, &limit],
        )
        .await?;
    rows.iter().map(hold_row).collect()
}

/// How the ledger has a hold that Redis has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its state, if the ledger has it.
    pub state: Option<HoldState>,
    /// Has Redis followed what the ledger decided on it? Until then the two differ, and nothing is wrong.
    pub is_settled: bool,
    /// Has the candidate another live hold of the group in the ledger?
    pub has_rival: bool,
}

/// How the ledger has these holds, by generation.
pub async fn known(
    client: &impl GenericClient,
    exam: &ExamId,
    places: &[Place],
) -> Result<BTreeMap<Generation, Known>, LedgerError> {
    let candidates: Vec<&str> = places.iter().map(|place| place.candidate.as_str()).collect();
    let groups: Vec<i32> = places.iter().map(|place| place.group.0).collect();
    let sittings: Vec<i32> = places.iter().map(|place| place.sitting.0).collect();
    let generations: Vec<i64> = places.iter().map(|place| place.generation.0).collect();
    let rows = client
        .query(
            "SELECT w.generation, h.state, coalesce(h.settled, true) AS is_settled, EXISTS (
                 SELECT FROM reservation.holds o
                 WHERE o.exam = $1 AND o.candidate = w.candidate AND o.group_number = w.place_group
                     AND o.state IN ('held', 'frozen', 'confirmed') AND o.generation <> w.generation) AS has_rival
             FROM unnest($2::text[], $3::int[], $4::int[], $5::bigint[])
                 AS w (candidate, place_group, sitting, generation)
             LEFT JOIN reservation.holds h ON h.exam = $1 AND h.candidate = w.candidate AND h.sitting = w.sitting
                 AND h.generation = w.generation",
            &[&exam.as_str(), &candidates, &groups, &sittings, &generations],
        )
        .await?;
    let known = |row: &Row| -> Result<_, LedgerError> {
        let word: Option<&str> = row.get("state");
        let broken = || LedgerError::Unavailable(format!("hold state {word:?}"));
        let state = word.map(|word| HoldState::parse(word).ok_or_else(broken)).transpose()?;
        Ok((
            Generation(row.get("generation")),
            Known { state, is_settled: row.get("is_settled"), has_rival: row.get("has_rival") },
        ))
    };
    rows.iter().map(known).collect()
}

/// Marks what a restore is about to bring to Redis as settled: it is loaded as the ledger has it. Before it
/// reads the holds, so that what is decided meanwhile stays to be settled.
pub async fn settle_all(client: &impl GenericClient, exam: &ExamId, sittings: &[i32]) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.holds SET settled = true WHERE exam = $1 AND NOT settled AND sitting = ANY($2)",
            &[&exam.as_str(), &sittings],
        )
        .await?;
    Ok(())
}

/// Sets the deadlines of the pool's holds forward, of running ones and of those that were given back and had time left
/// at `before`.
pub async fn set_deadlines_forward(
    client: &impl GenericClient,
    exam: &ExamId,
    pool: &PoolId,
    before: Timestamp,
    by_seconds: f64,
) -> Result<(), LedgerError> {
    let moved = "UPDATE reservation.holds SET lapses_at = lapses_at + make_interval(secs => $4)
         WHERE exam = $1 AND sitting IN (SELECT number FROM reservation.sittings WHERE exam = $1 AND pool = $2)
             AND (state = 'held' OR state = 'released' AND lapses_at > $3)";
    client.execute(moved, &[&exam.as_str(), &pool.as_str(), &before, &by_seconds]).await?;
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
            "SELECT sitting, ceil(extract(epoch FROM lapses_at))::bigint AS lapses_second, count(*) AS count
             FROM reservation.holds
             WHERE exam = $1 AND sitting = ANY($2) AND state = 'held' GROUP BY 1, 2",
            &[&exam.as_str(), &sittings],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| ((SittingNumber(row.get("sitting")), row.get("lapses_second")), row.get("count")))
        .collect())
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

/// Frozen holds whose payment is known but whose confirmation died half way, unchanged since `before` on Redis's
/// clock, which is what they were written by. At most 500.
pub async fn to_confirm(
    client: &impl GenericClient,
    exam: &ExamId,
    sittings: &[i32],
    before: Timestamp,
) -> Result<Vec<HoldRow>, LedgerError> {
    let rows = client
        .query(
            &format!(
                "SELECT {COLUMNS} FROM reservation.holds
                 WHERE exam = $1 AND state = 'frozen' AND reference IS NOT NULL AND sitting = ANY($2)
                     AND changed_at <= $3
                 ORDER BY changed_at LIMIT 500"
            ),
            &[&exam.as_str(), &sittings, &before],
        )
        .await?;
    rows.iter().map(hold_row).collect()
}

/// In which sittings there may be anything that [`unsettled`] or [`to_confirm`] would tell: one question for
/// all pools, so that those where nothing is left cost none. How old frozen ones are, only Redis's clock says. At most 500.
pub async fn unfinished(
    client: &impl GenericClient,
    older_than_seconds: f64,
) -> Result<Vec<(ExamId, SittingNumber)>, LedgerError> {
    let rows = client
        .query(
            "(SELECT DISTINCT exam, sitting FROM reservation.holds
                 WHERE NOT settled AND changed_at <= now() - make_interval(secs => $1) LIMIT 500)
             UNION (SELECT DISTINCT exam, sitting FROM reservation.holds
                 WHERE state = 'frozen' AND reference IS NOT NULL LIMIT 500)",
            &[&older_than_seconds],
        )
        .await?;
    let broken = |error: IdError| LedgerError::Unavailable(error.to_string());
    rows.iter()
        .map(|row| Ok((row.get::<_, String>("exam").parse().map_err(broken)?, SittingNumber(row.get("sitting")))))
        .collect()
}
