//! The table `webhook_deliveries`: what is to be told to which endpoint, until it is done and for a while after that.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::StoreError;

/// A delivery, taken to be sent now.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) id: i64,
    /// How often it was tried, this time included.
    pub(crate) tries: i16,
    pub(crate) message: Uuid,
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    /// A JSON object.
    pub(crate) data: String,
}

/// A delivery as it is listed.
#[derive(Debug, Clone)]
pub(crate) struct StoredDelivery {
    pub(crate) id: i64,
    pub(crate) message: Uuid,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) at: Timestamp,
    pub(crate) tries: i16,
    pub(crate) next_try_at: Timestamp,
    /// When it came to its end, and a word for how.
    pub(crate) done: Option<(Timestamp, String)>,
}

/// Endpoints that are told something and have a delivery that is due.
pub(crate) async fn due(client: &impl GenericClient, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT e.id FROM registration.webhook_endpoints e WHERE e.disabled_at IS NULL AND EXISTS
                 (SELECT FROM registration.webhook_deliveries d
                  WHERE d.endpoint = e.id AND d.done_at IS NULL AND d.next_try_at <= $1)",
        )
        .await?;
    Ok(client.query(&statement, &[&now]).await?.iter().map(|row| row.get("id")).collect())
}

/// Takes up to `limit` of an endpoint that are due, each until `lease`: whoever does not finish one by then has died, and it is
/// sent once more. What waits behind another one about the same thing is not taken.
pub(crate) async fn claim(
    client: &impl GenericClient,
    endpoint: Uuid,
    (now, lease): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_deliveries d SET tries = d.tries + 1, next_try_at = $3
             FROM (SELECT w.id FROM registration.webhook_deliveries w
                   WHERE w.endpoint = $1 AND w.done_at IS NULL AND w.next_try_at <= $2 AND NOT EXISTS
                       (SELECT FROM registration.webhook_deliveries b WHERE b.endpoint = w.endpoint
                        AND b.subject = w.subject AND b.done_at IS NULL AND b.id < w.id)
                   ORDER BY w.next_try_at, w.id LIMIT $4 FOR UPDATE SKIP LOCKED) due,
                 registration.webhook_events e
             WHERE d.id = due.id AND e.id = d.event
             RETURNING d.id, d.tries, e.message, e.kind, e.at, e.data::text AS data",
        )
        .await?;
    let rows = client.query(&statement, &[&endpoint, &now, &lease, &limit]).await?;
    let claimed = |row: &Row| Claimed {
        id: row.get("id"),
        tries: row.get("tries"),
        message: row.get("message"),
        kind: row.get("kind"),
        at: row.get("at"),
        data: row.get("data"),
    };
    Ok(rows.iter().map(claimed).collect())
}

/// It is done: delivered, or given up. The next one about the same thing, unless it waits for another try of its own, is due now.
pub(crate) async fn finish(
    transaction: &impl GenericClient,
    id: i64,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.webhook_deliveries SET done_at = $3, outcome = $2 WHERE id = $1 AND done_at IS NULL
             RETURNING endpoint, subject",
        )
        .await?;
    let Some(row) = transaction.query_opt(&statement, &[&id, &outcome, &now]).await? else { return Ok(()) };
    let (endpoint, subject): (Uuid, String) = (row.get("endpoint"), row.get("subject"));
    // A statement of its own, which sees who was put behind this one while it was being taken.
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.webhook_deliveries SET next_try_at = $3
             WHERE tries = 0 AND next_try_at > $3 AND id =
                 (SELECT id FROM registration.webhook_deliveries
                  WHERE endpoint = $1 AND subject = $2 AND done_at IS NULL ORDER BY id LIMIT 1)",
        )
        .await?;
    transaction.execute(&statement, &[&endpoint, &subject, &now]).await?;
    Ok(())
}

/// It is tried again at `next`, and what waits behind it about the same thing is not due before.
pub(crate) async fn put_off(client: &impl GenericClient, id: i64, next: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_deliveries d SET next_try_at = $2 FROM registration.webhook_deliveries h
             WHERE h.id = $1 AND h.done_at IS NULL AND d.endpoint = h.endpoint AND d.subject = h.subject
                 AND d.done_at IS NULL AND (d.id = h.id OR d.id > h.id AND d.tries = 0 AND d.next_try_at < $2)",
        )
        .await?;
    client.execute(&statement, &[&id, &next]).await?;
    Ok(())
}

