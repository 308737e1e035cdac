//! Writing what events say into `holds`, thousands of rows a statement.
//!
//! Rows come sorted by key: neighbours in the index are written together (measured: 1.8 times as
//! fast for random candidates), and whoever else locks several rows takes them in the same order.

use std::ops::Range;

use deadpool_postgres::{GenericClient, Transaction};
use jiff::Timestamp;
use postgres_types::ToSql;

use crate::hold::HoldState;
use crate::ids::{ExamId, Generation, SittingNumber};
use crate::ledger::LedgerError;

/// A hold as an event says it is.
#[derive(Debug, Clone, Copy)]
pub struct FoldRow<'a> {
    /// The candidate, by id.
    pub candidate: &'a str,
    /// The group's number.
    pub group: SittingNumber,
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// The generation, which tells the hold from others of the candidate on the sitting.
    pub generation: Generation,
    /// The state in which the hold stands.
    pub state: HoldState,
    /// The deadline of the hold, in ms since 1970; also where its clock stands still.
    pub lapses_ms: i64,
    /// When that came about, in ms since 1970.
    pub changed_ms: i64,
    /// The reference of what paid for the hold, if it is known.
    pub reference: Option<&'a str>,
}

/// Rows to write, as columns.
#[derive(Debug, Default)]
pub struct Columns<'a> {
    candidates: Vec<&'a str>,
    sittings: Vec<i32>,
    generations: Vec<i64>,
    groups: Vec<i32>,
    states: Vec<&'static str>,
    lapses: Vec<Timestamp>,
    changes: Vec<Timestamp>,
    references: Vec<Option<&'a str>>,
}

impl<'a> From<Vec<FoldRow<'a>>> for Columns<'a> {
    fn from(mut rows: Vec<FoldRow<'a>>) -> Self {
        rows.sort_unstable_by_key(|row| (row.candidate, row.sitting, row.generation));
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            candidates: rows.iter().map(|row| row.candidate).collect(),
            sittings: rows.iter().map(|row| row.sitting.0).collect(),
            generations: rows.iter().map(|row| row.generation.0).collect(),
            groups: rows.iter().map(|row| row.group.0).collect(),
            states: rows.iter().map(|row| row.state.as_str()).collect(),
            lapses: rows.iter().map(|row| time(row.lapses_ms)).collect(),
            changes: rows.iter().map(|row| time(row.changed_ms)).collect(),
            references: rows.iter().map(|row| row.reference).collect(),
        }
    }
}

impl<'a> Columns<'a> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Is there nothing to write?
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Some of the rows, in the same order.
    pub fn part(&self, rows: Range<usize>) -> Self {
        Self {
            candidates: self.candidates[rows.clone()].to_vec(),
            sittings: self.sittings[rows.clone()].to_vec(),
            generations: self.generations[rows.clone()].to_vec(),
            groups: self.groups[rows.clone()].to_vec(),
            states: self.states[rows.clone()].to_vec(),
            lapses: self.lapses[rows.clone()].to_vec(),
            changes: self.changes[rows.clone()].to_vec(),
            references: self.references[rows].to_vec(),
        }
    }

    /// One of the rows.
    pub fn row(&self, at: usize) -> FoldRow<'a> {
        FoldRow {
            candidate: self.candidates[at],
            group: SittingNumber(self.groups[at]),
            sitting: SittingNumber(self.sittings[at]),
            generation: Generation(self.generations[at]),
            state: HoldState::parse(self.states[at]).expect("it was made of a state"),
            lapses_ms: self.lapses[at].as_millisecond(),
            changed_ms: self.changes[at].as_millisecond(),
            reference: self.references[at],
        }
    }

    async fn write(&self, tx: &Transaction<'_>, exam: &ExamId, statement: &str) -> Result<u64, LedgerError> {
        if self.is_empty() {
            return Ok(0);
        }
        let statement = tx.prepare_cached(statement).await?;
        let exam = exam.as_str();
        let columns: [&(dyn ToSql + Sync); 9] = [
            &exam,
            &self.candidates,
            &self.sittings,
            &self.generations,
            &self.groups,
            &self.states,
            &self.lapses,
            &self.changes,
            &self.references,
        ];
        Ok(tx.execute(&statement, &columns).await?)
    }
}

