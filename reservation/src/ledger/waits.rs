//! Table `waits`: who waits on which list, as Redis's events say it; and what candidates were told of it.
//!
//! Redis leads, as with holds whose clock runs: the ledger follows, and is what a lost Redis is loaded from. A wait keeps
//! its number through all that, so nobody overtakes.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use tokio_postgres::{GenericClient, Portal, Row};

use super::LedgerError;
use crate::ids::{CandidateId, ExamId, Generation, PoolId, SittingNumber};
use crate::waiting_list::{Wait, WaitOf, WaitState};

/// A wait as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitRow {
    /// The candidate, the group and the wait.
    pub of: WaitOf,
    /// The pool whose list it is on.
    pub pool: PoolId,
    /// When it came to be so, on Redis's clock.
    pub changed_at: Timestamp,
}

fn broken(what: impl ToString) -> LedgerError {
    LedgerError::Unavailable(what.to_string())
}

fn wait_row(row: &Row) -> Result<WaitRow, LedgerError> {
    let state: &str = row.get("state");
    let generation: i64 = row.get("generation");
    let wait = Wait {
        state: WaitState::parse(state).ok_or_else(|| broken(format!("wait state {state:?}")))?,
        list: SittingNumber(row.get("list")),
        number: row.get("number"),
        lapses: u32::try_from(row.get::<_, i32>("lapses")).unwrap_or_default(),
        offer: (generation > 0).then(|| (Generation(generation), SittingNumber(row.get("sitting")))),
    };
    let candidate = row.get::<_, String>("candidate").parse::<CandidateId>().map_err(broken)?;
    Ok(WaitRow {
        of: WaitOf { candidate, group: SittingNumber(row.get("group_number")), wait },
        pool: row.get::<_, String>("pool").parse().map_err(broken)?,
        changed_at: row.get("changed_at"),
    })
}

/// Waits to write, with the moment on Redis's clock from which each is so, in ms since 1970.
pub type Changed<'a> = [(&'a WaitOf, i64)];

/// Writes waits as they are now, at most one for each candidate and group. Those who tell candidates find what these do
/// not know: an offer, one that was let pass, and the end of the list for whoever let too many pass. What somebody has
/// just done themselves nobody has to tell them.
pub async fn upsert(
    tx: &Transaction<'_>,
    exam: &ExamId,
    pool: &PoolId,
    changed: &Changed<'_>,
) -> Result<(), LedgerError> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut changed: Vec<_> = changed.to_vec();
    // In the order of the key, as whoever else writes several rows.
    changed.sort_unstable_by_key(|(of, _)| (of.candidate.as_str(), of.group));
    let of = |read: fn(&Wait) -> i64| changed.iter().map(|(of, _)| read(&of.wait)).collect::<Vec<i64>>();
    let candidates: Vec<&str> = changed.iter().map(|(of, _)| of.candidate.as_str()).collect();
    let groups: Vec<i32> = changed.iter().map(|(of, _)| of.group.0).collect();
    let states: Vec<&str> = changed.iter().map(|(of, _)| of.wait.state.as_str()).collect();
    let lists = of(|wait| wait.list.0.into());
    let numbers = of(|wait| wait.number);
    let lapses = of(|wait| wait.lapses.into());
    let generations = of(|wait| wait.offer.map_or(0, |(generation, _)| generation.0));
    let sittings = of(|wait| wait.offer.map_or(0, |(_, sitting)| sitting.0.into()));
    let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let changes: Vec<Timestamp> = changed.iter().map(|(_, ms)| at(*ms)).collect();
    let statement = tx
        .prepare_cached(
            "INSERT INTO reservation.waits AS w (exam, pool, candidate, group_number, state, list, number, lapses,
                 generation, sitting, changed_at, is_told)
             SELECT $1, $2, candidate, group_number, state, list::integer, number, lapses::integer, generation,
                 sitting::integer, changed_at, state = 'seated' OR state <> 'offered' AND lapses = 0
             FROM unnest($3::text[], $4::int[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
                 $10::bigint[], $11::timestamptz[])
                 AS n (candidate, group_number, state, list, number, lapses, generation, sitting, changed_at)
             ON CONFLICT (exam, candidate, group_number) DO UPDATE SET pool = excluded.pool, state = excluded.state,
                 list = excluded.list, number = excluded.number, lapses = excluded.lapses,
                 generation = excluded.generation, sitting = excluded.sitting, changed_at = excluded.changed_at,
                 is_told = excluded.is_told OR w.is_told AND (w.state, w.number, w.generation)
                     = (excluded.state, excluded.number, excluded.generation)",
        )
        .await?;
    tx.execute(
        &statement,
        &[
            &exam.as_str(),
            &pool.as_str(),
            &candidates,
            &groups,
            &states,
            &lists,
            &numbers,
            &lapses,
            &generations,
            &sittings,
            &changes,
        ],
    )
    .await?;
    Ok(())
}

