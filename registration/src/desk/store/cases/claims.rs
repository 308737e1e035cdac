//! The table `cases`: who has which case, until when, and by which opening of it.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use crate::desk::case::{CaseId, CaseKind, ClaimToken, Subject};
use crate::model::actor::Within;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// A claim to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewClaim {
    pub(crate) staff: StaffId,
    pub(crate) token: ClaimToken,
    pub(crate) now: Timestamp,
    pub(crate) until: Timestamp,
}

/// Does a case `o` wait for nobody else than a member of staff? They have not said what they think of it, or it is over its time
/// now, two differ, and no third one came: then it is anybody's. Both as the names of parameters.
pub(super) fn theirs_to_decide(staff: &str, now: &str) -> String {
    format!(
        "NOT EXISTS (
            SELECT FROM registration.case_opinions p WHERE p.case_id = o.id AND p.version = o.version
            HAVING bool_or(p.staff = {staff}) AND NOT (o.due_at <= {now} AND count(*) >= 2))"
    )
}

/// Claims an open case that nobody else has, or has it from now on under another token. True when it is now theirs.
pub(crate) async fn claim(client: &impl GenericClient, id: CaseId, claim: &NewClaim) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = $2, claimed_until = $4, claim_token = $5,
                 worked_since = CASE WHEN claimed_by = $2 AND claimed_until > $3 THEN worked_since ELSE $3 END
             WHERE id = $1 AND closed_at IS NULL AND noted IS NULL
                 AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until <= $3)",
        )
        .await?;
    let NewClaim { staff, token, now, until } = claim;
    Ok(client.execute(&statement, &[&id.0, &staff.0, now, until, &token.0]).await? == 1)
}

/// Has a case longer that this token has, or that nobody has. True when it is theirs.
pub(crate) async fn keep(client: &impl GenericClient, id: CaseId, claim: &NewClaim) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = $2, claimed_until = $4, claim_token = $5,
                 worked_since = CASE WHEN claimed_by = $2 THEN worked_since ELSE $3 END
             WHERE id = $1 AND closed_at IS NULL AND noted IS NULL
                 AND (claimed_by IS NULL OR claimed_until <= $3 OR (claimed_by = $2 AND claim_token = $5))",
        )
        .await?;
    let NewClaim { staff, token, now, until } = claim;
    Ok(client.execute(&statement, &[&id.0, &staff.0, now, until, &token.0]).await? == 1)
}

/// Has an open case from now on, whoever had it. False when it is closed.
pub(crate) async fn take_over(client: &impl GenericClient, id: CaseId, claim: &NewClaim) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases
             SET claimed_by = $2, claimed_until = $4, claim_token = $5, worked_since = $3
             WHERE id = $1 AND closed_at IS NULL AND noted IS NULL",
        )
        .await?;
    let NewClaim { staff, token, now, until } = claim;
    Ok(client.execute(&statement, &[&id.0, &staff.0, now, until, &token.0]).await? == 1)
}

/// Claims the case that is due first of those that nobody else has. Of many who ask at once each gets another one, and none
/// waits for another's transaction.
pub(crate) async fn next(
    client: &impl GenericClient,
    (kinds, within): (&[CaseKind], &Within),
    claim: &NewClaim,
) -> Result<Option<(CaseId, Subject)>, StoreError> {
    let theirs = theirs_to_decide("$1", "$2");
    let statement = client
        .prepare_cached(&format!(
            "WITH first AS (
                 SELECT c.id FROM unnest($5::text[]) k (kind) CROSS JOIN LATERAL (
                     SELECT o.id, o.due_at, o.waiting_since FROM registration.cases o
                     WHERE o.kind = k.kind AND o.closed_at IS NULL AND o.noted IS NULL
                         AND (o.claimed_by IS NULL OR o.claimed_until <= $2 OR o.claimed_by = $1) AND {theirs}
                         AND ($6::text[] IS NULL OR o.exam = ANY($6))
                         AND ($7::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $7))
                     ORDER BY o.due_at, o.waiting_since, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
                 ) c ORDER BY c.due_at, c.waiting_since, c.id LIMIT 1)
             UPDATE registration.cases c SET claimed_by = $1, claimed_until = $3, claim_token = $4,
                 worked_since = CASE WHEN claimed_by = $1 AND claimed_until > $2 THEN worked_since ELSE $2 END
             FROM first WHERE c.id = first.id RETURNING c.id, c.subject"
        ))
        .await?;
    let kinds: Vec<&str> = kinds.iter().map(AsRef::as_ref).collect();
    let NewClaim { staff, token, now, until } = claim;
    let row: [&(dyn ToSql + Sync); 7] = [&staff.0, now, until, &token.0, &kinds, &within.exams, &within.schools];
    client.query_opt(&statement, &row).await?.as_ref().map(read).transpose()
}

