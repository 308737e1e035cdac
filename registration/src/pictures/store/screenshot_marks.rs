//! The table `screenshot_marks`: by which lines of text a picture is found again.

use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::pictures::store::screenshots::Other;
use crate::store::StoreError;

/// Pictures that share a line: a line on more of them is a label, and tells nothing.
const COMMON: i64 = 64;

/// Writes the marks of a picture anew.
pub(crate) async fn replace(client: &impl GenericClient, screenshot: Uuid, marks: &[i64]) -> Result<(), StoreError> {
    let delete = client.prepare_cached("DELETE FROM registration.screenshot_marks WHERE screenshot = $1").await?;
    client.execute(&delete, &[&screenshot]).await?;
    let insert = client
        .prepare_cached(
            "INSERT INTO registration.screenshot_marks (mark, screenshot) SELECT DISTINCT m, $2::uuid FROM unnest($1::bigint[]) m",
        )
        .await?;
    client.execute(&insert, &[&marks, &screenshot]).await?;
    Ok(())
}

/// Another picture that shares lines with one, and what it was found to say.
pub(crate) struct Sharing {
    pub(crate) other: Other,
    pub(crate) said: Vec<u8>,
}

/// Accepted pictures that share the most lines with this one, at most `limit`. Lines that are on more than [`COMMON`] pictures
/// do not count. Costs one look into the index for each line, and at most [`COMMON`] + 1 entries there, however many
/// pictures there are.
pub(crate) async fn sharing(
    client: &impl GenericClient,
    screenshot: Uuid,
    limit: i64,
) -> Result<Vec<Sharing>, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH found AS (
                 SELECT m.mark, h.screenshot, count(*) OVER (PARTITION BY m.mark) AS many
                 FROM registration.screenshot_marks m
                 CROSS JOIN LATERAL (
                     SELECT s.screenshot FROM registration.screenshot_marks s WHERE s.mark = m.mark LIMIT $2::bigint + 1
                 ) h
                 WHERE m.screenshot = $1
             ), most AS (
                 SELECT screenshot, count(*) AS lines FROM found WHERE many <= $2 AND screenshot <> $1
                 GROUP BY screenshot ORDER BY lines DESC, screenshot DESC LIMIT $3
             )
             SELECT s.id, s.order_id, o.exam, o.account, o.amount_fen, r.said
             FROM most
             JOIN registration.screenshots s ON s.id = most.screenshot AND s.accepted_at IS NOT NULL
             JOIN registration.screenshot_readings r ON r.screenshot = s.id AND r.said IS NOT NULL
             JOIN registration.orders o ON o.id = s.order_id
             ORDER BY most.lines DESC, s.accepted_at DESC",
        )
        .await?;
    let rows = client.query(&statement, &[&screenshot, &COMMON, &limit]).await?;
    rows.iter().map(|row| Ok(Sharing { other: Other::read(row)?, said: row.get("said") })).collect()
}
