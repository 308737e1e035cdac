//! The table `staff_subjects`: who of the staff is whom at an identity provider.

pub(crate) mod staff_provider_states;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::desk::store::staff::{self, StoredStaff};
use crate::store::StoreError;

/// Somebody at a provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) subject: &'a str,
}

/// A link as stored.
pub(crate) struct StoredSubject {
    pub(crate) subject: String,
    pub(crate) shown: String,
    pub(crate) linked_at: Timestamp,
}

/// The member who is this one there, the disabled too.
pub(crate) async fn owner(client: &impl GenericClient, at: At<'_>) -> Result<Option<StoredStaff>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT ",
            staff::columns!(),
            " FROM registration.staff_subjects s JOIN registration.staff m ON m.id = s.staff
             WHERE s.issuer = $1 AND s.subject = $2"
        ))
        .await?;
    Ok(client.query_opt(&statement, &[&at.issuer, &at.subject]).await?.map(|row| staff::read(&row)))
}

/// Notes that somebody came by it, and how they are called there now.
pub(crate) async fn used(
    client: &impl GenericClient,
    at: At<'_>,
    (shown, now): (&str, Timestamp),
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.staff_subjects SET used_at = $3, shown = $4 WHERE issuer = $1 AND subject = $2",
        )
        .await?;
    client.execute(&statement, &[&at.issuer, &at.subject, &now, &shown]).await?;
    Ok(())
}

/// Whom a member is at this provider.
pub(crate) async fn of(
    client: &impl GenericClient,
    staff: Uuid,
    issuer: &str,
) -> Result<Option<StoredSubject>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT subject, shown, linked_at FROM registration.staff_subjects WHERE staff = $1 AND issuer = $2",
        )
        .await?;
    let row = client.query_opt(&statement, &[&staff, &issuer]).await?;
    Ok(row.map(|row| StoredSubject {
        subject: row.get("subject"),
        shown: row.get("shown"),
        linked_at: row.get("linked_at"),
    }))
}

/// Says whom a member is there, in place of what was said before. False when that is somebody else of the staff.
pub(crate) async fn link(
    transaction: &impl GenericClient,
    staff: Uuid,
    at: At<'_>,
    (shown, now): (&str, Timestamp),
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached("DELETE FROM registration.staff_subjects WHERE staff = $1 AND issuer = $2 AND subject <> $3")
        .await?;
    transaction.execute(&statement, &[&staff, &at.issuer, &at.subject]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.staff_subjects AS s (issuer, subject, staff, shown, linked_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (issuer, subject) DO UPDATE SET shown = $4 WHERE s.staff = $3",
        )
        .await?;
    Ok(transaction.execute(&statement, &[&at.issuer, &at.subject, &staff, &shown, &now]).await? == 1)
}

/// A member is nobody there any more, at no provider. False when they were nobody.
pub(crate) async fn unlink(client: &impl GenericClient, staff: Uuid) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.staff_subjects WHERE staff = $1").await?;
    Ok(client.execute(&statement, &[&staff]).await? > 0)
}
