//! Table `api_keys`: who may call the JSON API. Only digests are kept.

mod scopes;

use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::{GenericClient, Row};

use super::LedgerError;
use crate::ids::ExamId;

pub use scopes::{Scope, Scopes};

/// Most keys that are listed, and known to a process.
const LISTED_MAX: i64 = 10_000;
/// Most keys that are good at a time.
pub const GOOD_MAX: i64 = 1_000;
/// The transaction lock under which keys are counted before one is made.
const MAKING_LOCK: i64 = 0x5ea7_0007;

/// A key's number, from 1 on. Never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub i64);

/// A key as callers are judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadKey {
    /// The key's number.
    pub id: KeyId,
    /// SHA-256 of the key.
    pub digest: Vec<u8>,
    /// What it may do.
    pub scopes: Scopes,
    /// The first key of its name, ended or not: keys of one name follow each other and share their candidates.
    pub first: KeyId,
    /// The exams that it is for; `None`: all.
    pub exams: Option<Vec<ExamId>>,
    /// How long from now on it is good; zero once it has ended, `None` without an end.
    pub ends_after: Option<Duration>,
}

/// A key as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The key's number.
    pub id: KeyId,
    /// The name of whoever the key was given to.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The exams that it is for; `None`: all.
    pub exams: Option<Vec<ExamId>>,
    /// The last characters of the key, where they are known.
    pub ending: Option<String>,
    /// The login name of who made it; `None`: the operator at the command line.
    pub made_by: Option<String>,
    /// Since when it is good.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Since when it is good no more, because somebody said so.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, at most a minute behind.
    pub last_used_at: Option<Timestamp>,
    /// The key that was made in its place.
    pub replaced_by: Option<KeyId>,
}

impl ListedKey {
    /// Since when it is good no more, or from when on.
    pub fn ends_at(&self) -> Option<Timestamp> {
        [self.revoked_at, self.expires_at].into_iter().flatten().min()
    }

    /// Did somebody end it before its time?
    pub fn was_revoked(&self) -> bool {
        self.revoked_at.is_some_and(|at| self.expires_at.is_none_or(|end| at < end))
    }

    /// Is it good at this moment?
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.ends_at().is_none_or(|ends_at| ends_at > now)
    }
}

/// A key to be remembered.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// The name of whoever it is given to.
    pub name: &'a str,
    /// What it may do.
    pub scopes: Scopes,
    /// The exams that it is for; `None`: all.
    pub exams: Option<&'a [ExamId]>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// The login name of who makes it; `None`: the operator.
    pub made_by: Option<&'a str>,
    /// SHA-256 of the key.
    pub digest: &'a [u8],
    /// The last characters of the key.
    pub ending: Option<&'a str>,
}

/// Which keys are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// The one with this number.
    Id(KeyId),
    /// All with this name.
    Name(&'a str),
}

/// Remembers a key by its SHA-256; `None` when there is one with this digest already.
pub async fn add(client: &impl GenericClient, key: &NewKey<'_>) -> Result<Option<KeyId>, LedgerError> {
    let NewKey { name, scopes, exams, expires_at, made_by, digest, ending } = *key;
    // The version before would take it for a key of all exams, without an end.
    let plain = scopes.word_of_before().filter(|_| exams.is_none() && expires_at.is_none());
    let exams: Option<Vec<&str>> = exams.map(|exams| exams.iter().map(ExamId::as_str).collect());
    let row = client
        .query_opt(
            "INSERT INTO reservation.api_keys (name, scope, scopes, exams, expires_at, made_by, digest, ending)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id",
            &[&name, &plain.unwrap_or("other"), &scopes.words(), &exams, &expires_at, &made_by, &digest, &ending],
        )
        .await?;
    Ok(row.map(|row| KeyId(row.get("id"))))
}

/// How many keys are good now. Whoever adds one within this transaction is alone at it.
pub async fn count_good(client: &impl GenericClient) -> Result<i64, LedgerError> {
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&MAKING_LOCK]).await?;
    let row = client
        .query_one(
            "SELECT count(*) AS good FROM reservation.api_keys
             WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
            &[],
        )
        .await?;
    Ok(row.get("good"))
}

