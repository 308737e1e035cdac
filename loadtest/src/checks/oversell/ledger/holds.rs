//! Table `reservation.holds`, read only.

use tokio_postgres::{Client, Error};

/// Live holds of one sitting.
#[derive(Debug)]
pub(super) struct Count {
    /// The sitting's number.
    pub(super) sitting: i32,
    /// Held, frozen or confirmed.
    pub(super) live: i64,
    /// How many of them are confirmed.
    pub(super) confirmed: i64,
}

/// Live holds by sitting.
pub(super) async fn counts(client: &Client, exam: &str) -> Result<Vec<Count>, Error> {
    let rows = client
        .query(
            "SELECT sitting, count(*) AS live, count(*) FILTER (WHERE state = 'confirmed') AS confirmed
             FROM reservation.holds
             WHERE exam = $1 AND state IN ('held', 'frozen', 'confirmed') GROUP BY sitting",
            &[&exam],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Count { sitting: row.get("sitting"), live: row.get("live"), confirmed: row.get("confirmed") })
        .collect())
}

/// How many candidates have more than one live hold in a group.
pub(super) async fn twice(client: &Client, exam: &str) -> Result<i64, Error> {
    let row = client
        .query_one(
            "SELECT count(*) AS candidates FROM (
                 SELECT FROM reservation.holds WHERE exam = $1 AND state IN ('held', 'frozen', 'confirmed')
                 GROUP BY candidate, group_number HAVING count(*) > 1) AS twice",
            &[&exam],
        )
        .await?;
    Ok(row.get("candidates"))
}
