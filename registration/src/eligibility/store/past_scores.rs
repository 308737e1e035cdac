//! The table `past_scores`: results of earlier exams.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::exam_rules::{ScoreReviewRules, SubjectId};
use crate::store::incoming::{self, REMOVED_AT_ONCE};
use crate::store::{Absent, Merged, StoreError};

/// Lines to be written, column by column.
#[derive(Default)]
pub(crate) struct ScoreLines {
    pub(crate) by_document: Vec<Vec<u8>>,
    pub(crate) subject: Vec<String>,
    pub(crate) year: Vec<i32>,
    pub(crate) by_name: Vec<Vec<u8>>,
    pub(crate) line_index: Vec<Vec<u8>>,
    pub(crate) score: Vec<i32>,
    pub(crate) record: Vec<Vec<u8>>,
    pub(crate) by_ticket: Vec<Vec<u8>>,
}

impl ScoreLines {
    /// How many lines these are.
    pub(crate) fn len(&self) -> usize {
        self.by_document.len()
    }
}

/// A result that was found: of the person's own document, or perhaps of their name.
pub(crate) struct Found {
    pub(crate) is_own: bool,
    pub(crate) score: StoredScore,
}

/// A row that has, or gets, its index by ticket.
pub(crate) struct KeyedScore {
    pub(crate) exam: String,
    pub(crate) by_document: Vec<u8>,
    pub(crate) subject: String,
    pub(crate) year: i32,
    pub(crate) record: Vec<u8>,
    pub(crate) by_ticket: Vec<u8>,
}

/// Most results that one ticket number can have: one a subject and year.
const OF_A_TICKET_MAX: i64 = 50;

/// A result as it is stored.
pub(crate) struct StoredScore {
    pub(crate) by_document: Vec<u8>,
    pub(crate) year: i32,
    pub(crate) score: i32,
    pub(crate) record: Vec<u8>,
}

/// Makes the table in which lines wait until the transaction's end, which may be idle while its file is read.
pub(crate) async fn begin_import(transaction: &impl GenericClient) -> Result<(), StoreError> {
    let statement = "CREATE TEMP TABLE past_scores_incoming (by_document bytea, subject text, year integer,
        by_name bytea, line_index bytea, score integer, record bytea, by_ticket bytea,
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY) ON COMMIT DROP;
        SET LOCAL idle_in_transaction_session_timeout = '120s'";
    Ok(transaction.batch_execute(statement).await?)
}

/// Adds lines to those that wait.
pub(crate) async fn add(transaction: &impl GenericClient, lines: &ScoreLines) -> Result<(), StoreError> {
    let statement = "INSERT INTO past_scores_incoming (by_document, subject, year, by_name, line_index, score,
            record, by_ticket)
        SELECT * FROM unnest($1::bytea[], $2::text[], $3::int[], $4::bytea[], $5::bytea[], $6::int[], $7::bytea[],
            $8::bytea[])";
    let ScoreLines { by_document, subject, year, by_name, line_index, score, record, by_ticket } = lines;
    let row: [&(dyn ToSql + Sync); 8] = [by_document, subject, year, by_name, line_index, score, record, by_ticket];
    transaction.execute(statement, &row).await?;
    Ok(())
}

/// Brings the exam's results to the lines that wait. What is the same is not touched.
pub(crate) async fn finish_import(
    transaction: &impl GenericClient,
    exam: &ExamId,
    absent: Absent,
) -> Result<Merged, StoreError> {
    let written = "WITH written AS (
            INSERT INTO registration.past_scores (exam, by_document, subject, year, by_name, line_index, score, record,
                by_ticket)
            SELECT $1, i.by_document, i.subject, i.year, i.by_name, i.line_index, i.score, i.record, i.by_ticket
            FROM past_scores_incoming i
            WHERE i.number > $2 AND i.number <= $3 AND NOT EXISTS (SELECT FROM registration.past_scores o
                WHERE o.exam = $1
                AND o.by_document = i.by_document AND o.subject = i.subject AND o.year = i.year
                AND o.line_index = i.line_index)
            ON CONFLICT (exam, by_document, subject, year) DO UPDATE SET by_name = excluded.by_name,
                line_index = excluded.line_index, score = excluded.score, record = excluded.record,
                by_ticket = excluded.by_ticket
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM written";
    let (added, changed) = incoming::write(transaction, exam, ("past_scores_incoming", written)).await?;
    let removed = match absent {
        Absent::Kept => 0,
        // Nobody is bound to a result.
        Absent::Removed | Absent::UnboundRemoved => remove(transaction, exam).await?,
    };
    Merged::new(added, changed, removed)
}

/// Deletes results that are not among the lines that wait. How many that were.
async fn remove(transaction: &impl GenericClient, exam: &ExamId) -> Result<u64, StoreError> {
    let index = "CREATE INDEX ON past_scores_incoming (by_document); ANALYZE past_scores_incoming";
    transaction.batch_execute(index).await?;
    let statement = "WITH next AS (
            SELECT p.by_document, p.subject, p.year FROM registration.past_scores p
            WHERE p.exam = $1 AND (p.by_document, p.subject, p.year) > ($2, $3, $4)
                AND NOT EXISTS (SELECT FROM past_scores_incoming i
                    WHERE i.by_document = p.by_document AND i.subject = p.subject AND i.year = p.year)
            ORDER BY p.by_document, p.subject, p.year LIMIT $5),
        gone AS (
            DELETE FROM registration.past_scores p USING next n WHERE p.exam = $1
                AND p.by_document = n.by_document AND p.subject = n.subject AND p.year = n.year
            RETURNING p.by_document, p.subject, p.year)
        SELECT by_document, subject, year, count(*) OVER () AS count FROM gone
        ORDER BY by_document DESC, subject DESC, year DESC LIMIT 1";
    let (mut after, mut gone) = ((Vec::<u8>::new(), String::new(), 0_i32), 0_i64);
    loop {
        let (by_document, subject, year) = &after;
        let row: [&(dyn ToSql + Sync); 5] = [&exam.as_str(), by_document, subject, year, &REMOVED_AT_ONCE];
        let Some(last) = transaction.query_opt(statement, &row).await? else {
            return u64::try_from(gone).map_err(|_| StoreError::Corrupt("a negative count"));
        };
        gone += last.get::<_, i64>("count");
        after = (last.get("by_document"), last.get("subject"), last.get("year"));
    }
}