/// Every key that is good, or was within the last ninety days: who still brings one of those is told apart from a stranger.
pub async fn all(client: &impl GenericClient) -> Result<Vec<ReadKey>, LedgerError> {
    let rows = client
        .query(
            "SELECT id, digest, scope, scopes, exams, first, CASE WHEN ends_at IS NOT NULL
                     THEN greatest(extract(epoch FROM ends_at - now()), 0)::float8 END AS ends_after FROM (
                 SELECT id, digest, scope, scopes, exams, least(revoked_at, expires_at) AS ends_at,
                     min(id) OVER (PARTITION BY name) AS first FROM reservation.api_keys
             ) AS named WHERE ends_at IS NULL OR ends_at > now() - interval '90 days'
             ORDER BY ends_at IS NULL DESC, id DESC LIMIT $1",
            &[&LISTED_MAX],
        )
        .await?;
    let read = |row: &Row| ReadKey {
        id: KeyId(row.get("id")),
        digest: row.get("digest"),
        scopes: scopes_in(row),
        first: KeyId(row.get("first")),
        exams: exams_in(row),
        ends_after: row.get::<_, Option<f64>>("ends_after").map(seconds),
    };
    Ok(rows.iter().map(read).collect())
}

/// A time to come in seconds; longer than a duration can be is as long as it can be.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

fn scopes_in(row: &Row) -> Scopes {
    match row.get::<_, Option<Vec<&str>>>("scopes") {
        Some(words) => words.into_iter().filter_map(Scope::parse).collect(),
        None => Scopes::of_before(row.get("scope")),
    }
}

fn exams_in(row: &Row) -> Option<Vec<ExamId>> {
    let named: Option<Vec<&str>> = row.get("exams");
    named.map(|named| named.into_iter().filter_map(|exam| exam.parse().ok()).collect())
}

const LISTED: &str =
    "SELECT id, name, scope, scopes, exams, ending, made_by, created_at, expires_at, revoked_at, last_used_at,
         replaced_by
     FROM reservation.api_keys";

fn listed(row: &Row) -> ListedKey {
    ListedKey {
        id: KeyId(row.get("id")),
        name: row.get("name"),
        scopes: scopes_in(row),
        exams: exams_in(row),
        ending: row.get("ending"),
        made_by: row.get("made_by"),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
        revoked_at: row.get("revoked_at"),
        last_used_at: row.get("last_used_at"),
        replaced_by: row.get::<_, Option<i64>>("replaced_by").map(KeyId),
    }
}

/// All keys, the oldest first, ended ones too.
pub async fn list(client: &impl GenericClient) -> Result<Vec<ListedKey>, LedgerError> {
    let rows = client.query(&format!("{LISTED} ORDER BY id LIMIT $1"), &[&LISTED_MAX]).await?;
    Ok(rows.iter().map(listed).collect())
}

/// The key with this number, which stays as it is until the transaction ends.
pub async fn lock(client: &impl GenericClient, id: KeyId) -> Result<Option<ListedKey>, LedgerError> {
    let row = client.query_opt(&format!("{LISTED} WHERE id = $1 FOR UPDATE"), &[&id.0]).await?;
    Ok(row.as_ref().map(listed))
}

/// Has a key that nobody revoked end at that moment, unless it ends before, as `next` was made in its place. What ends at once is revoked:
/// the version before knows no other end.
pub async fn replace(
    client: &impl GenericClient,
    (id, next): (KeyId, KeyId),
    (now, at): (Timestamp, Timestamp),
) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.api_keys SET replaced_by = $2, expires_at = least(expires_at, $3),
                 revoked_at = CASE WHEN $3 <= $4::timestamptz THEN $3 END
             WHERE id = $1",
            &[&id.0, &next.0, &at, &now],
        )
        .await?;
    Ok(())
}

/// Revokes keys whose end has passed and which the version before would take, as it knows no ends.
pub async fn revoke_ended(client: &impl GenericClient) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.api_keys SET revoked_at = expires_at
             WHERE revoked_at IS NULL AND expires_at <= now() AND scope <> 'other'",
            &[],
        )
        .await?;
    Ok(())
}

/// Ends the keys that are meant; answers those that were good until now, in the order they were made, with their names.
pub async fn revoke(client: &impl GenericClient, named: Named<'_>) -> Result<Vec<(KeyId, String)>, LedgerError> {
    let (id, name) = match named {
        Named::Id(id) => (Some(id.0), None),
        Named::Name(name) => (None, Some(name)),
    };
    let rows = client
        .query(
            "WITH revoked AS (
                 UPDATE reservation.api_keys SET revoked_at = now()
                 WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AND (id = $1 OR name = $2)
                 RETURNING id, name)
             SELECT id, name FROM revoked ORDER BY id",
            &[&id, &name],
        )
        .await?;
    Ok(rows.iter().map(|row| (KeyId(row.get("id")), row.get("name"))).collect())
}

/// Notes that the key was used at that moment; another process may know of a later one.
pub async fn note_use(client: &impl GenericClient, id: KeyId, at: Timestamp) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.api_keys SET last_used_at = $2
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            &[&id.0, &at],
        )
        .await?;
    Ok(())
}
