//! The table `invigilators`: at which doors who works.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::ids::StaffId;
use crate::model::room::checkin::Entrance;
use crate::store::StoreError;

/// Somebody who works at an entrance, as it is stored.
pub(crate) struct StoredInvigilator {
    pub(crate) staff: StaffId,
    pub(crate) name: String,
    pub(crate) given_by: String,
    pub(crate) given_at: Timestamp,
    pub(crate) is_disabled: bool,
}

/// Does this member of staff work there?
pub(crate) async fn works_at(
    client: &impl GenericClient,
    entrance: &Entrance,
    staff: StaffId,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.invigilators
                 WHERE exam = $1 AND sitting = $2 AND site = $3 AND staff = $4) AS works_there",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let row = client.query_one(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &staff.0]).await?;
    Ok(row.get("works_there"))
}

/// Who works there, by name; at most so many.
pub(crate) async fn at(
    client: &impl GenericClient,
    entrance: &Entrance,
    limit: i64,
) -> Result<Vec<StoredInvigilator>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT i.staff, s.name, g.name AS given_by, i.given_at, s.disabled_at IS NOT NULL AS is_disabled
             FROM registration.invigilators i JOIN registration.staff s ON s.id = i.staff
             JOIN registration.staff g ON g.id = i.given_by
             WHERE i.exam = $1 AND i.sitting = $2 AND i.site = $3 ORDER BY s.name LIMIT $4",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &limit]).await?;
    let read = |row: &tokio_postgres::Row| StoredInvigilator {
        staff: StaffId(row.get("staff")),
        name: row.get("name"),
        given_by: row.get("given_by"),
        given_at: row.get("given_at"),
        is_disabled: row.get("is_disabled"),
    };
    Ok(rows.iter().map(read).collect())
}

/// Lets somebody work there. False when they do so already.
pub(crate) async fn insert(
    client: &impl GenericClient,
    entrance: &Entrance,
    staff: StaffId,
    given: (StaffId, Timestamp),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.invigilators (exam, sitting, site, staff, given_by, given_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&exam.as_str(), &sitting.as_str(), &site.0, &staff.0, &given.0.0, &given.1];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Lets somebody work there no more. False when they do not.
pub(crate) async fn delete(
    client: &impl GenericClient,
    entrance: &Entrance,
    staff: StaffId,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.invigilators WHERE exam = $1 AND sitting = $2 AND site = $3 AND staff = $4",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    Ok(client.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &staff.0]).await? == 1)
}
