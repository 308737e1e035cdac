//! The table `cases`. Triggers open and close its rows together with what waits; here they are read, and beside this file
//! they are claimed and counted.

pub(crate) mod claims;
pub(crate) mod figures;
pub(crate) mod noted;

pub(crate) use claims::give_all_back;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::desk::case::{Bookmark, Case, CaseId, CaseKind, Claim, ClaimToken, Closed, Outcome, Subject};
use crate::model::actor::{Actor, Within};
use crate::model::ids::{AccountId, StaffId};
use crate::store::StoreError;

/// What every query of cases selects; `$1` is now, so that a claim that ran out is none.
const COLUMNS: &str = "c.id, c.exam, c.account, c.subject, c.version, c.waiting_since, c.due_at, c.claimed_by,
    c.claimed_until, c.claim_token, c.noted_by, c.noted_until,
    ARRAY(SELECT p.staff FROM registration.case_opinions p WHERE p.case_id = c.id AND p.version = c.version) AS opinions,
    (SELECT s.name FROM registration.staff s WHERE s.id = c.claimed_by), c.claimed_until > $1 AS is_claimed, c.closed_at,
    c.outcome, c.decided_kind, c.decided_id, c.reason";

/// Cases that wait for this member of staff or anybody, the first due first, from the one behind `after` on. Each kind is read from
/// its own end of the index, however many there are.
pub(crate) async fn open(
    client: &impl GenericClient,
    (member, now): (StaffId, Timestamp),
    (kinds, within): (&[CaseKind], &Within),
    exam: Option<&ExamId>,
    after: Option<Bookmark>,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let theirs = claims::theirs_to_decide("$10", "$1");
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM unnest($2::text[]) k (kind) CROSS JOIN LATERAL (
                 SELECT * FROM registration.cases o
                 WHERE o.kind = k.kind AND o.closed_at IS NULL AND o.noted IS NULL AND ($3::text IS NULL OR o.exam = $3)
                     AND ($8::text[] IS NULL OR o.exam = ANY($8))
                     AND ($9::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $9))
                     AND ($4::timestamptz IS NULL OR (o.due_at, o.waiting_since, o.id) > ($4, $5, $6)) AND {theirs}
                 ORDER BY o.due_at, o.waiting_since, o.id LIMIT $7
             ) c ORDER BY c.due_at, c.waiting_since, c.id LIMIT $7"
        ))
        .await?;
    let kinds: Vec<&str> = kinds.iter().map(AsRef::as_ref).collect();
    let exam = exam.map(ExamId::as_str);
    let (due, since, id) =
        (after.map(|behind| behind.due), after.map(|behind| behind.since), after.map(|behind| behind.id.0));
    let Within { exams, schools } = within;
    let row: [&(dyn ToSql + Sync); 10] = [&now, &kinds, &exam, &due, &since, &id, &limit, exams, schools, &member.0];
    client.query(&statement, &row).await?.iter().filter_map(read).collect()
}

/// How many wait of those, by kind; a kind of which none waits is not there, nor one of a later version.
pub(crate) async fn counts(client: &impl GenericClient, within: &Within) -> Result<Vec<(CaseKind, u64)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT kind, count(*) AS count FROM registration.cases WHERE closed_at IS NULL AND noted IS NULL
                 AND ($1::text[] IS NULL OR exam = ANY($1))
                 AND ($2::text[] IS NULL OR registration.is_of_schools(exam, account, $2))
             GROUP BY kind",
        )
        .await?;
    let count = |row: &Row| {
        let kind = row.get::<_, &str>("kind").parse().ok()?;
        let count = u64::try_from(row.get::<_, i64>("count")).map_err(|_| StoreError::Corrupt("a negative count"));
        Some(count.map(|count| (kind, count)))
    };
    client.query(&statement, &[&within.exams, &within.schools]).await?.iter().filter_map(count).collect()
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

/// The open cases of an account, the first due first; only those of no exam or of one of `exams`, where there is such a list.
pub(crate) async fn open_of_account(
    client: &impl GenericClient,
    now: Timestamp,
    account: AccountId,
    exams: Option<&[&str]>,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.cases c
             WHERE c.account = $2 AND c.closed_at IS NULL AND ($3::text[] IS NULL OR c.exam IS NULL OR c.exam = ANY ($3))
             ORDER BY c.due_at, c.id LIMIT $4"
        ))
        .await?;
    client.query(&statement, &[&now, &account.0, &exams, &limit]).await?.iter().filter_map(read).collect()
}

/// The next cases of an exam, open and closed, by their numbers, after `after`.
pub(crate) async fn all_of_exam(
    client: &impl GenericClient,
    now: Timestamp,
    exam: &ExamId,
    after: Option<CaseId>,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.cases c
             WHERE c.exam = $2 AND ($3::bigint IS NULL OR c.id > $3) ORDER BY c.id LIMIT $4"
        ))
        .await?;
    let after = after.map(|case| case.0);
    client.query(&statement, &[&now, &exam.as_str(), &after, &limit]).await?.iter().filter_map(read).collect()
}

/// How many cases there are or were of an exam, at most `most`.
pub(crate) async fn count_of_exam(client: &impl GenericClient, exam: &ExamId, most: i64) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached("SELECT count(*) FROM (SELECT FROM registration.cases WHERE exam = $1 LIMIT $2) few")
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &most]).await?.get(0))
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
        // Cases that were closed before there were deadlines have none, and nobody asks for it.
        due: row.get::<_, Option<_>>("due_at").unwrap_or_else(|| row.get("waiting_since")),
        claim: read_claim(row),
        opinions: row.get::<_, Vec<Uuid>>("opinions").into_iter().map(StaffId).collect(),
        noted: row.get::<_, Option<_>>("noted_by").map(StaffId).zip(row.get("noted_until")),
        closed: outcome.map(|outcome| read_closed(row, outcome)).transpose()?,
    })
}

fn read_claim(row: &Row) -> Option<Claim> {
    let by = StaffId(row.get::<_, Option<Uuid>>("claimed_by")?);
    let is_claimed = row.get::<_, Option<bool>>("is_claimed")?;
    // What claims without a token names no opening of the case.
    let token = ClaimToken(row.get::<_, Option<Uuid>>("claim_token").unwrap_or_default());
    let claim = Claim { by, name: row.get::<_, Option<String>>("name")?, until: row.get("claimed_until"), token };
    is_claimed.then_some(claim)
}

fn read_closed(row: &Row, outcome: Outcome) -> Result<Closed, StoreError> {
    let by = row.get::<_, Option<&str>>("decided_kind").map(|kind| Actor::from_stored(kind, row.get("decided_id")));
    let by = by.transpose().map_err(|_| StoreError::Corrupt("an actor"))?;
    Ok(Closed { at: row.get("closed_at"), outcome, by, reason: row.get("reason") })
}
