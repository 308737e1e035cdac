//! The table `roster`: whom an exam knows.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::store::incoming::{self, REMOVED_AT_ONCE};
use crate::store::{Absent, Merged, StoreError};

/// No account is bound to the person.
const UNBOUND: &str = "NOT EXISTS (SELECT FROM registration.bindings b
    WHERE b.exam = r.exam AND b.document_index = r.document_index)";

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

/// Makes the table in which lines wait until the transaction's end, which may be idle while its file is read.
pub(crate) async fn begin_import(transaction: &impl GenericClient) -> Result<(), StoreError> {
    let statement = "CREATE TEMP TABLE roster_incoming (document_index bytea, person_index bytea, line_index bytea,
            record bytea, number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY) ON COMMIT DROP;
        SET LOCAL idle_in_transaction_session_timeout = '120s'";
    Ok(transaction.batch_execute(statement).await?)
}

/// Adds lines to those that wait.
pub(crate) async fn add(transaction: &impl GenericClient, lines: &RosterLines) -> Result<(), StoreError> {
    let statement = "INSERT INTO roster_incoming (document_index, person_index, line_index, record)
            SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[])";
    let RosterLines { document_index, person_index, line_index, record } = lines;
    transaction.execute(statement, &[document_index, person_index, line_index, record]).await?;
    Ok(())
}

/// Brings the exam's roster to the lines that wait. What is the same is not touched.
pub(crate) async fn finish_import(
    transaction: &impl GenericClient,
    exam: &ExamId,
    absent: Absent,
) -> Result<Merged, StoreError> {
    let written = "WITH written AS (
            INSERT INTO registration.roster AS r (exam, document_index, person_index, line_index, record)
            SELECT $1, i.document_index, i.person_index, i.line_index, i.record FROM roster_incoming i
            WHERE i.number > $2 AND i.number <= $3 AND NOT EXISTS (SELECT FROM registration.roster o WHERE o.exam = $1
                AND o.document_index = i.document_index AND o.line_index = i.line_index)
            ON CONFLICT (exam, document_index) DO UPDATE SET person_index = excluded.person_index,
                line_index = excluded.line_index, record = excluded.record
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM written";
    let (added, changed) = incoming::write(transaction, exam, ("roster_incoming", written)).await?;
    let removed = match absent {
        Absent::Kept => 0,
        Absent::Removed => remove(transaction, exam, "true").await?,
        Absent::UnboundRemoved => remove(transaction, exam, UNBOUND).await?,
    };
    Merged::new(added, changed, removed)
}

/// Deletes whoever is not among the lines that wait and of whom `may` is true. How many that were.
async fn remove(transaction: &impl GenericClient, exam: &ExamId, may: &str) -> Result<u64, StoreError> {
    transaction.batch_execute("CREATE INDEX ON roster_incoming (document_index); ANALYZE roster_incoming").await?;
    let locked = format!(
        "SELECT r.document_index FROM registration.roster r WHERE r.exam = $1 AND r.document_index > $2 AND {may}
             AND NOT EXISTS (SELECT FROM roster_incoming i WHERE i.document_index = r.document_index)
         ORDER BY r.document_index LIMIT $3 FOR UPDATE OF r"
    );
    // Whoever was bound before the lock was ours is seen by a statement of its own only.
    let removed =
        format!("DELETE FROM registration.roster r WHERE r.exam = $1 AND r.document_index = ANY($2) AND {may}");
    let (mut after, mut gone) = (Vec::<u8>::new(), 0);
    loop {
        let rows = transaction.query(&locked, &[&exam.as_str(), &after, &REMOVED_AT_ONCE]).await?;
        let indexes: Vec<Vec<u8>> = rows.iter().map(|row| row.get("document_index")).collect();
        let Some(last) = indexes.last() else { return Ok(gone) };
        gone += transaction.execute(&removed, &[&exam.as_str(), &indexes]).await?;
        after.clone_from(last);
    }
}

/// How lines that were read stand to those that are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Compared {
    /// There, and the same.
    pub(crate) same: u64,
    /// There, and others.
    pub(crate) changed: u64,
    /// Of both, those of people to whom an account is bound.
    pub(crate) bound: u64,
}

/// Holds lines, by the indexes of their documents and of themselves, against what is there. Nothing is written.
pub(crate) async fn compare(
    client: &impl GenericClient,
    exam: &ExamId,
    (document_index, line_index): (&[Vec<u8>], &[Vec<u8>]),
) -> Result<Compared, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE r.line_index = i.line_index) AS same,
                count(*) FILTER (WHERE r.line_index <> i.line_index) AS changed,
                count(b.id) AS bound
             FROM unnest($2::bytea[], $3::bytea[]) AS i (document_index, line_index)
             JOIN registration.roster r ON r.exam = $1 AND r.document_index = i.document_index
             LEFT JOIN registration.bindings b ON b.exam = $1 AND b.document_index = i.document_index",
        )
        .await?;
    let row = client.query_one(&statement, &[&exam.as_str(), &document_index, &line_index]).await?;
    let count = |name| u64::try_from(row.get::<_, i64>(name)).map_err(|_| StoreError::Corrupt("a negative count"));
    Ok(Compared { same: count("same")?, changed: count("changed")?, bound: count("bound")? })
}

/// How many people an exam's roster has; counted no further than `most`.
pub(crate) async fn count_of_exam(client: &impl GenericClient, exam: &ExamId, most: i64) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS count FROM (SELECT FROM registration.roster WHERE exam = $1 LIMIT $2) AS counted",
        )
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &most]).await?.get("count"))
}

/// How many people of an exam's roster have an account bound to them.
pub(crate) async fn count_bound(client: &impl GenericClient, exam: &ExamId) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) FROM registration.roster r JOIN registration.bindings b
                 ON b.exam = r.exam AND b.document_index = r.document_index WHERE r.exam = $1",
        )
        .await?;
    let count: i64 = client.query_one(&statement, &[&exam.as_str()]).await?.get(0);
    u64::try_from(count).map_err(|_| StoreError::Corrupt("a negative count"))
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

/// The same, and nobody removes them from the roster before the transaction ends. A serving import that is removing others
/// is waited for.
pub(crate) async fn of_document_kept(
    transaction: &impl GenericClient,
    exam: &ExamId,
    document_index: &[u8],
) -> Result<Option<StoredPerson>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "SELECT document_index, line_index, record FROM registration.roster
             WHERE exam = $1 AND document_index = $2 FOR KEY SHARE",
        )
        .await?;
    Ok(transaction.query_opt(&statement, &[&exam.as_str(), &document_index]).await?.map(|row| read(&row)))
}

/// People of an exam's roster in the order of their indexes, after `after`.
pub(crate) async fn page(
    client: &impl GenericClient,
    exam: &ExamId,
    after: Option<&[u8]>,
    limit: i64,
) -> Result<Vec<StoredPerson>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT document_index, line_index, record FROM registration.roster
             WHERE exam = $1 AND ($2::bytea IS NULL OR document_index > $2) ORDER BY document_index LIMIT $3",
        )
        .await?;
    Ok(client.query(&statement, &[&exam.as_str(), &after, &limit]).await?.iter().map(read).collect())
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
