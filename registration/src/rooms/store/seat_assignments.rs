//! The table `seat_assignments`: who sits where, as published.

use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use crate::model::order::OrderId;
use crate::model::room::{Position, RoomId, SeatPlace, Site, SiteId};
use crate::model::text::Text;
use crate::store::StoreError;

const PLACES: &str = "SELECT a.sitting, a.room, a.room_number, a.seat, a.label, a.assigned_at, r.name, r.floor,
        s.id AS site, s.name_zh, s.name_en, s.address_zh, s.address_en, s.way_zh, s.way_en, s.latitude, s.longitude
    FROM registration.seat_assignments a
    JOIN registration.rooms r ON r.id = a.room JOIN registration.sites s ON s.id = r.site
    WHERE a.given_up_at IS NULL";

/// The places of an order that stand, in the order of their sittings' ids.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<SeatPlace>, StoreError> {
    let statement = client.prepare_cached(&format!("{PLACES} AND a.order_id = $1 ORDER BY a.sitting")).await?;
    client.query(&statement, &[&order.to_string()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<SeatPlace, StoreError> {
    let text = |zh, en| Text { zh: row.get(zh), en: row.get(en) };
    let positive = |column| u16::try_from(row.get::<_, i16>(column)).map_err(|_| StoreError::Corrupt("a place"));
    let position = match (row.get("latitude"), row.get("longitude")) {
        (Some(latitude), Some(longitude)) => Some(Position { latitude, longitude }),
        _ => None,
    };
    Ok(SeatPlace {
        sitting: row.get::<_, String>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
        site: Site {
            id: SiteId(row.get("site")),
            name: text("name_zh", "name_en"),
            address: text("address_zh", "address_en"),
            way: text("way_zh", "way_en"),
            position,
        },
        room: RoomId(row.get("room")),
        room_name: row.get("name"),
        floor: row.get("floor"),
        room_number: positive("room_number")?,
        seat: positive("seat")?,
        label: row.get("label"),
        assigned_at: row.get("assigned_at"),
    })
}