/// Takes over the waits of a pool as Redis has them, where the ledger is the older of the two: what it has of others that
/// wait, or have an offer, has ended since.
pub async fn salvage(tx: &Transaction<'_>, exam: &ExamId, pool: &PoolId, found: &[WaitOf]) -> Result<(), LedgerError> {
    let now_ms = Timestamp::now().as_millisecond();
    let candidates: Vec<&str> = found.iter().map(|of| of.candidate.as_str()).collect();
    let groups: Vec<i32> = found.iter().map(|of| of.group.0).collect();
    tx.execute(
        "UPDATE reservation.waits w SET state = 'left', changed_at = now(), is_told = true
         WHERE w.exam = $1 AND w.pool = $2 AND w.state IN ('waiting', 'offered') AND NOT EXISTS (
             SELECT FROM unnest($3::text[], $4::int[]) AS f (candidate, group_number)
             WHERE f.candidate = w.candidate AND f.group_number = w.group_number)",
        &[&exam.as_str(), &pool.as_str(), &candidates, &groups],
    )
    .await?;
    let mut last = HashMap::<(&str, SittingNumber), (&WaitOf, i64)>::new();
    for of in found {
        last.insert((of.candidate.as_str(), of.group), (of, now_ms));
    }
    upsert(tx, exam, pool, &last.into_values().collect::<Vec<_>>()).await
}

/// Puts those back into the line whose offer is no live hold of the ledger, at their old position: before Redis is loaded,
/// where nothing would ever end such an offer.
pub async fn take_back_dead_offers(tx: &Transaction<'_>, exam: &ExamId, pool: &PoolId) -> Result<(), LedgerError> {
    tx.execute(
        "UPDATE reservation.waits w SET state = 'waiting', generation = 0, sitting = 0, is_told = false
         WHERE w.exam = $1 AND w.pool = $2 AND w.state = 'offered' AND NOT EXISTS (
             SELECT FROM reservation.holds h
             WHERE h.exam = w.exam AND h.candidate = w.candidate AND h.sitting = w.sitting
                 AND h.generation = w.generation AND h.state IN ('held', 'frozen', 'confirmed'))",
        &[&exam.as_str(), &pool.as_str()],
    )
    .await?;
    Ok(())
}

/// What Redis is to have of the pool's waits: who waits, who has an offer, and who is off a list and had offers.
/// [`page`] reads them.
pub async fn of_pool(tx: &Transaction<'_>, exam: &ExamId, pool: &PoolId) -> Result<Portal, LedgerError> {
    let statement = tx
        .prepare(
            "SELECT * FROM reservation.waits
             WHERE exam = $1 AND pool = $2 AND (state IN ('waiting', 'offered') OR state = 'left' AND lapses > 0)",
        )
        .await?;
    Ok(tx.bind(&statement, &[&exam.as_str(), &pool.as_str()]).await?)
}

/// The next of them, at most `limit`; empty at the end.
pub async fn page(tx: &Transaction<'_>, waits: &Portal, limit: i32) -> Result<Vec<WaitOf>, LedgerError> {
    tx.query_portal(waits, limit).await?.iter().map(|row| wait_row(row).map(|row| row.of)).collect()
}