/// Claims the case that is due first of those that nobody has, while they have the one on their page by that token: it is
/// locked meanwhile, so that giving it back comes before or behind. Nothing where they have it no more.
pub(crate) async fn ahead(
    client: &impl GenericClient,
    (kinds, within): (&[CaseKind], &Within),
    (page, page_token): (CaseId, ClaimToken),
    claim: &NewClaim,
) -> Result<Option<(CaseId, Subject)>, StoreError> {
    let theirs = theirs_to_decide("$1", "$2");
    let statement = client
        .prepare_cached(&format!(
            "WITH page AS (
                 SELECT id FROM registration.cases
                 WHERE id = $6 AND claimed_by = $1 AND claim_token = $7 AND claimed_until > $2 AND noted IS NULL FOR SHARE),
             first AS (
                 SELECT c.id FROM page CROSS JOIN unnest($5::text[]) k (kind) CROSS JOIN LATERAL (
                     SELECT o.id, o.due_at, o.waiting_since FROM registration.cases o
                     WHERE o.kind = k.kind AND o.closed_at IS NULL AND o.noted IS NULL
                         AND (o.claimed_by IS NULL OR o.claimed_until <= $2) AND {theirs}
                         AND ($8::text[] IS NULL OR o.exam = ANY($8))
                         AND ($9::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $9))
                     ORDER BY o.due_at, o.waiting_since, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
                 ) c ORDER BY c.due_at, c.waiting_since, c.id LIMIT 1)
             UPDATE registration.cases c SET claimed_by = $1, claimed_until = $3, claim_token = $4, worked_since = $2
             FROM first WHERE c.id = first.id RETURNING c.id, c.subject"
        ))
        .await?;
    let kinds: Vec<&str> = kinds.iter().map(AsRef::as_ref).collect();
    let NewClaim { staff, token, now, until } = claim;
    let Within { exams, schools } = within;
    let row: [&(dyn ToSql + Sync); 9] =
        [&staff.0, now, until, &token.0, &kinds, &page.0, &page_token.0, exams, schools];
    client.query_opt(&statement, &row).await?.as_ref().map(read).transpose()
}

fn read(row: &tokio_postgres::Row) -> Result<(CaseId, Subject), StoreError> {
    let subject = row.get::<_, &str>("subject").parse().map_err(|_| StoreError::Corrupt("a case's subject"))?;
    Ok((CaseId(row.get("id")), subject))
}

/// Gives back what this token has, whichever case it is.
pub(crate) async fn give_back_of(
    client: &impl GenericClient,
    staff: StaffId,
    token: ClaimToken,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = NULL, claimed_until = NULL
             WHERE claimed_by = $1 AND claim_token = $2 AND noted IS NULL",
        )
        .await?;
    client.execute(&statement, &[&staff.0, &token.0]).await?;
    Ok(())
}

/// Gives a case back that this token has. False when it was not theirs under it.
pub(crate) async fn give_back(
    client: &impl GenericClient,
    id: CaseId,
    staff: StaffId,
    token: ClaimToken,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = NULL, claimed_until = NULL
             WHERE id = $1 AND claimed_by = $2 AND claim_token = $3 AND noted IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &staff.0, &token.0]).await? == 1)
}

/// Gives back everything that somebody has; what they decided stays decided.
pub(crate) async fn give_all_back(client: &impl GenericClient, staff: StaffId) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET claimed_by = NULL, claimed_until = NULL
             WHERE claimed_by = $1 AND noted IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&staff.0]).await?)
}

/// Who has which case, and what ended lately.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct StoredMove {
    pub(crate) id: CaseId,
    pub(crate) kind: CaseKind,
    /// Who has it, with their name; `None` where it was decided or has ended.
    pub(crate) by: Option<(StaffId, String)>,
}

/// All claims that hold at `now`, and the cases that were closed since `ended_since` or that somebody has decided, at most `limit` of each, the newest
/// first.
pub(crate) async fn moves(
    client: &impl GenericClient,
    now: Timestamp,
    ended_since: Timestamp,
    within: &Within,
    limit: i64,
) -> Result<Vec<StoredMove>, StoreError> {
    let statement = client
        .prepare_cached(
            "(SELECT c.id, c.kind, s.id AS staff, s.name FROM registration.cases c
                 JOIN registration.staff s ON s.id = c.claimed_by
              WHERE c.claimed_by IS NOT NULL AND c.claimed_until > $1 AND c.noted IS NULL
                  AND ($4::text[] IS NULL OR c.exam = ANY($4))
                  AND ($5::text[] IS NULL OR registration.is_of_schools(c.exam, c.account, $5))
              ORDER BY c.claimed_until DESC LIMIT $3)
             UNION ALL
             (SELECT c.id, c.kind, NULL, NULL FROM registration.cases c
              WHERE c.closed_at > $2
                  AND ($4::text[] IS NULL OR c.exam = ANY($4))
                  AND ($5::text[] IS NULL OR registration.is_of_schools(c.exam, c.account, $5))
              ORDER BY c.closed_at DESC LIMIT $3)
             UNION ALL
             (SELECT c.id, c.kind, NULL, NULL FROM registration.cases c
              WHERE c.noted IS NOT NULL
                  AND ($4::text[] IS NULL OR c.exam = ANY($4))
                  AND ($5::text[] IS NULL OR registration.is_of_schools(c.exam, c.account, $5))
              ORDER BY c.noted_until DESC LIMIT $3)",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let kind = row.get::<_, &str>("kind").parse().ok()?;
        let by = row.get::<_, Option<uuid::Uuid>>("staff").map(StaffId).zip(row.get("name"));
        Some(StoredMove { id: CaseId(row.get("id")), kind, by })
    };
    let rows = client.query(&statement, &[&now, &ended_since, &limit, &within.exams, &within.schools]).await?;
    Ok(rows.iter().filter_map(read).collect())
}
