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
    pub(crate) seen: Option<String>,
}

/// Adds a line about something that nothing else can take the place of.
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

/// Adds a line that says which picture, or which hand-in, of the subject was seen.
pub(crate) async fn insert_seen(
    client: &impl GenericClient,
    at: Timestamp,
    staff: Uuid,
    action: &str,
    subject: &str,
    seen: &str,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("INSERT INTO registration.audit (at, staff, action, subject, seen) VALUES ($1, $2, $3, $4, $5)")
        .await?;
    client.execute(&statement, &[&at, &staff, &action, &subject, &seen]).await?;
    Ok(())
}

/// Has this member of staff looked at exactly that? Lines are only ever added, so a yes stays one.
pub(crate) async fn has_looked(
    client: &impl GenericClient,
    staff: Uuid,
    action: &str,
    subject: &str,
    seen: &str,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.audit
                 WHERE subject = $1 AND staff = $2 AND action = $3 AND seen = $4)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&subject, &staff, &action, &seen]).await?.get(0))
}

/// The newest lines about something.
pub(crate) async fn of(client: &impl GenericClient, subject: &str, limit: i64) -> Result<Vec<StoredAudit>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.at, s.name, a.action, a.seen FROM registration.audit a
             JOIN registration.staff s ON s.id = a.staff
             WHERE a.subject = $1 ORDER BY a.id DESC LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&subject, &limit]).await?;
    let read = |row: &tokio_postgres::Row| StoredAudit {
        at: row.get(0),
        staff: row.get(1),
        action: row.get(2),
        seen: row.get(3),
    };
    Ok(rows.iter().map(read).collect())
}