/// Puts up to `limit` of an endpoint that are due, but wait behind another one about the same thing, off until that is due: they
/// would be looked through each second.
pub(crate) async fn put_behind(
    client: &impl GenericClient,
    endpoint: Uuid,
    now: Timestamp,
    limit: i64,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "WITH behind AS (
                 SELECT w.id, h.next_try_at FROM registration.webhook_deliveries w
                 JOIN registration.webhook_deliveries h ON h.id =
                     (SELECT b.id FROM registration.webhook_deliveries b WHERE b.endpoint = w.endpoint
                      AND b.subject = w.subject AND b.done_at IS NULL AND b.id < w.id ORDER BY b.id LIMIT 1)
                 WHERE w.endpoint = $1 AND w.done_at IS NULL AND w.tries = 0 AND w.next_try_at <= $2
                     AND h.done_at IS NULL AND h.next_try_at > $2
                 ORDER BY w.next_try_at, w.id LIMIT $3 FOR UPDATE OF h SKIP LOCKED)
             UPDATE registration.webhook_deliveries d SET next_try_at = behind.next_try_at FROM behind
             WHERE d.id = behind.id AND d.done_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&endpoint, &now, &limit]).await?;
    Ok(())
}

/// Up to `limit` deliveries of an endpoint before a number, the newest first.
pub(crate) async fn page(
    client: &impl GenericClient,
    endpoint: Uuid,
    before: i64,
    limit: i64,
) -> Result<Vec<StoredDelivery>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT d.id, e.message, e.kind, d.subject, e.at, d.tries, d.next_try_at, d.done_at, d.outcome
             FROM registration.webhook_deliveries d JOIN registration.webhook_events e ON e.id = d.event
             WHERE d.endpoint = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3",
        )
        .await?;
    let rows = client.query(&statement, &[&endpoint, &before, &limit]).await?;
    let listed = |row: &Row| StoredDelivery {
        id: row.get("id"),
        message: row.get("message"),
        kind: row.get("kind"),
        subject: row.get("subject"),
        at: row.get("at"),
        tries: row.get("tries"),
        next_try_at: row.get("next_try_at"),
        done: row.get::<_, Option<Timestamp>>("done_at").zip(row.get("outcome")),
    };
    Ok(rows.iter().map(listed).collect())
}

/// How many of an endpoint wait, counted up to `most`.
pub(crate) async fn waiting(client: &impl GenericClient, endpoint: Uuid, most: i64) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS waiting FROM (SELECT FROM registration.webhook_deliveries
                 WHERE endpoint = $1 AND done_at IS NULL LIMIT $2) w",
        )
        .await?;
    Ok(client.query_one(&statement, &[&endpoint, &most]).await?.get("waiting"))
}

/// Tells an endpoint one more event.
pub(crate) async fn add(
    client: &impl GenericClient,
    endpoint: Uuid,
    event: i64,
    subject: &str,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.webhook_deliveries (endpoint, event, subject) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&endpoint, &event, &subject]).await?;
    Ok(())
}

/// Sends again, from the first try on: this one, whatever became of it; or up to `limit` that were given up of events since a
/// moment. How many.
pub(crate) async fn again(
    client: &impl GenericClient,
    endpoint: Uuid,
    (one, since): (Option<i64>, Timestamp),
    now: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_deliveries SET done_at = NULL, outcome = NULL, tries = 0, next_try_at = $4
             WHERE id IN (SELECT d.id FROM registration.webhook_deliveries d
                 JOIN registration.webhook_events e ON e.id = d.event
                 WHERE d.endpoint = $1 AND CASE WHEN $2::bigint IS NULL THEN d.outcome = 'given_up' AND e.at >= $3
                     ELSE d.id = $2 END
                 ORDER BY d.id LIMIT $5)",
        )
        .await?;
    Ok(client.execute(&statement, &[&endpoint, &one, &since, &now, &limit]).await?)
}

/// Gives some up that wait for nothing: those that were due to endpoints that are told nothing before a moment, and those that were
/// taken so often without a word of what came of it; up to `limit` of each. How many.
pub(crate) async fn give_up(
    client: &impl GenericClient,
    (before, tries_max): (Timestamp, i16),
    now: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.webhook_deliveries SET done_at = $2, outcome = 'given_up'
             WHERE done_at IS NULL AND id IN (
                 (SELECT d.id FROM registration.webhook_endpoints x
                  JOIN registration.webhook_deliveries d ON d.endpoint = x.id AND d.done_at IS NULL AND d.next_try_at < $1
                  WHERE x.disabled_at IS NOT NULL LIMIT $3)
                 UNION ALL
                 (SELECT d.id FROM registration.webhook_endpoints x
                  JOIN registration.webhook_deliveries d ON d.endpoint = x.id AND d.done_at IS NULL AND d.next_try_at <= $2
                  WHERE x.disabled_at IS NULL AND d.tries >= $4 LIMIT $3))",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &now, &limit, &tries_max]).await?)
}
