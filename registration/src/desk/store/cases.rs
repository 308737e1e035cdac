//! The table `cases`. Triggers open and close its rows together with what waits; here they are read and claimed.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::desk::case::{Bookmark, Case, CaseId, CaseKind, Claim, Closed, Outcome, Subject};
use crate::model::actor::Actor;
use crate::model::ids::{AccountId, StaffId};
use crate::store::StoreError;

/// What every query of cases selects; `$1` is now, so that a claim that ran out is none.
const COLUMNS: &str = "c.id, c.exam, c.account, c.subject, c.version, c.waiting_since, c.claimed_by, c.claimed_until,
    (SELECT s.name FROM registration.staff s WHERE s.id = c.claimed_by), c.claimed_until > $1 AS is_claimed, c.closed_at,
    c.outcome, c.decided_kind, c.decided_id, c.reason";

/// Cases that wait, the longest waiting first, from the one behind `after` on. Each kind is read from its own end of the
/// index, however many there are.
pub(crate) async fn open(
    client: &impl GenericClient,
    now: Timestamp,
    kinds: &[CaseKind],
    exam: Option<&ExamId>,
    after: Option<Bookmark>,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM unnest($2::text[]) k (kind) CROSS JOIN LATERAL (
                 SELECT * FROM registration.cases o
                 WHERE o.kind = k.kind AND o.closed_at IS NULL AND ($3::text IS NULL OR o.exam = $3)
                     AND ($4::timestamptz IS NULL OR (o.waiting_since, o.id) > ($4, $5))
                 ORDER BY o.waiting_since, o.id LIMIT $6
             ) c ORDER BY c.waiting_since, c.id LIMIT $6"
        ))
        .await?;
    let kinds: Vec<&str> = kinds.iter().map(AsRef::as_ref).collect();
    let exam = exam.map(ExamId::as_str);
    let (since, id) = (after.map(|behind| behind.since), after.map(|behind| behind.id.0));
    let row: [&(dyn ToSql + Sync); 6] = [&now, &kinds, &exam, &since, &id, &limit];
    client.query(&statement, &row).await?.iter().filter_map(read).collect()
}

/// How many wait, by kind; a kind of which none waits is not there, nor one of a later version.
pub(crate) async fn counts(client: &impl GenericClient) -> Result<Vec<(CaseKind, u64)>, StoreError> {
    let statement = client
        .prepare_cached("SELECT kind, count(*) AS count FROM registration.cases WHERE closed_at IS NULL GROUP BY kind")
        .await?;
    let count = |row: &Row| {
        let kind = row.get::<_, &str>("kind").parse().ok()?;
        let count = u64::try_from(row.get::<_, i64>("count")).map_err(|_| StoreError::Corrupt("a negative count"));
        Some(count.map(|count| (kind, count)))
    };
    client.query(&statement, &[]).await?.iter().filter_map(count).collect()
}

/// One case, open or closed.
pub(crate) async fn get(client: &impl GenericClient, now: Timestamp, id: CaseId) -> Result<Option<Case>, StoreError> {
    let statement =
        client.prepare_cached(&format!("SELECT {COLUMNS} FROM registration.cases c WHERE c.id = $2")).await?;
    client.query_opt(&statement, &[&now, &id.0]).await?.as_ref().and_then(read).transpose()
}

/// The newest cases of a subject, the newest first.
pub(crate) async fn of_subject(
    client: &impl GenericClient,
    now: Timestamp,
    subject: &str,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.cases c WHERE c.subject = $2 ORDER BY c.id DESC LIMIT $3"
        ))
        .await?;
    client.query(&statement, &[&now, &subject, &limit]).await?.iter().filter_map(read).collect()
}

/// The subject's open case, locked until the transaction ends. Whoever asks has locked the subject before: its triggers
/// lock in that order.
pub(crate) async fn lock_open(
    transaction: &impl GenericClient,
    now: Timestamp,
    subject: &str,
) -> Result<Option<Case>, StoreError> {
    let statement = transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.cases c WHERE c.subject = $2 AND c.closed_at IS NULL FOR UPDATE OF c"
        ))
        .await?;
    transaction.query_opt(&statement, &[&now, &subject]).await?.as_ref().and_then(read).transpose()
}

/// Claims an open case that nobody else has, or keeps it longer. True when it is now theirs.
pub(crate) async fn claim(
    client: &impl GenericClient,
    id: CaseId,
    staff: StaffId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = $2, claimed_until = $4
             WHERE id = $1 AND closed_at IS NULL
                 AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until <= $3)",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &staff.0, &now, &until]).await? == 1)
}

/// Gives a case back. False when it was not theirs.
pub(crate) async fn give_back(client: &impl GenericClient, id: CaseId, staff: StaffId) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &staff.0]).await? == 1)
}

/// Gives back everything that somebody has.
pub(crate) async fn give_all_back(client: &impl GenericClient, staff: StaffId) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.cases SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = $1")
        .await?;
    Ok(client.execute(&statement, &[&staff.0]).await?)
}

/// Nothing where the row has words of a later version: it is no case of this one's.
fn read(row: &Row) -> Option<Result<Case, StoreError>> {
    let subject: Subject = row.get::<_, &str>("subject").parse().ok()?;
    let outcome = match row.get::<_, Option<&str>>("outcome") {
        Some(word) => Some(word.parse::<Outcome>().ok()?),
        None => None,
    };
    Some(read_known(row, subject, outcome))
}

fn read_known(row: &Row, subject: Subject, outcome: Option<Outcome>) -> Result<Case, StoreError> {
    let exam: Option<&str> = row.get("exam");
    let exam = exam.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("the exam of a case"))?;
    Ok(Case {
        id: CaseId(row.get("id")),
        exam,
        account: AccountId(row.get("account")),
        subject,
        version: row.get("version"),
        waiting_since: row.get("waiting_since"),
        claim: read_claim(row),
        closed: outcome.map(|outcome| read_closed(row, outcome)).transpose()?,
    })
}

fn read_claim(row: &Row) -> Option<Claim> {
    let by = StaffId(row.get::<_, Option<Uuid>>("claimed_by")?);
    let is_claimed = row.get::<_, Option<bool>>("is_claimed")?;
    let claim = Claim { by, name: row.get::<_, Option<String>>("name")?, until: row.get("claimed_until") };
    is_claimed.then_some(claim)
}

fn read_closed(row: &Row, outcome: Outcome) -> Result<Closed, StoreError> {
    let by = row.get::<_, Option<&str>>("decided_kind").map(|kind| Actor::from_stored(kind, row.get("decided_id")));
    let by = by.transpose().map_err(|_| StoreError::Corrupt("an actor"))?;
    Ok(Closed { at: row.get("closed_at"), outcome, by, reason: row.get("reason") })
}
