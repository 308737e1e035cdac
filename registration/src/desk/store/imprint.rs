//! The table `imprint`, of at most one row: what the site says of itself.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::ids::StaffId;
use crate::model::text::imprint::{Imprint, KeptImprint};
use crate::store::StoreError;

/// The imprint, where there is one.
pub(crate) async fn get(client: &impl GenericClient) -> Result<Option<KeptImprint>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT i.said, i.version, i.changed_at, s.name
             FROM registration.imprint i JOIN registration.staff s ON s.id = i.changed_by",
        )
        .await?;
    let Some(row) = client.query_opt(&statement, &[]).await? else { return Ok(None) };
    let imprint = serde_json::from_str(row.get("said")).map_err(|_| StoreError::Corrupt("the imprint"))?;
    let changed = Some((row.get("changed_at"), row.get("name")));
    Ok(Some(KeptImprint { imprint, version: row.get("version"), changed }))
}

/// Puts another one in the place of that version, 0 where there is none; false when that version is not there any more.
pub(crate) async fn put(
    client: &impl GenericClient,
    version: i64,
    said: &Imprint,
    now: Timestamp,
    staff: StaffId,
) -> Result<bool, StoreError> {
    let said = serde_json::to_string(said).expect("an imprint is plain texts");
    let next = version.saturating_add(1);
    let changed = if version == 0 {
        let statement = client
            .prepare_cached(
                "INSERT INTO registration.imprint (said, version, changed_at, changed_by) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING",
            )
            .await?;
        client.execute(&statement, &[&said, &next, &now, &staff.0]).await?
    } else {
        let statement = client
            .prepare_cached(
                "UPDATE registration.imprint SET said = $1, version = $2, changed_at = $3, changed_by = $4
                 WHERE version = $5",
            )
            .await?;
        client.execute(&statement, &[&said, &next, &now, &staff.0, &version]).await?
    };
    Ok(changed == 1)
}