/// The sittings of a pool whose lists come first and are waited on.
pub async fn coming_first(
    client: &impl GenericClient,
    exam: &ExamId,
    pool: &PoolId,
) -> Result<Vec<SittingNumber>, LedgerError> {
    let rows = client
        .query(
            "SELECT s.number FROM reservation.sittings s JOIN reservation.waiting_lists l ON l.exam = s.exam
             WHERE s.exam = $1 AND s.pool = $2 AND l.is_on AND l.returns = 'list_first' AND EXISTS (
                 SELECT FROM reservation.waits w
                 WHERE w.exam = s.exam AND w.pool = s.pool AND w.state = 'waiting'
                     AND w.list = CASE l.per WHEN 'group' THEN s.group_number ELSE s.number END)",
            &[&exam.as_str(), &pool.as_str()],
        )
        .await?;
    Ok(rows.iter().map(|row| SittingNumber(row.get("number"))).collect())
}

/// All waits that a candidate has or had in an exam: at most one for each group.
pub async fn of_candidate(
    client: &impl GenericClient,
    exam: &ExamId,
    candidate: &CandidateId,
) -> Result<Vec<WaitRow>, LedgerError> {
    let rows = client
        .query(
            "SELECT * FROM reservation.waits WHERE exam = $1 AND candidate = $2 ORDER BY group_number",
            &[&exam.as_str(), &candidate.as_str()],
        )
        .await?;
    rows.iter().map(wait_row).collect()
}

/// Does anybody wait in the exam, or have an offer?
pub async fn has_any(client: &impl GenericClient, exam: &ExamId) -> Result<bool, LedgerError> {
    let row = client
        .query_one(
            "SELECT EXISTS (SELECT FROM reservation.waits WHERE exam = $1 AND state IN ('waiting', 'offered')) AS has_any",
            &[&exam.as_str()],
        )
        .await?;
    Ok(row.get("has_any"))
}

/// How many wait on each list of an exam, by the list's number.
pub async fn waiting(client: &impl GenericClient, exam: &ExamId) -> Result<HashMap<SittingNumber, u64>, LedgerError> {
    let rows = client
        .query(
            "SELECT list, count(*) AS waiting FROM reservation.waits WHERE exam = $1 AND state = 'waiting' GROUP BY list",
            &[&exam.as_str()],
        )
        .await?;
    let count = |row: &Row| u64::try_from(row.get::<_, i64>("waiting")).unwrap_or_default();
    Ok(rows.iter().map(|row| (SittingNumber(row.get("list")), count(row))).collect())
}

/// Waits of which their candidates are not told yet, those first that are so for longest; at most `limit`.
pub async fn untold(client: &impl GenericClient, exam: &ExamId, limit: i64) -> Result<Vec<WaitRow>, LedgerError> {
    let rows = client
        .query(
            "SELECT * FROM reservation.waits WHERE exam = $1 AND NOT is_told ORDER BY changed_at LIMIT $2",
            &[&exam.as_str(), &limit],
        )
        .await?;
    rows.iter().map(wait_row).collect()
}

/// Notes that the candidate is told of the wait as it is in `of`. False when it is another one by now.
pub async fn told(client: &impl GenericClient, exam: &ExamId, of: &WaitOf) -> Result<bool, LedgerError> {
    let generation = of.wait.offer.map_or(0, |(generation, _)| generation.0);
    let told = client
        .execute(
            "UPDATE reservation.waits SET is_told = true
             WHERE exam = $1 AND candidate = $2 AND group_number = $3 AND state = $4 AND number = $5
                 AND generation = $6 AND NOT is_told",
            &[
                &exam.as_str(),
                &of.candidate.as_str(),
                &of.group.0,
                &of.wait.state.as_str(),
                &of.wait.number,
                &generation,
            ],
        )
        .await?;
    Ok(told == 1)
}
