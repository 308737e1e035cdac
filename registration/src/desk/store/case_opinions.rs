//! The table `case_opinions`: what was decided of cases of which a second member of staff is asked, and nothing has followed
//! from.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::desk::case::{CaseId, CaseKind, ClaimToken, Outcome};
use crate::model::actor::Within;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// Most cases whose first opinion stands in one round.
const STANDING_MAX: i64 = 100;
/// Most opinions that are forgotten in one round.
const FORGOTTEN_MAX: i64 = 1_000;

/// What somebody said of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredOpinion {
    pub(crate) staff: StaffId,
    pub(crate) outcome: Outcome,
    /// The decision, sealed as it was noted.
    pub(crate) sealed: Vec<u8>,
}

/// Writes down what somebody said of a case with this version; of them there is one opinion, the newest.
pub(crate) async fn put(
    transaction: &impl GenericClient,
    (id, version): (CaseId, &str),
    opinion: &StoredOpinion,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.case_opinions (case_id, version, staff, outcome, noted, given_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (case_id, version, staff) DO UPDATE SET outcome = excluded.outcome, noted = excluded.noted",
        )
        .await?;
    let StoredOpinion { staff, outcome, sealed } = opinion;
    let row: [&(dyn ToSql + Sync); 6] = [&id.0, &version, &staff.0, &outcome.as_ref(), sealed, &now];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// What was said of a case with this version, the first one first.
pub(crate) async fn of(
    client: &impl GenericClient,
    id: CaseId,
    version: &str,
) -> Result<Vec<StoredOpinion>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT staff, outcome, noted FROM registration.case_opinions
             WHERE case_id = $1 AND version = $2 ORDER BY given_at, staff",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let outcome = row.get::<_, &str>("outcome").parse().map_err(|_| StoreError::Corrupt("an opinion"))?;
        Ok(StoredOpinion { staff: StaffId(row.get("staff")), outcome, sealed: row.get("noted") })
    };
    client.query(&statement, &[&id.0, &version]).await?.iter().map(read).collect()
}

/// Forgets what they said of a case, whatever it waits with.
pub(crate) async fn take_out(client: &impl GenericClient, id: CaseId, staff: StaffId) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.case_opinions WHERE case_id = $1 AND staff = $2").await?;
    client.execute(&statement, &[&id.0, &staff.0]).await?;
    Ok(())
}

/// How many cases wait for somebody else's opinion, by kind and by who gave theirs: they are not theirs to decide, unless
/// they are over their time and two differ. Of those within reach alone, as what they are taken off.
pub(crate) async fn given(
    client: &impl GenericClient,
    now: Timestamp,
    within: &Within,
) -> Result<Vec<(CaseKind, StaffId, u64)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT c.kind, p.staff, count(*) AS count
             FROM registration.cases c JOIN registration.case_opinions p ON p.case_id = c.id AND p.version = c.version
             WHERE c.closed_at IS NULL AND c.noted IS NULL AND NOT (c.due_at <= $1 AND (
                 SELECT count(*) FROM registration.case_opinions q WHERE q.case_id = c.id AND q.version = c.version) > 1)
                 AND ($2::text[] IS NULL OR c.exam = ANY($2))
                 AND ($3::text[] IS NULL OR registration.is_of_schools(c.exam, c.account, $3))
             GROUP BY c.kind, p.staff",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let kind = row.get::<_, &str>("kind").parse().ok()?;
        let count = u64::try_from(row.get::<_, i64>("count")).unwrap_or_default();
        Some((kind, StaffId(row.get("staff")), count))
    };
    Ok(client.query(&statement, &[&now, &within.exams, &within.schools]).await?.iter().filter_map(read).collect())
}

