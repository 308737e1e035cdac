//! The table `cases`: decisions that can still be taken back.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::desk::case::{CaseId, ClaimToken, Subject};
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// A decision to be noted.
pub(crate) struct NewNote<'a> {
    pub(crate) staff: StaffId,
    /// What was decided, sealed.
    pub(crate) sealed: &'a [u8],
    pub(crate) now: Timestamp,
    /// Until then it can be taken back.
    pub(crate) until: Timestamp,
    /// Under which token, and until when, nobody else has the case; a process of the version before asks for no note.
    pub(crate) token: ClaimToken,
    pub(crate) claimed_until: Timestamp,
}

/// One whose time to be taken back is over.
pub(crate) struct StoredNote {
    pub(crate) id: CaseId,
    pub(crate) subject: Subject,
    pub(crate) staff: StaffId,
    pub(crate) sealed: Vec<u8>,
    pub(crate) until: Timestamp,
}

/// Notes what was decided about an open case, which the caller has locked.
pub(crate) async fn note(client: &impl GenericClient, id: CaseId, note: &NewNote<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET noted = $3, noted_by = $2, noted_at = $4, noted_until = $5, claimed_by = $2,
                 claim_token = $6, claimed_until = $7
             WHERE id = $1 AND closed_at IS NULL",
        )
        .await?;
    let NewNote { staff, sealed, now, until, token, claimed_until } = note;
    let row: [&(dyn ToSql + Sync); 7] = [&id.0, &staff.0, sealed, now, until, &token.0, claimed_until];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// What is noted with an open case, sealed; `None`: nothing is.
pub(crate) async fn sealed(client: &impl GenericClient, id: CaseId) -> Result<Option<Vec<u8>>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT noted FROM registration.cases WHERE id = $1 AND closed_at IS NULL AND noted IS NOT NULL",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id.0]).await?.map(|row| row.get("noted")))
}

/// Is something noted with the open case of a subject, and since later than `since`?
pub(crate) async fn is_noted(
    client: &impl GenericClient,
    subject: &Subject,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.cases
                 WHERE subject = $1 AND closed_at IS NULL AND noted IS NOT NULL AND noted_at > $2)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&subject.to_string(), &since]).await?.get(0))
}

/// Takes back what they decided, as long as they may; the case is theirs until `claimed_until`. False when they may not.
pub(crate) async fn take_back(
    client: &impl GenericClient,
    id: CaseId,
    staff: StaffId,
    (now, claimed_until): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET noted = NULL, noted_by = NULL, noted_at = NULL, noted_until = NULL,
                 taken_back = taken_back + 1, claimed_by = $2, claimed_until = $4
             WHERE id = $1 AND closed_at IS NULL AND noted_by = $2 AND noted_until > $3",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &staff.0, &now, &claimed_until]).await? == 1)
}

/// Those whose time is over, at most `limit`, the first first.
pub(crate) async fn due(
    client: &impl GenericClient,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredNote>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, subject, noted_by, noted, noted_until FROM registration.cases
             WHERE noted IS NOT NULL AND noted_until <= $1 ORDER BY noted_until LIMIT $2",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        Some(StoredNote {
            id: CaseId(row.get("id")),
            subject: row.get::<_, &str>("subject").parse().ok()?,
            staff: StaffId(row.get::<_, Option<Uuid>>("noted_by")?),
            sealed: row.get("noted"),
            until: row.get("noted_until"),
        })
    };
    Ok(client.query(&statement, &[&now, &limit]).await?.iter().filter_map(read).collect())
}

/// Puts off to `later` what could not be done now, if it is still the decision of before.
pub(crate) async fn put_off(
    client: &impl GenericClient,
    (id, until): (CaseId, Timestamp),
    later: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.cases SET noted_until = $3 WHERE id = $1 AND noted_until = $2")
        .await?;
    client.execute(&statement, &[&id.0, &until, &later]).await?;
    Ok(())
}

/// Forgets a decision that could not be carried out, and gives the case back. False when it was another one, or none.
pub(crate) async fn forget(client: &impl GenericClient, id: CaseId, until: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.cases SET noted = NULL, noted_by = NULL, noted_at = NULL, noted_until = NULL,
                 claimed_by = NULL, claimed_until = NULL
             WHERE id = $1 AND closed_at IS NULL AND noted_until = $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &until]).await? == 1)
}

/// Is that decision still there?
pub(crate) async fn is_there(client: &impl GenericClient, id: CaseId, until: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.cases WHERE id = $1 AND closed_at IS NULL AND noted_until = $2)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&id.0, &until]).await?.get(0))
}

/// What somebody decided and can still take back at `now`, the newest first, with until when.
pub(crate) async fn of(
    client: &impl GenericClient,
    staff: StaffId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(CaseId, Subject, Timestamp)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, subject, noted_until FROM registration.cases
             WHERE noted IS NOT NULL AND noted_by = $1 AND noted_until > $2 ORDER BY noted_until DESC LIMIT $3",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let subject = row.get::<_, &str>("subject").parse().ok()?;
        Some((CaseId(row.get("id")), subject, row.get("noted_until")))
    };
    Ok(client.query(&statement, &[&staff.0, &now, &limit]).await?.iter().filter_map(read).collect())
}
