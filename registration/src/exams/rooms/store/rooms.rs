//! The table `rooms`: the rooms of sites, with their seats.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use seating::{Layout, SeatOrder, Spacing};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::room::{Room, RoomId, SiteId};
use crate::store::{StoreError, violates};

/// A room's columns.
macro_rules! columns {
    () => {
        "r.id, r.site, r.name, r.floor, r.layout, r.seat_order, r.spacing, r.prefix, r.step_free, r.has_lift, r.spare_seats,
        r.retired_at"
    };
}
pub(super) use columns;

/// A room with when it was taken out of use.
pub(crate) struct StoredRoom {
    pub(crate) room: Room,
    pub(crate) retired_at: Option<Timestamp>,
}

const ORDERS: [(SeatOrder, &str); 3] =
    [(SeatOrder::Serpentine, "serpentine"), (SeatOrder::Columns, "columns"), (SeatOrder::Rows, "rows")];
const SPACINGS: [(Spacing, &str); 3] =
    [(Spacing::Dense, "dense"), (Spacing::Checkered, "checkered"), (Spacing::AlternateColumns, "alternate_columns")];

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

fn value<T: Copy>(words: &[(T, &'static str)], word: &str) -> Result<T, StoreError> {
    let found = words.iter().find(|(_, known)| *known == word);
    found.map(|(value, _)| *value).ok_or(StoreError::Corrupt("a room's plan"))
}

/// Adds a room, or changes the one of that id. False when another one of the site has the name.
pub(crate) async fn put(client: &impl GenericClient, room: &Room) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.rooms
                 (id, site, name, floor, layout, seat_order, spacing, prefix, step_free, has_lift, spare_seats)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, floor = excluded.floor, layout = excluded.layout,
                 seat_order = excluded.seat_order, spacing = excluded.spacing, prefix = excluded.prefix,
                 step_free = excluded.step_free, has_lift = excluded.has_lift, spare_seats = excluded.spare_seats",
        )
        .await?;
    let Room { id, site, name, floor, has_lift, plan } = room;
    let layout: Vec<String> = plan.layout.clone().into();
    let spare = plan.spare_seats.map(i16::try_from).transpose().map_err(|_| StoreError::Corrupt("spare seats"))?;
    let (order, spacing) = (word(&ORDERS, plan.order), word(&SPACINGS, plan.spacing));
    let row: [&(dyn ToSql + Sync); 11] =
        [&id.0, &site.0, name, floor, &layout, &order, &spacing, &plan.prefix, &plan.step_free, has_lift, &spare];
    match client.execute(&statement, &row).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "rooms_one_per_name") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// From now on no sitting begins to use it, or does again.
pub(crate) async fn retire(client: &impl GenericClient, id: RoomId, at: Option<Timestamp>) -> Result<bool, StoreError> {
    let statement = client.prepare_cached("UPDATE registration.rooms SET retired_at = $2 WHERE id = $1").await?;
    Ok(client.execute(&statement, &[&id.0, &at]).await? == 1)
}

/// One room by its id.
pub(crate) async fn get(client: &impl GenericClient, id: RoomId) -> Result<Option<StoredRoom>, StoreError> {
    let statement =
        client.prepare_cached(concat!("SELECT ", columns!(), " FROM registration.rooms r WHERE r.id = $1")).await?;
    client.query_opt(&statement, &[&id.0]).await?.as_ref().map(stored).transpose()
}

/// The same, and nobody changes it before the transaction ends.
pub(crate) async fn lock(transaction: &impl GenericClient, id: RoomId) -> Result<Option<StoredRoom>, StoreError> {
    let statement = transaction
        .prepare_cached(concat!("SELECT ", columns!(), " FROM registration.rooms r WHERE r.id = $1 FOR UPDATE"))
        .await?;
    transaction.query_opt(&statement, &[&id.0]).await?.as_ref().map(stored).transpose()
}

/// The rooms of a site by name, those in use first.
pub(crate) async fn of_site(
    client: &impl GenericClient,
    site: SiteId,
    limit: i64,
) -> Result<Vec<StoredRoom>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM registration.rooms r WHERE r.site = $1 ORDER BY r.retired_at IS NOT NULL, r.name LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&site.0, &limit]).await?.iter().map(stored).collect()
}

fn stored(row: &Row) -> Result<StoredRoom, StoreError> {
    Ok(StoredRoom { room: read(row)?, retired_at: row.get("retired_at") })
}

/// A room out of its columns.
pub(super) fn read(row: &Row) -> Result<Room, StoreError> {
    let corrupt = || StoreError::Corrupt("a room's plan");
    let id = RoomId(row.get("id"));
    let layout = Layout::try_from(row.get::<_, Vec<String>>("layout")).map_err(|_| corrupt())?;
    let spare: Option<i16> = row.get("spare_seats");
    let plan = seating::Room {
        id: id.0.to_string(),
        layout,
        order: value(&ORDERS, row.get("seat_order"))?,
        spacing: value(&SPACINGS, row.get("spacing"))?,
        prefix: row.get("prefix"),
        step_free: row.get("step_free"),
        spare_seats: spare.map(u16::try_from).transpose().map_err(|_| corrupt())?,
    };
    Ok(Room {
        id,
        site: SiteId(row.get("site")),
        name: row.get("name"),
        floor: row.get("floor"),
        has_lift: row.get("has_lift"),
        plan,
    })
}
