//! The table `past_scores`: results of earlier exams.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::exam_rules::{ScoreReviewRules, SubjectId};
use crate::store::{Merged, StoreError};

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
}

impl ScoreLines {
    /// How many lines these are.
    pub(crate) fn len(&self) -> usize {
        self.by_document.len()
    }
}

/// What was found of a ticket number: by document, and by name.
pub(crate) struct FoundScores {
    /// A result that counts stands for this ticket number and document.
    pub(crate) by_document: bool,
    /// A result that counts stands for this ticket number and name; its sealed record and the key that sealed it.
    pub(crate) by_name: Option<StoredScore>,
}

/// A result as it is stored.
pub(crate) struct StoredScore {
    pub(crate) by_document: Vec<u8>,
    pub(crate) year: i32,
    pub(crate) score: i32,
    pub(crate) record: Vec<u8>,
}

/// Makes the table in which lines wait until the transaction's end.
pub(crate) async fn begin_import(transaction: &impl GenericClient) -> Result<(), StoreError> {
    let statement = "CREATE TEMP TABLE past_scores_incoming (by_document bytea, subject text, year integer,
        by_name bytea, line_index bytea, score integer, record bytea) ON COMMIT DROP";
    Ok(transaction.batch_execute(statement).await?)
}

/// Adds lines to those that wait.
pub(crate) async fn add(transaction: &impl GenericClient, lines: &ScoreLines) -> Result<(), StoreError> {
    let statement = "INSERT INTO past_scores_incoming
        SELECT * FROM unnest($1::bytea[], $2::text[], $3::int[], $4::bytea[], $5::bytea[], $6::int[], $7::bytea[])";
    let ScoreLines { by_document, subject, year, by_name, line_index, score, record } = lines;
    transaction.execute(statement, &[by_document, subject, year, by_name, line_index, score, record]).await?;
    Ok(())
}

/// Brings the exam's results to the lines that wait. What is the same is not touched.
pub(crate) async fn finish_import(transaction: &impl GenericClient, exam: &ExamId) -> Result<Merged, StoreError> {
    transaction.batch_execute("ANALYZE past_scores_incoming").await?;
    let written = "WITH written AS (
            INSERT INTO registration.past_scores (exam, by_document, subject, year, by_name, line_index, score, record)
            SELECT $1, i.by_document, i.subject, i.year, i.by_name, i.line_index, i.score, i.record
            FROM past_scores_incoming i
            WHERE NOT EXISTS (SELECT FROM registration.past_scores o WHERE o.exam = $1
                AND o.by_document = i.by_document AND o.subject = i.subject AND o.year = i.year
                AND o.line_index = i.line_index)
            ON CONFLICT (exam, by_document, subject, year) DO UPDATE SET by_name = excluded.by_name,
                line_index = excluded.line_index, score = excluded.score, record = excluded.record
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written";
    let row = transaction.query_one(written, &[&exam.as_str()]).await?;
    let removed = "DELETE FROM registration.past_scores p WHERE p.exam = $1
        AND NOT EXISTS (SELECT FROM past_scores_incoming i
            WHERE i.by_document = p.by_document AND i.subject = p.subject AND i.year = p.year)";
    let removed = transaction.execute(removed, &[&exam.as_str()]).await?;
    Merged::new(row.get(0), row.get(1), removed)
}

/// Results that count by the rules, of that ticket number with this document or with this name.
pub(crate) async fn find(
    client: &impl GenericClient,
    exam: &ExamId,
    by_document: &[u8],
    by_name: &[u8],
    rules: &ScoreReviewRules,
) -> Result<FoundScores, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT by_document, year, score, record, by_document = $2 AS is_own FROM registration.past_scores
             WHERE exam = $1 AND (by_document = $2 OR by_name = $3) AND score >= $4 AND year >= $5
                 AND (cardinality($6::text[]) = 0 OR subject = ANY($6))
             ORDER BY is_own DESC, year DESC LIMIT 1",
        )
        .await?;
    let subjects: Vec<&str> = rules.scores_of.iter().map(SubjectId::as_str).collect();
    let (score_min, year_min) = (i32::from(rules.score_min), i32::from(rules.year_min));
    let exam = exam.as_str();
    let found =
        client.query_opt(&statement, &[&exam, &by_document, &by_name, &score_min, &year_min, &subjects]).await?;
    Ok(match found {
        Some(row) if row.get(4) => FoundScores { by_document: true, by_name: None },
        Some(row) => {
            let (by_document, year, score, record) = (row.get(0), row.get(1), row.get(2), row.get(3));
            let by_name = Some(StoredScore { by_document, year, score, record });
            FoundScores { by_document: false, by_name }
        }
        None => FoundScores { by_document: false, by_name: None },
    })
}
