//! The table `seat_assignments`: who sits where, as published.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{rooms, sites};
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::room::ticket::TicketNumber;
use crate::model::room::{Room, RoomId, SeatPlace, Site, Sitter};
use crate::store::StoreError;

/// The places that stand, with their rooms and sites.
macro_rules! places {
    ($more:literal) => {
        concat!(
            "SELECT a.sitting, a.order_id, a.room, a.room_number, a.seat, a.label, a.assigned_at, r.name, r.floor, ",
            sites::columns!(),
            " FROM registration.seat_assignments a
              JOIN registration.rooms r ON r.id = a.room JOIN registration.sites s ON s.id = r.site
              WHERE a.given_up_at IS NULL AND ",
            $more
        )
    };
}

/// A place as it is written.
#[derive(Debug, Clone)]
pub(crate) struct NewPlace {
    pub(crate) order: OrderId,
    pub(crate) room: RoomId,
    pub(crate) room_number: u16,
    pub(crate) seat: u16,
    pub(crate) label: String,
    /// Since when somebody has it; of one who keeps it through another draw, since before.
    pub(crate) assigned_at: Timestamp,
}

/// A place as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Had {
    pub(crate) room: RoomId,
    pub(crate) seat: u16,
    pub(crate) assigned_at: Timestamp,
    pub(crate) is_given_up: bool,
}

/// A room as published, and how many of its places stand.
pub(crate) struct PublishedRoom {
    pub(crate) number: u16,
    pub(crate) room: Room,
    pub(crate) site: Site,
    pub(crate) people: i64,
    /// How many of them have no ticket yet.
    pub(crate) without_ticket: i64,
}

/// Whoever has a place that stands, and the number of their ticket.
pub(crate) struct Placed {
    pub(crate) seat: u16,
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) number: Option<TicketNumber>,
}

/// The rooms of a sitting as they were published, by their numbers then; whatever the sitting is to use from now on.
pub(crate) async fn published_rooms(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    sites: Option<&[Uuid]>,
) -> Result<Vec<PublishedRoom>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT a.room_number, a.people, a.without_ticket, ",
            rooms::columns!(),
            ", ",
            sites::columns!(),
            " FROM (SELECT p.room, p.room_number, count(*) FILTER (WHERE p.given_up_at IS NULL) AS people,
                      count(*) FILTER (WHERE p.given_up_at IS NULL AND (t.number IS NULL OR t.revoked_at IS NOT NULL))
                          AS without_ticket
                  FROM registration.seat_assignments p
                  LEFT JOIN registration.tickets t
                      ON (t.exam, t.sitting, t.order_id) = (p.exam, p.sitting, p.order_id)
                  WHERE p.exam = $1 AND p.sitting = $2 GROUP BY p.room, p.room_number) a
              JOIN registration.rooms r ON r.id = a.room JOIN registration.sites s ON s.id = r.site
              WHERE $3::uuid[] IS NULL OR s.id = ANY($3) ORDER BY a.room_number"
        ))
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &sites]).await?;
    let read = |row: &Row| {
        Ok(PublishedRoom {
            number: positive(row, "room_number")?,
            room: rooms::read(row)?,
            site: sites::read(row),
            people: row.get("people"),
            without_ticket: row.get("without_ticket"),
        })
    };
    rows.iter().map(read).collect()
}

/// Who sits in a room of a sitting, by seat; without those who gave their place up.
pub(crate) async fn placed(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    room: RoomId,
) -> Result<Vec<Placed>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.seat, a.order_id, o.account, t.number FROM registration.seat_assignments a
             JOIN registration.orders o ON o.id = a.order_id
             LEFT JOIN registration.tickets t
                 ON (t.exam, t.sitting, t.order_id) = (a.exam, a.sitting, a.order_id) AND t.revoked_at IS NULL
             WHERE a.exam = $1 AND a.sitting = $2 AND a.room = $3 AND a.given_up_at IS NULL ORDER BY a.seat",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &room.0]).await?;
    let read = |row: &Row| {
        let number: Option<&str> = row.get("number");
        Ok(Placed {
            seat: positive(row, "seat")?,
            order: order(row)?,
            account: AccountId(row.get("account")),
            number: number.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a ticket's number"))?,
        })
    };
    rows.iter().map(read).collect()
}

/// The places of an order that stand, in the order of their sittings' ids.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<SeatPlace>, StoreError> {
    let statement = client.prepare_cached(places!("a.order_id = $1 ORDER BY a.sitting")).await?;
    client.query(&statement, &[&order.to_string()]).await?.iter().map(read).collect()
}

/// The places of these orders, by order.
pub(crate) async fn of_orders(
    client: &impl GenericClient,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<SeatPlace>>, StoreError> {
    let statement = client.prepare_cached(places!("a.order_id = ANY($1) ORDER BY a.sitting")).await?;
    let orders: Vec<String> = orders.iter().map(OrderId::to_string).collect();
    let mut found: HashMap<OrderId, Vec<SeatPlace>> = HashMap::new();
    for row in client.query(&statement, &[&orders]).await? {
        found.entry(order(&row)?).or_default().push(read(&row)?);
    }
    Ok(found)
}

/// Waits for whoever is changing this place, and keeps it as it is until the transaction ends.
pub(crate) async fn wait_for(
    transaction: &impl GenericClient,
    (exam, sitting, order): super::tickets::Which<'_>,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "SELECT FROM registration.seat_assignments WHERE exam = $1 AND sitting = $2 AND order_id = $3 FOR SHARE",
        )
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &order.to_string()]).await?;
    Ok(())
}