/// Adds rows of holds that no earlier event spoke of. [`LedgerError::AlreadyThere`] when one did.
pub async fn insert(tx: &Transaction<'_>, exam: &ExamId, rows: &Columns<'_>) -> Result<u64, LedgerError> {
    let statement = "INSERT INTO reservation.holds
             (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at, reference)
         SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::int[], $6::text[],
             $7::timestamptz[], $8::timestamptz[], $9::text[])";
    rows.write(tx, exam, statement).await
}

/// Writes rows in which Redis leads. Rows that the ledger leads stay as they are. Answers how
/// many were written.
pub async fn upsert(tx: &Transaction<'_>, exam: &ExamId, rows: &Columns<'_>) -> Result<u64, LedgerError> {
    let statement = "INSERT INTO reservation.holds AS h
             (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at, reference)
         SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::int[], $6::text[],
             $7::timestamptz[], $8::timestamptz[], $9::text[])
         ON CONFLICT (exam, candidate, sitting, generation) DO UPDATE SET
             state = excluded.state, changed_at = excluded.changed_at,
             reference = coalesce(h.reference, excluded.reference)
         WHERE h.state = 'held' OR (h.state = 'frozen' AND excluded.state = 'frozen')";
    rows.write(tx, exam, statement).await
}

/// Notes that Redis has followed the ledger's decision on these holds.
pub async fn settle(tx: &Transaction<'_>, exam: &ExamId, rows: &Columns<'_>) -> Result<u64, LedgerError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let statement = tx
        .prepare_cached(
            "UPDATE reservation.holds h SET settled = true
             FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[]) AS s (candidate, sitting, generation, state)
             WHERE h.exam = $1 AND h.candidate = s.candidate AND h.sitting = s.sitting
                 AND h.generation = s.generation AND h.state = s.state",
        )
        .await?;
    let columns: [&(dyn ToSql + Sync); 5] =
        [&exam.as_str(), &rows.candidates, &rows.sittings, &rows.generations, &rows.states];
    Ok(tx.execute(&statement, &columns).await?)
}

/// Takes over live holds as Redis has them, where the ledger is the older of the two: what it has of another live hold
/// in the same place has ended since. What the ledger leads, and knows more of, stays.
pub async fn salvage(tx: &Transaction<'_>, exam: &ExamId, rows: &Columns<'_>) -> Result<u64, LedgerError> {
    let ended = "UPDATE reservation.holds h SET state = 'released', settled = true, changed_at = now()
         FROM unnest($2::text[], $3::int[], $4::bigint[]) AS s (candidate, group_number, generation)
         WHERE h.exam = $1 AND h.candidate = s.candidate AND h.group_number = s.group_number
             AND h.generation <> s.generation AND h.state IN ('held', 'frozen', 'confirmed')";
    let ended_columns: [&(dyn ToSql + Sync); 4] = [&exam.as_str(), &rows.candidates, &rows.groups, &rows.generations];
    tx.execute(ended, &ended_columns).await?;
    let statement = "INSERT INTO reservation.holds AS h
             (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at, reference)
         SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::int[], $6::text[],
             $7::timestamptz[], $8::timestamptz[], $9::text[])
         ON CONFLICT (exam, candidate, sitting, generation) DO UPDATE
         SET state = excluded.state, changed_at = excluded.changed_at
         WHERE h.state <> excluded.state
             AND (h.state = 'held' OR (h.state = 'frozen' AND excluded.state = 'confirmed'))";
    rows.write(tx, exam, statement).await
}
