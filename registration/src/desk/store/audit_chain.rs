//! The table `audit_chain`: the links of the audit's lines. Links are only ever added.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::desk::audit::chain::PlainLine;
use crate::store::StoreError;

/// A link, with the line as it is now.
pub(crate) struct StoredLink {
    pub(crate) seq: i64,
    pub(crate) line: i64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sealed_at: Timestamp,
    pub(crate) hash: Vec<u8>,
    /// `None` where the line is gone.
    pub(crate) now: Option<PlainLine>,
}

/// A link to be added.
pub(crate) struct NewLink {
    pub(crate) seq: i64,
    pub(crate) line: i64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sealed_at: Timestamp,
    pub(crate) hash: Vec<u8>,
}

/// Lines after one number, up to another, that have no link yet, by their number; at most so many.
pub(crate) async fn unlinked(
    client: &impl GenericClient,
    (after, until): (i64, i64),
    limit: i64,
) -> Result<Vec<PlainLine>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.id, a.at, a.actor_kind, a.staff, a.actor_id, a.action, a.subject, a.seen, a.detail
             FROM registration.audit a
             WHERE a.id > $1 AND a.id <= $3 AND NOT EXISTS (SELECT FROM registration.audit_chain c WHERE c.line = a.id)
             ORDER BY a.id LIMIT $2",
        )
        .await?;
    Ok(client.query(&statement, &[&after, &limit, &until]).await?.iter().map(line).collect())
}

/// How many lines of before this time have no link, and the first of them.
pub(crate) async fn unlinked_before(
    client: &impl GenericClient,
    before: Timestamp,
) -> Result<(i64, Option<i64>), StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS number, min(a.id) AS first FROM registration.audit a
             WHERE a.at < $1 AND NOT EXISTS (SELECT FROM registration.audit_chain c WHERE c.line = a.id)",
        )
        .await?;
    let row = client.query_one(&statement, &[&before]).await?;
    Ok((row.get("number"), row.get("first")))
}

/// The line of the last link; 0 where there is none.
pub(crate) async fn last_line(client: &impl GenericClient) -> Result<i64, StoreError> {
    let statement =
        client.prepare_cached("SELECT coalesce(max(line), 0) AS last FROM registration.audit_chain").await?;
    Ok(client.query_one(&statement, &[]).await?.get("last"))
}

/// Adds links behind the last one.
pub(crate) async fn add(transaction: &impl GenericClient, links: &[NewLink]) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.audit_chain (seq, line, bytes, sealed_at, hash)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::timestamptz[], $5::bytea[])",
        )
        .await?;
    let seqs: Vec<i64> = links.iter().map(|link| link.seq).collect();
    let lines: Vec<i64> = links.iter().map(|link| link.line).collect();
    let bytes: Vec<&[u8]> = links.iter().map(|link| link.bytes.as_slice()).collect();
    let times: Vec<Timestamp> = links.iter().map(|link| link.sealed_at).collect();
    let hashes: Vec<&[u8]> = links.iter().map(|link| link.hash.as_slice()).collect();
    transaction.execute(&statement, &[&seqs, &lines, &bytes, &times, &hashes]).await?;
    Ok(())
}

/// Links after this one, each with its line as it is now, in their order; at most so many.
pub(crate) async fn page(client: &impl GenericClient, after: i64, limit: i64) -> Result<Vec<StoredLink>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT c.seq, c.line, c.bytes, c.sealed_at, c.hash, a.id IS NOT NULL AS is_there,
                 a.id, a.at, a.actor_kind, a.staff, a.actor_id, a.action, a.subject, a.seen, a.detail
             FROM registration.audit_chain c LEFT JOIN registration.audit a ON a.id = c.line
             WHERE c.seq > $1 ORDER BY c.seq LIMIT $2",
        )
        .await?;
    let read = |row: &Row| StoredLink {
        seq: row.get("seq"),
        line: row.get("line"),
        bytes: row.get("bytes"),
        sealed_at: row.get("sealed_at"),
        hash: row.get("hash"),
        now: row.get::<_, bool>("is_there").then(|| line(row)),
    };
    Ok(client.query(&statement, &[&after, &limit]).await?.iter().map(read).collect())
}

fn line(row: &Row) -> PlainLine {
    PlainLine {
        id: row.get("id"),
        at: row.get("at"),
        actor_kind: row.get("actor_kind"),
        staff: row.get("staff"),
        actor_id: row.get("actor_id"),
        action: row.get("action"),
        subject: row.get("subject"),
        seen: row.get("seen"),
        detail: row.get("detail"),
    }
}