/// How many cases of a kind wait for another opinion, while of `everybody`, each with what they may see, nobody could give one who
/// has not.
pub(crate) async fn without_others(
    client: &impl GenericClient,
    kind: CaseKind,
    everybody: &[(StaffId, Within)],
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) FROM (
                 SELECT c.exam, c.account, array_agg(p.staff) AS given FROM registration.cases c
                 JOIN registration.case_opinions p ON p.case_id = c.id AND p.version = c.version
                 WHERE c.kind = $1 AND c.closed_at IS NULL AND c.noted IS NULL GROUP BY c.id) alone
             WHERE NOT EXISTS (
                 SELECT FROM unnest($2::uuid[], $3::text[], $4::text[]) o (staff, exams, schools)
                 WHERE o.staff <> ALL (alone.given)
                     AND (o.exams IS NULL OR alone.exam = ANY (string_to_array(o.exams, ',')))
                     AND (o.schools IS NULL
                         OR registration.is_of_schools(alone.exam, alone.account, string_to_array(o.schools, ','))))",
        )
        .await?;
    // An array of arrays must be as long in each row; neither ids of exams nor codes of schools have a comma.
    let joined = |all: &Option<Vec<String>>| all.as_ref().map(|all| all.join(","));
    let staff: Vec<Uuid> = everybody.iter().map(|(staff, _)| staff.0).collect();
    let exams: Vec<Option<String>> = everybody.iter().map(|(_, within)| joined(&within.exams)).collect();
    let schools: Vec<Option<String>> = everybody.iter().map(|(_, within)| joined(&within.schools)).collect();
    let row: [&(dyn ToSql + Sync); 4] = [&kind.as_ref(), &staff, &exams, &schools];
    let count: i64 = client.query_one(&statement, &row).await?.get(0);
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Notes the only opinion of cases that are over their time as the decision, to be carried out at once, if it was given
/// before `given` and nobody works on the case. The subjects of those cases.
pub(crate) async fn let_stand(
    transaction: &impl GenericClient,
    (now, given): (Timestamp, Timestamp),
    claimed_until: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "WITH due AS (
                 SELECT c.id FROM registration.cases c
                 JOIN registration.case_opinions p ON p.case_id = c.id AND p.version = c.version AND p.given_at <= $2
                 WHERE c.closed_at IS NULL AND c.noted IS NULL AND c.due_at <= $1
                     AND (c.claimed_until IS NULL OR c.claimed_until <= $1)
                     AND NOT EXISTS (SELECT FROM registration.case_opinions q
                         WHERE q.case_id = c.id AND q.version = c.version AND q.staff <> p.staff)
                 ORDER BY c.id LIMIT $5 FOR UPDATE OF c SKIP LOCKED)
             UPDATE registration.cases c SET noted = p.noted, noted_by = p.staff, noted_at = $1, noted_until = $1,
                 claimed_by = p.staff, claim_token = $4, claimed_until = $3, worked_since = NULL
             FROM due, registration.case_opinions p
             WHERE c.id = due.id AND p.case_id = c.id AND p.version = c.version RETURNING c.subject",
        )
        .await?;
    let token = ClaimToken::draw();
    let row: [&(dyn ToSql + Sync); 5] = [&now, &given, &claimed_until, &token.0, &STANDING_MAX];
    let rows = transaction.query(&statement, &row).await?;
    Ok(rows.iter().map(|row| row.get("subject")).collect())
}

/// Forgets opinions of before `before` about what does not wait any more.
pub(crate) async fn forget(client: &impl GenericClient, before: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.case_opinions WHERE (case_id, version, staff) IN (
                 SELECT p.case_id, p.version, p.staff FROM registration.case_opinions p
                 LEFT JOIN registration.cases c ON c.id = p.case_id AND c.closed_at IS NULL
                 WHERE p.given_at < $1 AND c.id IS NULL LIMIT $2)",
        )
        .await?;
    client.execute(&statement, &[&before, &FORGOTTEN_MAX]).await?;
    Ok(())
}

/// How often somebody said of a case, closed since `since`, what somebody else said of it, and of how many: of those of which
/// a second one was asked. Whoever decided as the third has nobody to be held against. Of `only` alone, where it is one.
pub(crate) async fn agreement(
    client: &impl GenericClient,
    (only, within): (Option<StaffId>, &Within),
    since: Timestamp,
) -> Result<Vec<(String, u64, u64)>, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH closed AS (
                 SELECT c.id, c.outcome, c.decided_id, p.staff, p.outcome AS said,
                     count(*) OVER (PARTITION BY c.id) AS opinions
                 FROM registration.cases c
                 JOIN registration.case_opinions p ON p.case_id = c.id AND p.version = c.version
                 WHERE c.closed_at >= $1 AND c.decided_kind = 'staff' AND c.decided_id <> p.staff::text
                     AND ($3::text[] IS NULL OR c.exam = ANY($3))
                     AND ($4::text[] IS NULL OR registration.is_of_schools(c.exam, c.account, $4))),
             compared AS (
                 SELECT staff, said = outcome AS agrees FROM closed
                 UNION ALL
                 SELECT decided_id::uuid, said = outcome FROM closed WHERE opinions = 1)
             SELECT s.name, count(*) FILTER (WHERE a.agrees) AS agreed, count(*) AS compared
             FROM compared a JOIN registration.staff s ON s.id = a.staff
             WHERE $2::uuid IS NULL OR s.id = $2 GROUP BY s.id, s.name",
        )
        .await?;
    let count = |row: &tokio_postgres::Row, name: &str| u64::try_from(row.get::<_, i64>(name)).unwrap_or_default();
    let read = |row: &tokio_postgres::Row| (row.get("name"), count(row, "agreed"), count(row, "compared"));
    let only = only.map(|staff| staff.0);
    let rows = client.query(&statement, &[&since, &only, &within.exams, &within.schools]).await?;
    Ok(rows.iter().map(read).collect())
}
