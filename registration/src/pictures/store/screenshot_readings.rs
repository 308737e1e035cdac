//! The table `screenshot_readings`: which pictures of payments are to be read, and what was read on them.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::model::order::OrderId;
use crate::store::StoreError;

/// How far the machine is with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum StoredReading {
    /// It is to be read.
    Waiting,
    /// It is compared with others by its looks; there was no reader.
    Marked,
    /// It was read, whatever was found.
    Read,
    /// It was given up.
    Unread,
}

/// A picture whose turn it is.
pub(crate) struct Due {
    pub(crate) screenshot: Uuid,
    pub(crate) order: OrderId,
    /// How often it was begun, this time counted.
    pub(crate) tries: i16,
}

/// Takes the next picture: nobody else does until `until`. Those that wait come before those from before anything was read.
pub(crate) async fn take_due(
    client: &impl GenericClient,
    now: Timestamp,
    until: Timestamp,
    has_reader: bool,
) -> Result<Option<Due>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.screenshot_readings r SET due_at = $2, tries = r.tries + 1
             FROM registration.screenshots s
             WHERE s.id = r.screenshot AND r.screenshot = (
                 SELECT d.screenshot FROM registration.screenshot_readings d
                 WHERE d.state IN ('waiting', 'marked') AND (d.state = 'waiting' OR $3) AND d.due_at <= $1
                 ORDER BY d.is_old, d.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING r.screenshot, r.tries, s.order_id",
        )
        .await?;
    let Some(row) = client.query_opt(&statement, &[&now, &until, &has_reader]).await? else { return Ok(None) };
    let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
    Ok(Some(Due { screenshot: row.get("screenshot"), order, tries: row.get("tries") }))
}

/// Lets a picture be tried again.
pub(crate) async fn later(client: &impl GenericClient, screenshot: Uuid, due_at: Timestamp) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.screenshot_readings SET due_at = $2 WHERE screenshot = $1").await?;
    client.execute(&statement, &[&screenshot, &due_at]).await?;
    Ok(())
}

/// What became of a picture.
pub(crate) struct Outcome<'a> {
    pub(crate) screenshot: Uuid,
    pub(crate) state: StoredReading,
    pub(crate) said: &'a [u8],
    pub(crate) number_index: Option<[u8; 32]>,
    pub(crate) merchant_index: Option<[u8; 32]>,
    pub(crate) at: Timestamp,
}

/// Writes what became of a picture. One that was only marked is tried anew once there is a reader.
pub(crate) async fn finish(client: &impl GenericClient, outcome: &Outcome<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.screenshot_readings
             SET state = $2, said = $3, number_index = $4, merchant_index = $5, done_at = $6, due_at = $6,
                 tries = CASE WHEN $2 = 'marked' THEN 0 ELSE tries END
             WHERE screenshot = $1",
        )
        .await?;
    let Outcome { screenshot, state, said, number_index, merchant_index, at } = outcome;
    let (number, merchant) = (number_index.as_ref().map(|it| &it[..]), merchant_index.as_ref().map(|it| &it[..]));
    let state: &'static str = state.into();
    client.execute(&statement, &[screenshot, &state, said, &number, &merchant, at]).await?;
    Ok(())
}

/// How far the machine is with a picture, and what it read there, sealed. `None`: it was never handed over to it.
pub(crate) async fn get(
    client: &impl GenericClient,
    screenshot: Uuid,
) -> Result<Option<(StoredReading, Option<Vec<u8>>)>, StoreError> {
    let statement =
        client.prepare_cached("SELECT state, said FROM registration.screenshot_readings WHERE screenshot = $1").await?;
    let Some(row) = client.query_opt(&statement, &[&screenshot]).await? else { return Ok(None) };
    let state = row.get::<_, &str>("state").parse().map_err(|_| StoreError::Corrupt("a reading's state"))?;
    Ok(Some((state, row.get("said"))))
}
