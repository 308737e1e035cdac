//! The table `retention`, of at most one row: after how many years data of candidates goes. Beside this file stands what is due by
//! the rule, and what then goes.

pub(in crate::people::retention) mod due;
pub(in crate::people::retention) mod gone;
pub(in crate::people::retention) mod lists;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::ids::StaffId;
use crate::people::retention::rule::{KeptRule, Years};
use crate::store::StoreError;

/// The rule, where somebody has ever set one.
pub(in crate::people::retention) async fn get(client: &impl GenericClient) -> Result<Option<KeptRule>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT r.years, r.version, r.changed_at, s.name
             FROM registration.retention r JOIN registration.staff s ON s.id = r.changed_by",
        )
        .await?;
    let Some(row) = client.query_opt(&statement, &[]).await? else { return Ok(None) };
    let corrupt = || StoreError::Corrupt("the years of retention");
    let years = match row.get::<_, Option<i16>>("years") {
        Some(stored) => Some(u8::try_from(stored).ok().and_then(Years::new).ok_or_else(corrupt)?),
        None => None,
    };
    let changed = Some((row.get("changed_at"), row.get("name")));
    Ok(Some(KeptRule { years, version: row.get("version"), changed }))
}

/// Puts another one in the place of that version, 0 where there is none; false when that version is not there any more.
pub(in crate::people::retention) async fn put(
    client: &impl GenericClient,
    version: i64,
    years: Option<Years>,
    now: Timestamp,
    staff: StaffId,
) -> Result<bool, StoreError> {
    let (years, next) = (years.map(|years| i16::from(years.get())), version.saturating_add(1));
    let changed = if version == 0 {
        let statement = client
            .prepare_cached(
                "INSERT INTO registration.retention (years, version, changed_at, changed_by) VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING",
            )
            .await?;
        client.execute(&statement, &[&years, &next, &now, &staff.0]).await?
    } else {
        let statement = client
            .prepare_cached(
                "UPDATE registration.retention SET years = $1, version = $2, changed_at = $3, changed_by = $4
                 WHERE version = $5",
            )
            .await?;
        client.execute(&statement, &[&years, &next, &now, &staff.0, &version]).await?
    };
    Ok(changed == 1)
}
