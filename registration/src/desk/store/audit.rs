//! The table `audit`: who did what to what, and when. Lines are only ever added.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use crate::desk::audit::sought::Sought;
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

/// The same of a look since then.
pub(crate) async fn has_looked_since(
    client: &impl GenericClient,
    staff: StaffId,
    action: &str,
    (subject, seen): (&str, &str),
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.audit
                 WHERE subject = $1 AND staff = $2 AND action = $3 AND seen = $4 AND at >= $5)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&subject, &staff.0, &action, &seen, &since]).await?.get(0))
}

/// Has one of the two done any of these to the other's account, since then?
pub(crate) async fn are_tied(
    client: &impl GenericClient,
    (one, other): (StaffId, StaffId),
    actions: &[&str],
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.audit a JOIN registration.staff s ON a.subject = 'staff.' || s.name
                 WHERE (a.staff = $1 AND s.id = $2 OR a.staff = $2 AND s.id = $1) AND a.action = ANY ($3) AND a.at >= $4)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&one.0, &other.0, &actions, &since]).await?.get(0))
}

/// Is there anybody who could be behind both? Behind somebody is whoever has done any of these to their account since then, and
/// whoever is behind those; and they themselves. Each is looked at once, so it ends with the staff there are.
pub(crate) async fn have_one_behind(
    client: &impl GenericClient,
    (one, other): (StaffId, StaffId),
    actions: &[&str],
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "WITH RECURSIVE behind (whom, who) AS (
                 VALUES ($1::uuid, $1::uuid), ($2::uuid, $2::uuid)
                 UNION
                 SELECT b.whom, a.staff FROM behind b JOIN registration.staff s ON s.id = b.who
                 JOIN registration.audit a ON a.subject = 'staff.' || s.name
                 WHERE a.staff IS NOT NULL AND a.action = ANY ($3) AND a.at >= $4)
             SELECT EXISTS (SELECT FROM behind a JOIN behind b ON b.who = a.who WHERE a.whom = $1 AND b.whom = $2)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&one.0, &other.0, &actions, &since]).await?.get(0))
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
    client.query(&statement, &[&subject, &limit]).await?.iter().map(read).collect()
}

/// The newest lines of those that are sought: number, place in the chain, subject, and what each says.
pub(crate) async fn search(
    client: &impl GenericClient,
    sought: &Sought,
    limit: i64,
) -> Result<Vec<(i64, Option<i64>, String, StoredLine)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.id, c.seq, a.subject, a.at, a.actor_kind, coalesce(a.staff::text, a.actor_id) AS actor,
                 s.name AS staff_name, a.action, a.seen, a.detail
             FROM registration.audit a
             LEFT JOIN registration.staff s ON s.id = a.staff
             LEFT JOIN registration.audit_chain c ON c.line = a.id
             WHERE ($1::text IS NULL OR a.staff = (SELECT id FROM registration.staff WHERE name = $1))
                 AND ($2::text IS NULL OR a.action = $2 OR ($2 LIKE '%.' AND starts_with(a.action, $2)))
                 AND ($3::text IS NULL OR a.subject = $3)
                 AND ($4::timestamptz IS NULL OR a.at >= $4)
                 AND ($5::timestamptz IS NULL OR a.at < $5)
                 AND ($6::bigint IS NULL OR a.id < $6)
             ORDER BY a.id DESC LIMIT $7",
        )
        .await?;
    let Sought { staff, action, subject, from, until, before } = sought;
    let rows = client.query(&statement, &[staff, action, subject, from, until, before, &limit]).await?;
    rows.iter().map(|row| Ok((row.get("id"), row.get("seq"), row.get("subject"), read(row)?))).collect()
}

fn read(row: &tokio_postgres::Row) -> Result<StoredLine, StoreError> {
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
}
