//! Table `reservation.sittings`, read only.

use tokio_postgres::{Client, Error};

/// A sitting as the ledger counts it.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number within the exam.
    pub(super) number: i32,
    /// The id of the sitting.
    pub(super) id: String,
    /// Seats that may be confirmed.
    pub(super) promised: i32,
    /// Seats that are.
    pub(super) confirmed: i32,
}

/// The sittings of an exam.
pub(super) async fn of(client: &Client, exam: &str) -> Result<Vec<Row>, Error> {
    let rows = client
        .query(
            "SELECT number, id, promised, confirmed FROM reservation.sittings WHERE exam = $1 ORDER BY number",
            &[&exam],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| Row {
        number: row.get("number"),
        id: row.get("id"),
        promised: row.get("promised"),
        confirmed: row.get("confirmed"),
    };
    Ok(rows.iter().map(read).collect())
}