/// All places of a sitting, by order; those that were given up among them.
pub(crate) async fn all(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<HashMap<OrderId, Had>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT order_id, room, seat, assigned_at, given_up_at IS NOT NULL AS is_given_up
             FROM registration.seat_assignments WHERE exam = $1 AND sitting = $2",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    let had = |row: &Row| {
        let had = Had {
            room: RoomId(row.get("room")),
            seat: positive(row, "seat")?,
            assigned_at: row.get("assigned_at"),
            is_given_up: row.get("is_given_up"),
        };
        Ok((order(row)?, had))
    };
    rows.iter().map(had).collect()
}

/// Who sits in a room of a sitting, by seat.
pub(crate) async fn in_room(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    room: RoomId,
) -> Result<Vec<Sitter>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT order_id, seat, given_up_at IS NOT NULL AS is_given_up FROM registration.seat_assignments
             WHERE exam = $1 AND sitting = $2 AND room = $3 ORDER BY seat",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &room.0]).await?;
    let sitter = |row: &Row| {
        Ok(Sitter { order: order(row)?, seat: positive(row, "seat")?, is_given_up: row.get("is_given_up") })
    };
    rows.iter().map(sitter).collect()
}

/// How many sit in each room of a sitting; those who gave their place up are not among them.
pub(crate) async fn counts(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<HashMap<RoomId, i64>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT room, count(*) AS people FROM registration.seat_assignments
             WHERE exam = $1 AND sitting = $2 AND given_up_at IS NULL GROUP BY room",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    Ok(rows.iter().map(|row| (RoomId(row.get("room")), row.get("people"))).collect())
}

/// Has somebody a place in the room for a sitting that has not begun? Whatever rooms that sitting is to use from now on.
pub(crate) async fn is_sat_in_after(
    client: &impl GenericClient,
    room: RoomId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.seat_assignments a
                 JOIN registration.exam_sittings e ON (e.exam, e.id) = (a.exam, a.sitting)
                 WHERE a.room = $1 AND e.starts_at > $2)",
        )
        .await?;
    Ok(client.query_one(&statement, &[&room.0, &now]).await?.get(0))
}

/// Removes all places of a sitting, because others take their place in the same transaction.
pub(crate) async fn delete_all(
    transaction: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached("DELETE FROM registration.seat_assignments WHERE exam = $1 AND sitting = $2")
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    Ok(())
}

/// Gives those of these orders that are confirmed again the place back that they had given up: nobody sits there.
pub(crate) async fn take_back(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    orders: &[OrderId],
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.seat_assignments a SET given_up_at = NULL FROM registration.orders o
             WHERE o.id = a.order_id AND o.state = 'confirmed' AND a.given_up_at IS NOT NULL
                 AND a.exam = $1 AND a.sitting = $2 AND a.order_id = ANY($3)",
        )
        .await?;
    let orders: Vec<String> = orders.iter().map(OrderId::to_string).collect();
    Ok(client.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &orders]).await?)
}

/// Writes places, many at once.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    places: &[NewPlace],
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.seat_assignments
                 (exam, sitting, order_id, room, room_number, seat, label, assigned_at)
             SELECT $1::text, $2::text, u.* FROM unnest($3::text[], $4::uuid[], $5::int2[], $6::int2[], $7::text[], $8::timestamptz[]) u",
        )
        .await?;
    let small = |number: u16| i16::try_from(number).map_err(|_| StoreError::Corrupt("a seat's number"));
    let orders: Vec<String> = places.iter().map(|place| place.order.to_string()).collect();
    let rooms: Vec<Uuid> = places.iter().map(|place| place.room.0).collect();
    let numbers = places.iter().map(|place| small(place.room_number)).collect::<Result<Vec<i16>, _>>()?;
    let seats = places.iter().map(|place| small(place.seat)).collect::<Result<Vec<i16>, _>>()?;
    let labels: Vec<&str> = places.iter().map(|place| place.label.as_str()).collect();
    let times: Vec<Timestamp> = places.iter().map(|place| place.assigned_at).collect();
    let row: [&(dyn ToSql + Sync); 8] =
        [&exam.as_str(), &sitting.as_str(), &orders, &rooms, &numbers, &seats, &labels, &times];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// Gives up the places of orders that have ended while their places were being written, in this sitting or, without one, in all.
pub(crate) async fn give_up_ended(
    client: &impl GenericClient,
    sitting: Option<(&ExamId, &SittingId)>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.seat_assignments a SET given_up_at = $1 FROM registration.orders o
             WHERE o.id = a.order_id AND o.state IN ('lapsed', 'released', 'cancelled') AND a.given_up_at IS NULL
                 AND ($2::text IS NULL OR (a.exam = $2 AND a.sitting = $3::text))",
        )
        .await?;
    let (exam, sitting) = sitting.map(|(exam, sitting)| (exam.as_str(), sitting.as_str())).unzip();
    Ok(client.execute(&statement, &[&now, &exam, &sitting]).await?)
}

fn positive(row: &Row, column: &str) -> Result<u16, StoreError> {
    u16::try_from(row.get::<_, i16>(column)).map_err(|_| StoreError::Corrupt("a place"))
}

fn order(row: &Row) -> Result<OrderId, StoreError> {
    row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))
}

fn read(row: &Row) -> Result<SeatPlace, StoreError> {
    Ok(SeatPlace {
        sitting: row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
        site: sites::read(row),
        room: RoomId(row.get("room")),
        room_name: row.get("name"),
        floor: row.get("floor"),
        room_number: positive(row, "room_number")?,
        seat: positive(row, "seat")?,
        label: row.get("label"),
        assigned_at: row.get("assigned_at"),
    })
}
