//! The table `roster`: whom an exam knows.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::store::{Merged, StoreError};

/// Lines to be written, column by column.
#[derive(Default)]
pub(crate) struct RosterLines {
    pub(crate) document_index: Vec<Vec<u8>>,
    pub(crate) person_index: Vec<Vec<u8>>,
    pub(crate) line_index: Vec<Vec<u8>>,
    pub(crate) record: Vec<Vec<u8>>,
}

impl RosterLines {
    /// How many lines these are.
    pub(crate) fn len(&self) -> usize {
        self.document_index.len()
    }
}

/// A line as it is stored.
pub(crate) struct StoredPerson {
    pub(crate) document_index: Vec<u8>,
    pub(crate) line_index: Vec<u8>,
    pub(crate) record: Vec<u8>,
}

/// Makes the table in which lines wait until the transaction's end.
pub(crate) async fn begin_import(transaction: &impl GenericClient) -> Result<(), StoreError> {
    let statement = "CREATE TEMP TABLE roster_incoming (document_index bytea, person_index bytea, line_index bytea,
        record bytea) ON COMMIT DROP";
    Ok(transaction.batch_execute(statement).await?)
}

/// Adds lines to those that wait.
pub(crate) async fn add(transaction: &impl GenericClient, lines: &RosterLines) -> Result<(), StoreError> {
    let statement =
        "INSERT INTO roster_incoming SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[])";
    let RosterLines { document_index, person_index, line_index, record } = lines;
    transaction.execute(statement, &[document_index, person_index, line_index, record]).await?;
    Ok(())
}

/// Brings the exam's roster to the lines that wait. What is the same is not touched.
pub(crate) async fn finish_import(transaction: &impl GenericClient, exam: &ExamId) -> Result<Merged, StoreError> {
    transaction.batch_execute("ANALYZE roster_incoming").await?;
    let written = "WITH written AS (
            INSERT INTO registration.roster AS r (exam, document_index, person_index, line_index, record)
            SELECT $1, i.document_index, i.person_index, i.line_index, i.record FROM roster_incoming i
            WHERE NOT EXISTS (SELECT FROM registration.roster o WHERE o.exam = $1
                AND o.document_index = i.document_index AND o.line_index = i.line_index)
            ON CONFLICT (exam, document_index) DO UPDATE SET person_index = excluded.person_index,
                line_index = excluded.line_index, record = excluded.record
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM written";
    let row = transaction.query_one(written, &[&exam.as_str()]).await?;
    let removed = "DELETE FROM registration.roster r WHERE r.exam = $1
        AND NOT EXISTS (SELECT FROM roster_incoming i WHERE i.document_index = r.document_index)";
    let removed = transaction.execute(removed, &[&exam.as_str()]).await?;
    Merged::new(row.get("added"), row.get("changed"), removed)
}

/// The person of that document, whatever the name.
pub(crate) async fn of_document(
    client: &impl GenericClient,
    exam: &ExamId,
    document_index: &[u8],
) -> Result<Option<StoredPerson>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT document_index, line_index, record FROM registration.roster WHERE exam = $1 AND document_index = $2",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&exam.as_str(), &document_index]).await?.map(|row| read(&row)))
}

/// How many people an exam's roster has.
pub(crate) async fn count(client: &impl GenericClient, exam: &ExamId) -> Result<u64, StoreError> {
    let statement = client.prepare_cached("SELECT count(*) FROM registration.roster WHERE exam = $1").await?;
    let count: i64 = client.query_one(&statement, &[&exam.as_str()]).await?.get(0);
    u64::try_from(count).map_err(|_| StoreError::Corrupt("a negative count"))
}

/// Has the exam a roster at all?
pub(crate) async fn is_there(client: &impl GenericClient, exam: &ExamId) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("SELECT EXISTS (SELECT FROM registration.roster WHERE exam = $1)").await?;
    Ok(client.query_one(&statement, &[&exam.as_str()]).await?.get(0))
}

fn read(row: &tokio_postgres::Row) -> StoredPerson {
    StoredPerson {
        document_index: row.get("document_index"),
        line_index: row.get("line_index"),
        record: row.get("record"),
    }
}
