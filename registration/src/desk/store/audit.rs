//! The table `audit`: who did what to what, and when. Lines are only ever added.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use crate::model::actor::Actor;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// A line to be added.
pub(crate) struct NewLine<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) action: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) seen: Option<&'a str>,
    pub(crate) detail: Option<&'a str>,
}

/// A line as it is stored.
pub(crate) struct StoredLine {
    pub(crate) at: Timestamp,
    pub(crate) actor: Actor,
    /// The login name of staff.
    pub(crate) staff_name: Option<String>,
    pub(crate) action: String,
    pub(crate) seen: Option<String>,
    pub(crate) detail: Option<String>,
}

/// Adds a line.
pub(crate) async fn insert(client: &impl GenericClient, line: &NewLine<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.audit (at, actor_kind, staff, actor_id, action, subject, seen, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .await?;
    let NewLine { at, actor, action, subject, seen, detail } = line;
    let staff = actor.staff().map(|staff| staff.0);
    let other = actor.id().filter(|_| staff.is_none());
    let row: [&(dyn ToSql + Sync); 8] = [at, &actor.kind(), &staff, &other, action, subject, seen, detail];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// Has this member of staff looked at exactly that? Lines are only ever added, so a yes stays one.
pub(crate) async fn has_looked(
    client: &impl GenericClient,
    staff: StaffId,
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
    Ok(client.query_one(&statement, &[&subject, &staff.0, &action, &seen]).await?.get(0))
}

/// The newest lines about something.
pub(crate) async fn of(client: &impl GenericClient, subject: &str, limit: i64) -> Result<Vec<StoredLine>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.at, a.actor_kind, coalesce(a.staff::text, a.actor_id) AS actor, s.name AS staff_name, a.action,
                 a.seen, a.detail
             FROM registration.audit a LEFT JOIN registration.staff s ON s.id = a.staff
             WHERE a.subject = $1 ORDER BY a.id DESC LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&subject, &limit]).await?;
    let read = |row: &tokio_postgres::Row| {
        let actor =
            Actor::from_stored(row.get("actor_kind"), row.get("actor")).map_err(|_| StoreError::Corrupt("an actor"))?;
        Ok(StoredLine {
            at: row.get("at"),
            actor,
            staff_name: row.get("staff_name"),
            action: row.get("action"),
            seen: row.get("seen"),
            detail: row.get("detail"),
        })
    };
    rows.iter().map(read).collect()
}
