//! The table `staff`.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::store::{StoreError, violates};

/// Somebody of the staff as stored.
pub(crate) struct StoredStaff {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) duty: StoredDuty,
    pub(crate) password_hash: String,
    pub(crate) session_epoch: i32,
    pub(crate) disabled_at: Option<Timestamp>,
}

/// What somebody is there for as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredDuty {
    pub(crate) role: String,
    /// What the version before takes the role for.
    pub(crate) role_before: String,
    pub(crate) exams: Option<Vec<String>>,
    pub(crate) sites: Option<Vec<Uuid>>,
    pub(crate) schools: Option<Vec<String>>,
}

/// The columns of a member, who is `m`.
macro_rules! columns {
    () => {
        "m.id, m.name, coalesce(m.acts_as, m.role) AS role, m.role AS role_before, m.of_exams, m.of_sites, m.of_schools,
         m.password_hash, m.session_epoch, m.disabled_at"
    };
}
pub(super) use columns;

/// What every query of staff begins with.
const SELECT: &str = concat!("SELECT ", columns!(), " FROM registration.staff m");

/// Adds somebody. False when the name is taken.
pub(crate) async fn insert(
    client: &impl GenericClient,
    staff: &StoredStaff,
    created_at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.staff
                 (id, name, role, acts_as, of_exams, of_sites, of_schools, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .await?;
    let StoredStaff { id, name, duty, password_hash, .. } = staff;
    let StoredDuty { role, role_before, exams, sites, schools } = duty;
    let row: [&(dyn ToSql + Sync); 9] =
        [id, name, role_before, role, exams, sites, schools, password_hash, &created_at];
    match client.execute(&statement, &row).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "staff_one_per_name") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Somebody by id.
pub(crate) async fn get(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredStaff>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE m.id = $1")).await?;
    Ok(client.query_opt(&statement, &[&id]).await?.map(|row| read(&row)))
}

/// Somebody by login name.
pub(crate) async fn by_name(client: &impl GenericClient, name: &str) -> Result<Option<StoredStaff>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE m.name = $1")).await?;
    Ok(client.query_opt(&statement, &[&name]).await?.map(|row| read(&row)))
}

/// Keeps somebody's row as it is until the transaction ends: what they have to show is changed by one at a time.
pub(crate) async fn lock(transaction: &impl GenericClient, id: Uuid) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("SELECT id FROM registration.staff WHERE id = $1 FOR UPDATE").await?;
    transaction.query_opt(&statement, &[&id]).await?;
    Ok(())
}

/// Keeps all rows of administrators as they are until the transaction ends: of two who would take the last ones' places one
/// waits for the other. Their keys stay, so whoever writes a row that refers to one does not wait: whoever decides a case has
/// locked it, for which this transaction may wait.
pub(crate) async fn lock_all(transaction: &impl GenericClient) -> Result<(), StoreError> {
    let all = "SELECT id FROM registration.staff ORDER BY id FOR NO KEY UPDATE";
    let statement = transaction.prepare_cached(all).await?;
    transaction.query(&statement, &[]).await?;
    Ok(())
}

/// Is there somebody of this name, and is there anybody else?
pub(crate) async fn is_there_and_others(client: &impl GenericClient, name: &str) -> Result<(bool, bool), StoreError> {
    let row = client
        .query_one(
            "SELECT EXISTS (SELECT FROM registration.staff WHERE name = $1) AS is_there,
                 EXISTS (SELECT FROM registration.staff WHERE name <> $1) AS has_others",
            &[&name],
        )
        .await?;
    Ok((row.get("is_there"), row.get("has_others")))
}

/// Everybody, by name.
pub(crate) async fn all(client: &impl GenericClient, limit: i64) -> Result<Vec<StoredStaff>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} ORDER BY m.name LIMIT $1")).await?;
    Ok(client.query(&statement, &[&limit]).await?.iter().map(read).collect())
}

/// Somebody, and how they sign in.
pub(crate) struct StoredLine {
    pub(crate) staff: StoredStaff,
    pub(crate) has_app: bool,
    pub(crate) passkeys: i64,
    pub(crate) codes_left: i64,
    /// When the last sign-in that went all the way began.
    pub(crate) last_at: Option<Timestamp>,
    /// Until when a link is good by which they choose a password.
    pub(crate) link_until: Option<Timestamp>,
    /// Whoever was invited has joined, was given a password, or has come from an identity provider.
    pub(crate) has_joined: bool,
    /// Whom the member is at an identity provider.
    pub(crate) subject: Option<String>,
}