/// Holds lines, by their keys and the indexes of themselves, against what is there: how many are the same, and how many are
/// others. Nothing is written.
pub(crate) async fn compare(
    client: &impl GenericClient,
    exam: &ExamId,
    lines: &ScoreLines,
) -> Result<(u64, u64), StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE p.line_index = i.line_index) AS same,
                count(*) FILTER (WHERE p.line_index <> i.line_index) AS changed
             FROM unnest($2::bytea[], $3::text[], $4::int[], $5::bytea[]) AS i (by_document, subject, year, line_index)
             JOIN registration.past_scores p ON p.exam = $1 AND p.by_document = i.by_document
                 AND p.subject = i.subject AND p.year = i.year",
        )
        .await?;
    let ScoreLines { by_document, subject, year, line_index, .. } = lines;
    let row = client.query_one(&statement, &[&exam.as_str(), by_document, subject, year, line_index]).await?;
    let count = |name| u64::try_from(row.get::<_, i64>(name)).map_err(|_| StoreError::Corrupt("a negative count"));
    Ok((count("same")?, count("changed")?))
}

/// Results that count by the rules and have that document, ticket or (in rows without an index by ticket) name; the own
/// ones and the newest first.
pub(crate) async fn find(
    client: &impl GenericClient,
    exam: &ExamId,
    (by_document, by_ticket, by_name): (&[u8], &[u8], &[u8]),
    rules: &ScoreReviewRules,
) -> Result<Vec<Found>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT by_document, year, score, record, by_document = $2 AS is_own FROM registration.past_scores
             WHERE exam = $1 AND (by_document = $2 OR by_ticket = $3 OR by_name = $4) AND score >= $5 AND year >= $6
                 AND (cardinality($7::text[]) = 0 OR subject = ANY($7))
             ORDER BY is_own DESC, year DESC LIMIT $8",
        )
        .await?;
    let subjects: Vec<&str> = rules.scores_of.iter().map(SubjectId::as_str).collect();
    let (score_min, year_min, exam) = (i32::from(rules.score_min), i32::from(rules.year_min), exam.as_str());
    let row: [&(dyn ToSql + Sync); 8] =
        [&exam, &by_document, &by_ticket, &by_name, &score_min, &year_min, &subjects, &OF_A_TICKET_MAX];
    let read = |row: &Row| {
        let (by_document, year, score, record) =
            (row.get("by_document"), row.get("year"), row.get("score"), row.get("record"));
        Found { is_own: row.get("is_own"), score: StoredScore { by_document, year, score, record } }
    };
    Ok(client.query(&statement, &row).await?.iter().map(read).collect())
}

/// Rows that have no index by ticket yet.
pub(crate) async fn without_ticket(client: &impl GenericClient, limit: i64) -> Result<Vec<KeyedScore>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, by_document, subject, year, record FROM registration.past_scores
             WHERE by_ticket IS NULL ORDER BY exam, by_document LIMIT $1",
        )
        .await?;
    let read = |row: &Row| KeyedScore {
        exam: row.get("exam"),
        by_document: row.get("by_document"),
        subject: row.get("subject"),
        year: row.get("year"),
        record: row.get("record"),
        by_ticket: Vec::new(),
    };
    Ok(client.query(&statement, &[&limit]).await?.iter().map(read).collect())
}

/// Sets their indexes, where nobody has done so meanwhile.
pub(crate) async fn set_tickets(client: &impl GenericClient, rows: &[KeyedScore]) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.past_scores p SET by_ticket = k.by_ticket
             FROM unnest($1::text[], $2::bytea[], $3::text[], $4::int[], $5::bytea[])
                 AS k (exam, by_document, subject, year, by_ticket)
             WHERE p.exam = k.exam AND p.by_document = k.by_document AND p.subject = k.subject AND p.year = k.year
                 AND p.by_ticket IS NULL",
        )
        .await?;
    let exams: Vec<&str> = rows.iter().map(|row| row.exam.as_str()).collect();
    let documents: Vec<&[u8]> = rows.iter().map(|row| &row.by_document[..]).collect();
    let subjects: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
    let years: Vec<i32> = rows.iter().map(|row| row.year).collect();
    let tickets: Vec<&[u8]> = rows.iter().map(|row| &row.by_ticket[..]).collect();
    client.execute(&statement, &[&exams, &documents, &subjects, &years, &tickets]).await?;
    Ok(())
}

/// How many results an exam has.
pub(crate) async fn count(client: &impl GenericClient, exam: &ExamId) -> Result<u64, StoreError> {
    let statement = client.prepare_cached("SELECT count(*) FROM registration.past_scores WHERE exam = $1").await?;
    let count: i64 = client.query_one(&statement, &[&exam.as_str()]).await?.get(0);
    u64::try_from(count).map_err(|_| StoreError::Corrupt("a negative count"))
}
