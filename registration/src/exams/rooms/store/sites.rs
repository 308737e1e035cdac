//! The table `sites`: where exams take place.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::room::{Position, Site, SiteId};
use crate::model::text::Text;
use crate::store::{StoreError, violates};

/// A site's columns.
macro_rules! columns {
    () => {
        "s.id AS site, s.name_zh, s.name_en, s.address_zh, s.address_en, s.way_zh, s.way_en, s.latitude, s.longitude"
    };
}
pub(super) use columns;

/// A site with what its list says of it.
pub(crate) struct StoredSite {
    pub(crate) site: Site,
    pub(crate) retired_at: Option<Timestamp>,
    /// How many rooms are in use there.
    pub(crate) rooms: i64,
}

/// Adds a site, or changes the one of that id. False when another one has the name.
pub(crate) async fn put(client: &impl GenericClient, site: &Site) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.sites
                 (id, name_zh, name_en, address_zh, address_en, way_zh, way_en, latitude, longitude)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en,
                 address_zh = excluded.address_zh, address_en = excluded.address_en, way_zh = excluded.way_zh,
                 way_en = excluded.way_en, latitude = excluded.latitude, longitude = excluded.longitude",
        )
        .await?;
    let Site { id, name, address, way, position } = site;
    let (latitude, longitude) = position.map(|at| (at.latitude, at.longitude)).unzip();
    let row: [&(dyn ToSql + Sync); 9] =
        [&id.0, &name.zh, &name.en, &address.zh, &address.en, &way.zh, &way.en, &latitude, &longitude];
    match client.execute(&statement, &row).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "sites_one_per_name") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// From now on no sitting begins to use it, or does again.
pub(crate) async fn retire(client: &impl GenericClient, id: SiteId, at: Option<Timestamp>) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("UPDATE registration.sites SET retired_at = $2 WHERE id = $1").await?;
    Ok(client.execute(&statement, &[&id.0, &at]).await? == 1)
}

/// All sites, or only these, by name, those in use first.
pub(crate) async fn all(
    client: &impl GenericClient,
    only: Option<&[Uuid]>,
    limit: i64,
) -> Result<Vec<StoredSite>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            ", s.retired_at, (SELECT count(*) FROM registration.rooms r WHERE r.site = s.id AND r.retired_at IS NULL) AS rooms
             FROM registration.sites s WHERE $2::uuid[] IS NULL OR s.id = ANY($2)
             ORDER BY s.retired_at IS NOT NULL, s.name_zh LIMIT $1"
        ))
        .await?;
    client.query(&statement, &[&limit, &only]).await?.iter().map(stored).collect()
}

/// One site by its id.
pub(crate) async fn get(client: &impl GenericClient, id: SiteId) -> Result<Option<StoredSite>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            ", s.retired_at, (SELECT count(*) FROM registration.rooms r WHERE r.site = s.id AND r.retired_at IS NULL) AS rooms
             FROM registration.sites s WHERE s.id = $1"
        ))
        .await?;
    client.query_opt(&statement, &[&id.0]).await?.as_ref().map(stored).transpose()
}

fn stored(row: &Row) -> Result<StoredSite, StoreError> {
    Ok(StoredSite { site: read(row), retired_at: row.get("retired_at"), rooms: row.get("rooms") })
}

/// A site out of its columns.
pub(super) fn read(row: &Row) -> Site {
    let text = |zh, en| Text { zh: row.get(zh), en: row.get(en) };
    let position = match (row.get("latitude"), row.get("longitude")) {
        (Some(latitude), Some(longitude)) => Some(Position { latitude, longitude }),
        _ => None,
    };
    Site {
        id: SiteId(row.get("site")),
        name: text("name_zh", "name_en"),
        address: text("address_zh", "address_en"),
        way: text("way_zh", "way_en"),
        position,
    }
}