/// Everybody or somebody, by name, with how they sign in. `is_asked`: a sign-in counts once a second factor was shown.
pub(crate) async fn lines(
    client: &impl GenericClient,
    name: Option<&str>,
    (is_asked, now): (bool, Timestamp),
    limit: i64,
) -> Result<Vec<StoredLine>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT FROM registration.staff_factors f WHERE f.staff = m.id) AS has_app,
                 (SELECT count(*) FROM registration.staff_passkeys p WHERE p.staff = m.id) AS passkeys,
                 (SELECT count(*) FROM registration.staff_recovery_codes c
                  WHERE c.staff = m.id AND c.used_at IS NULL) AS codes_left,
                 (SELECT max(s.began_at) FROM registration.staff_sessions s
                  WHERE s.staff = m.id AND (s.factor_at IS NOT NULL OR NOT $2)) AS last_at,
                 (SELECT max(l.expires_at) FROM registration.staff_links l
                  WHERE l.staff = m.id AND l.used_at IS NULL AND l.expires_at > $3) AS link_until,
                 NOT EXISTS (SELECT FROM registration.audit i
                     WHERE i.subject = 'staff.' || m.name AND i.action = 'staff.invited')
                     OR EXISTS (SELECT FROM registration.audit j
                         WHERE j.subject = 'staff.' || m.name AND j.action IN ('staff.joined', 'staff.password',
                             'staff_signed_in_by_provider'))
                     AS has_joined,
                 (SELECT p.subject FROM registration.staff_subjects p
                  WHERE p.staff = m.id ORDER BY p.linked_at DESC LIMIT 1) AS subject
             FROM registration.staff m WHERE $1::text IS NULL OR m.name = $1 ORDER BY m.name LIMIT $4"
        ))
        .await?;
    let rows = client.query(&statement, &[&name, &is_asked, &now, &limit]).await?;
    let line = |row: &Row| StoredLine {
        staff: read(row),
        has_app: row.get("has_app"),
        passkeys: row.get("passkeys"),
        codes_left: row.get("codes_left"),
        last_at: row.get("last_at"),
        link_until: row.get("link_until"),
        has_joined: row.get("has_joined"),
        subject: row.get("subject"),
    };
    Ok(rows.iter().map(line).collect())
}

/// Somebody is there for something else from now on.
pub(crate) async fn set_duty(client: &impl GenericClient, id: Uuid, duty: &StoredDuty) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff SET role = $2, acts_as = $3, of_exams = $4, of_sites = $5, of_schools = $6
             WHERE id = $1",
        )
        .await?;
    let StoredDuty { role, role_before, exams, sites, schools } = duty;
    client.execute(&statement, &[&id, role_before, role, exams, sites, schools]).await?;
    Ok(())
}

/// How many others may sign in who are administrators of everything.
pub(crate) async fn other_administrators(client: &impl GenericClient, id: Uuid) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS count FROM registration.staff
             WHERE id <> $1 AND coalesce(acts_as, role) = 'administrator' AND disabled_at IS NULL
                 AND of_exams IS NULL AND of_sites IS NULL AND of_schools IS NULL",
        )
        .await?;
    Ok(client.query_one(&statement, &[&id]).await?.get("count"))
}

/// Ends every sign-in of somebody.
pub(crate) async fn end_sessions(client: &impl GenericClient, id: Uuid) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.staff SET session_epoch = session_epoch + 1 WHERE id = $1").await?;
    client.execute(&statement, &[&id]).await?;
    Ok(())
}

/// Another password; every sign-in of before is over.
pub(crate) async fn set_password(client: &impl GenericClient, id: Uuid, password_hash: &str) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff SET password_hash = $2, session_epoch = session_epoch + 1 WHERE id = $1",
        )
        .await?;
    client.execute(&statement, &[&id, &password_hash]).await?;
    Ok(())
}

/// Disabled since when, or `None` for enabled again; every sign-in of before is over.
pub(crate) async fn set_disabled(
    client: &impl GenericClient,
    id: Uuid,
    disabled_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff SET disabled_at = $2, session_epoch = session_epoch + 1 WHERE id = $1",
        )
        .await?;
    client.execute(&statement, &[&id, &disabled_at]).await?;
    Ok(())
}

/// Somebody, of a row that has all of their columns.
pub(crate) fn read(row: &Row) -> StoredStaff {
    StoredStaff {
        id: row.get("id"),
        name: row.get("name"),
        duty: StoredDuty {
            role: row.get("role"),
            role_before: row.get("role_before"),
            exams: row.get("of_exams"),
            sites: row.get("of_sites"),
            schools: row.get("of_schools"),
        },
        password_hash: row.get("password_hash"),
        session_epoch: row.get("session_epoch"),
        disabled_at: row.get("disabled_at"),
    }
}
