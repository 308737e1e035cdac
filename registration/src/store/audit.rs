//! The table `audit`: who did what to what, and when.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// One line of the audit.
pub(crate) struct StoredAudit {
    pub(crate) at: Timestamp,
    pub(crate) staff: String,
    pub(crate) action: String,
}

/// Adds a line.
pub(crate) async fn insert(
    client: &impl GenericClient,
    at: Timestamp,
    staff: Uuid,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("INSERT INTO registration.audit (at, staff, action, subject) VALUES ($1, $2, $3, $4)")
        .await?;
    client.execute(&statement, &[&at, &staff, &action, &subject]).await?;
    Ok(())
}

/// The newest lines about something.
pub(crate) async fn of(client: &impl GenericClient, subject: &str, limit: i64) -> Result<Vec<StoredAudit>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.at, s.name, a.action FROM registration.audit a JOIN registration.staff s ON s.id = a.staff
             WHERE a.subject = $1 ORDER BY a.id DESC LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&subject, &limit]).await?;
    Ok(rows.iter().map(|row| StoredAudit { at: row.get(0), staff: row.get(1), action: row.get(2) }).collect())
}
