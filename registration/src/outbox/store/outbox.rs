//! The table `outbox`: what must leave, until it is done and for a while after that.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use strum::{EnumString, IntoStaticStr};

use crate::model::ids::AccountId;
use crate::store::StoreError;

/// How a row came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Outcome {
    /// A gateway took it.
    Sent,
    /// Nobody can be told: there is no address that was proved, or the gateway says that there is none.
    Undeliverable,
    /// It was tried often enough, or waited long enough.
    GivenUp,
}

/// A row to be added.
#[derive(Debug)]
pub(crate) struct NewRow<'a> {
    pub(crate) topic: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) account: Option<AccountId>,
    pub(crate) exam: Option<&'a ExamId>,
    /// A JSON object.
    pub(crate) payload: &'a str,
    pub(crate) now: Timestamp,
}

/// A row, taken to be worked on now.
#[derive(Debug)]
pub(crate) struct StoredRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) exam: Option<ExamId>,
    /// A JSON object.
    pub(crate) payload: String,
    /// How often it was tried, this time included.
    pub(crate) tries: i16,
}

/// Which rows of a topic a worker takes.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) topic: &'a str,
    /// The kinds that this version knows. Others are left for the version that wrote them.
    pub(crate) kinds: &'a [&'a str],
    pub(crate) tries_max: i16,
}

/// Which rows have waited for nothing.
#[derive(Debug)]
pub(crate) struct Stale<'a> {
    /// Rows of any topic that were made before.
    pub(crate) any_before: Timestamp,
    /// The topic of which others are stale, too:
    pub(crate) topic: &'a str,
    /// those made before this moment,
    pub(crate) topic_before: Timestamp,
    /// and those that were tried so often: whoever tried last died.
    pub(crate) tries_max: i16,
}

/// Adds a row, in the transaction of what it tells of.
pub(crate) async fn add(client: &impl GenericClient, row: &NewRow<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.outbox (topic, kind, account, exam, payload, made_at, next_try_at)
             VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $6)",
        )
        .await?;
    let NewRow { topic, kind, account, exam, payload, now } = row;
    client
        .execute(&statement, &[topic, kind, &account.map(|id| id.0), &exam.map(ExamId::as_str), payload, now])
        .await?;
    Ok(())
}

/// Adds a row of one kind for each account, with what it is about: many at once, in the transaction of what they tell of.
pub(crate) async fn add_all(
    client: &impl GenericClient,
    (topic, kind): (&str, &str),
    exam: &ExamId,
    told: &[(AccountId, String)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.outbox (topic, kind, account, exam, payload, made_at, next_try_at)
             SELECT $1::text, $2::text, u.account, $3::text, u.payload::jsonb, $6::timestamptz, $6
             FROM unnest($4::uuid[], $5::text[]) AS u(account, payload)",
        )
        .await?;
    let (accounts, payloads): (Vec<uuid::Uuid>, Vec<&str>) =
        told.iter().map(|(account, payload)| (account.0, payload.as_str())).unzip();
    client.execute(&statement, &[&topic, &kind, &exam.as_str(), &accounts, &payloads, &now]).await?;
    Ok(())
}

/// Takes up to `limit` that are due. Whoever does not [`finish`] one sees it again: after a minute, then after four times
/// as long each time.
pub(crate) async fn claim(
    client: &impl GenericClient,
    wanted: &Wanted<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredRow>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.outbox o
             SET tries = o.tries + 1, next_try_at = $1 + interval '1 minute' * power(4, least(o.tries, 6))
             FROM (SELECT id FROM registration.outbox
                   WHERE done_at IS NULL AND next_try_at <= $1 AND topic = $2 AND kind = ANY($3) AND tries < $4
                   ORDER BY next_try_at, id LIMIT $5 FOR UPDATE SKIP LOCKED) due
             WHERE o.id = due.id
             RETURNING o.id, o.kind, o.account, o.exam, o.payload::text, o.tries",
        )
        .await?;
    let Wanted { topic, kinds, tries_max } = wanted;
    let rows = client.query(&statement, &[&now, topic, kinds, tries_max, &limit]).await?;
    let read = |row: &tokio_postgres::Row| StoredRow {
        id: row.get("id"),
        kind: row.get("kind"),
        account: row.get::<_, Option<_>>("account").map(AccountId),
        // One that cannot be read keeps neither this row nor the others of its batch from being worked on.
        exam: row.get::<_, Option<&str>>("exam").and_then(|id| id.parse().ok()),
        payload: row.get("payload"),
        tries: row.get("tries"),
    };
    Ok(rows.iter().map(read).collect())
}

/// It has come to its end, and an address of its own is forgotten. False when it had before.
pub(crate) async fn finish(
    client: &impl GenericClient,
    id: i64,
    outcome: Outcome,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.outbox SET done_at = $3, outcome = $2, payload = payload - 'to'
             WHERE id = $1 AND done_at IS NULL",
        )
        .await?;
    let outcome: &str = outcome.into();
    Ok(client.execute(&statement, &[&id, &outcome, &now]).await? == 1)
}

/// It could not be tried at all: the try that [`claim`] counted is none, and the next one is at `until`.
pub(crate) async fn put_off(client: &impl GenericClient, id: i64, until: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.outbox SET tries = greatest(tries - 1, 0), next_try_at = $2
             WHERE id = $1 AND done_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&id, &until]).await?;
    Ok(())
}

/// Gives up to `limit` rows up that are stale; answers their topics, one for each.
pub(crate) async fn give_up(
    client: &impl GenericClient,
    stale: &Stale<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.outbox SET done_at = $1, outcome = $2, payload = payload - 'to' WHERE id IN
                 (SELECT id FROM registration.outbox
                  WHERE done_at IS NULL AND next_try_at <= $1
                      AND (made_at < $3 OR topic = $4 AND (made_at < $5 OR tries >= $6))
                  ORDER BY next_try_at, id LIMIT $7 FOR UPDATE SKIP LOCKED)
             RETURNING topic",
        )
        .await?;
    let outcome: &str = Outcome::GivenUp.into();
    let Stale { any_before, topic, topic_before, tries_max } = stale;
    let rows = client.query(&statement, &[&now, &outcome, any_before, topic, topic_before, tries_max, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("topic")).collect())
}

/// Since when the row is due that has been due for longest, if any is.
pub(crate) async fn oldest_due(client: &impl GenericClient, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT next_try_at FROM registration.outbox WHERE done_at IS NULL AND next_try_at <= $1
             ORDER BY next_try_at, id LIMIT 1",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&now]).await?.map(|row| row.get("next_try_at")))
}

/// Forgets up to `limit` rows that were done before, with their attempts.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.outbox WHERE id IN
                 (SELECT id FROM registration.outbox WHERE done_at < $1 ORDER BY done_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
