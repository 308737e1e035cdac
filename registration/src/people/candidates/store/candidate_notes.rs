//! The table `candidate_notes`: what staff note about a candidate. Rows are added and struck out, and never changed.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::store::StoreError;

/// A note as it is stored: the text is ciphertext.
pub(in crate::people::candidates) struct StoredNote {
    pub(in crate::people::candidates) id: Uuid,
    pub(in crate::people::candidates) text: Vec<u8>,
    pub(in crate::people::candidates) staff: StaffId,
    pub(in crate::people::candidates) staff_name: String,
    pub(in crate::people::candidates) at: Timestamp,
    pub(in crate::people::candidates) struck_at: Option<Timestamp>,
}

/// Adds a note.
pub(in crate::people::candidates) async fn insert(
    client: &impl GenericClient,
    (id, account): (Uuid, Uuid),
    text: &[u8],
    staff: StaffId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.candidate_notes (id, account, text, staff, at) VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    client.execute(&statement, &[&id, &account, &text, &staff.0, &at]).await?;
    Ok(())
}

/// Strikes a note of this account out. False when it is somebody else's, struck out already, or not there.
pub(in crate::people::candidates) async fn strike(
    client: &impl GenericClient,
    (id, account): (Uuid, Uuid),
    staff: StaffId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.candidate_notes SET struck_at = $4
             WHERE id = $1 AND account = $2 AND staff = $3 AND struck_at IS NULL",
        )
        .await?;
    Ok(client.execute(&statement, &[&id, &account, &staff.0, &at]).await? == 1)
}

/// The newest notes about an account.
pub(in crate::people::candidates) async fn of_account(
    client: &impl GenericClient,
    account: Uuid,
    limit: i64,
) -> Result<Vec<StoredNote>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT n.id, n.text, n.staff, s.name AS staff_name, n.at, n.struck_at
             FROM registration.candidate_notes n JOIN registration.staff s ON s.id = n.staff
             WHERE n.account = $1 ORDER BY n.at DESC, n.id DESC LIMIT $2",
        )
        .await?;
    let read = |row: &tokio_postgres::Row| StoredNote {
        id: row.get("id"),
        text: row.get("text"),
        staff: StaffId(row.get("staff")),
        staff_name: row.get("staff_name"),
        at: row.get("at"),
        struck_at: row.get("struck_at"),
    };
    Ok(client.query(&statement, &[&account, &limit]).await?.iter().map(read).collect())
}
