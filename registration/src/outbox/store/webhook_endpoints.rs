//! The table `webhook_endpoints`: which other systems are told what, and where.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::store::StoreError;

/// An endpoint as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredEndpoint {
    pub(crate) id: Uuid,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) kinds: Vec<String>,
    pub(crate) exams: Option<Vec<ExamId>>,
    /// Sealed by the vault.
    pub(crate) secret: Vec<u8>,
    /// The one before, sealed, and until when it signs, too.
    pub(crate) old_secret: Option<(Vec<u8>, Timestamp)>,
    pub(crate) made_at: Timestamp,
    /// The login name of who made it.
    pub(crate) made_by: String,
    pub(crate) failing_since: Option<Timestamp>,
    /// Since when it is told nothing, and a word for why.
    pub(crate) disabled: Option<(Timestamp, String)>,
}

/// What staff say of an endpoint.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    pub(crate) url: &'a str,
    pub(crate) description: &'a str,
    pub(crate) kinds: &'a [&'static str],
    pub(crate) exams: Option<&'a [ExamId]>,
}

const SELECT: &str =
    "SELECT e.id, e.url, e.description, e.kinds, e.exams, e.secret, e.old_secret, e.old_until, e.made_at,
         s.name AS made_by, e.failing_since, e.disabled_at, e.disabled_why
     FROM registration.webhook_endpoints e JOIN registration.staff s ON s.id = e.made_by";

fn read(row: &Row) -> StoredEndpoint {
    let exams: Option<Vec<&str>> = row.get("exams");
    let old: Option<Vec<u8>> = row.get("old_secret");
    let disabled: Option<Timestamp> = row.get("disabled_at");
    StoredEndpoint {
        id: row.get("id"),
        url: row.get("url"),
        description: row.get("description"),
        kinds: row.get("kinds"),
        exams: exams.map(|exams| exams.into_iter().filter_map(|exam| exam.parse().ok()).collect()),
        secret: row.get("secret"),
        old_secret: old.zip(row.get("old_until")),
        made_at: row.get("made_at"),
        made_by: row.get("made_by"),
        failing_since: row.get("failing_since"),
        disabled: disabled.zip(row.get("disabled_why")),
    }
}

/// All of them, the newest first.
pub(crate) async fn all(client: &impl GenericClient, limit: i64) -> Result<Vec<StoredEndpoint>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} ORDER BY e.made_at DESC, e.id LIMIT $1")).await?;
    Ok(client.query(&statement, &[&limit]).await?.iter().map(read).collect())
}

/// The one with this id.
pub(crate) async fn get(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredEndpoint>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE e.id = $1")).await?;
    Ok(client.query_opt(&statement, &[&id]).await?.as_ref().map(read))
}

fn names(exams: Option<&[ExamId]>) -> Option<Vec<&str>> {
    exams.map(|exams| exams.iter().map(ExamId::as_str).collect())
}

/// Adds one, unless there are so many already; false then. One at a time.
pub(crate) async fn add(
    client: &impl GenericClient,
    id: Uuid,
    said: &Said<'_>,
    secret: &[u8],
    (by, now): (StaffId, Timestamp),
    most: i64,
) -> Result<bool, StoreError> {
    client.batch_execute("LOCK TABLE registration.webhook_endpoints IN SHARE ROW EXCLUSIVE MODE").await?;
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.webhook_endpoints (id, url, description, kinds, exams, secret, made_at, made_by)
             SELECT $1::uuid, $2::text, $3::text, $4::text[], $5::text[], $6::bytea, $7::timestamptz, $8::uuid
             WHERE (SELECT count(*) FROM registration.webhook_endpoints) < $9::bigint",
        )
        .await?;
    let exams = names(said.exams);
    let row: [&(dyn ToSql + Sync); 9] =
        [&id, &said.url, &said.description, &said.kinds, &exams, &secret, &now, &by.0, &most];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Says something else of it; false when there is none.
pub(crate) async fn change(client: &impl GenericClient, id: Uuid, said: &Said<'_>) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_endpoints
             SET url = $2, description = $3, kinds = $4, exams = $5, failing_since = NULL WHERE id = $1",
        )
        .await?;
    let exams = names(said.exams);
    Ok(client.execute(&statement, &[&id, &said.url, &said.description, &said.kinds, &exams]).await? == 1)
}

/// Gives it another secret; the one that it has signs until `until`, too. While one is being replaced already it is that one which
/// goes on, as long as it would have: a receiver may know no other. Until when; `None`: there is no such endpoint.
pub(crate) async fn set_secret(
    client: &impl GenericClient,
    id: Uuid,
    secret: &[u8],
    (now, until): (Timestamp, Timestamp),
) -> Result<Option<Timestamp>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_endpoints SET secret = $2,
                 old_secret = CASE WHEN old_until > $4 THEN old_secret ELSE secret END,
                 old_until = CASE WHEN old_until > $4 THEN old_until ELSE $3 END
             WHERE id = $1 RETURNING old_until",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id, &secret, &until, &now]).await?.map(|row| row.get("old_until")))
}

/// Tells it nothing from now on, for a reason; true when it was told until now.
pub(crate) async fn disable(
    client: &impl GenericClient,
    id: Uuid,
    why: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_endpoints SET disabled_at = $3, disabled_why = $2
             WHERE id = $1 AND disabled_at IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&id, &why, &now]).await? == 1)
}

/// Tells it again; true when it was told nothing until now.
pub(crate) async fn enable(client: &impl GenericClient, id: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_endpoints SET disabled_at = NULL, disabled_why = NULL, failing_since = NULL
             WHERE id = $1 AND disabled_at IS NOT NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&id]).await? == 1)
}

/// Notes that a try went well, or that one failed; since when all have failed then. Where nothing changes no row is written.
pub(crate) async fn note(
    client: &impl GenericClient,
    id: Uuid,
    went_well: bool,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    if went_well {
        let statement = client
            .prepare_cached(
                "UPDATE registration.webhook_endpoints SET failing_since = NULL
                 WHERE id = $1 AND failing_since IS NOT NULL",
            )
            .await?;
        client.execute(&statement, &[&id]).await?;
        return Ok(None);
    }
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_endpoints SET failing_since = coalesce(failing_since, $2) WHERE id = $1
             RETURNING failing_since",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id, &now]).await?.and_then(|row| row.get("failing_since")))
}
