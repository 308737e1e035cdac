//! The table `tickets` as doors ask it: whose are good at a site, and what is known of the one that was shown.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::Row;

use super::counted;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::room::SiteId;
use crate::model::room::checkin::Entrance;
use crate::model::room::ticket::{Generation, TicketNumber, TicketSerial};
use crate::store::StoreError;

/// Somebody who has a place at a site.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
    pub(crate) room: u16,
    pub(crate) seat: u16,
    pub(crate) label: String,
    /// The ticket; `None` where none is good.
    pub(crate) ticket: Option<AtDoor>,
}

/// A ticket that lets somebody in.
#[derive(Debug, Clone)]
pub(crate) struct AtDoor {
    pub(crate) serial: TicketSerial,
    pub(crate) generation: Generation,
    pub(crate) number: TicketNumber,
    pub(crate) code: String,
}

/// What is known of a ticket of the exam.
#[derive(Debug, Clone)]
pub(crate) struct AtAnyDoor {
    pub(crate) serial: TicketSerial,
    pub(crate) number: Option<TicketNumber>,
    pub(crate) sitting: SittingId,
    pub(crate) account: AccountId,
    pub(crate) generation: u16,
    pub(crate) is_void: bool,
    /// The room and its site; `None` without a place that stands.
    pub(crate) place: Option<(u16, SiteId)>,
}

/// Everybody who has a place at the site for the sitting, by room and seat; at most so many.
pub(crate) async fn expected(
    client: &impl GenericClient,
    entrance: &Entrance,
    limit: i64,
) -> Result<Vec<Expected>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.order_id, o.account, a.room_number, a.seat, a.label, t.serial, t.generation, t.number, t.code
             FROM registration.seat_assignments a
             JOIN registration.rooms r ON r.id = a.room AND r.site = $3
             JOIN registration.orders o ON o.id = a.order_id AND o.state = 'confirmed'
             LEFT JOIN registration.tickets t ON (t.exam, t.sitting, t.order_id) = (a.exam, a.sitting, a.order_id)
                 AND t.revoked_at IS NULL AND t.number IS NOT NULL
             WHERE a.exam = $1 AND a.sitting = $2 AND a.given_up_at IS NULL
             ORDER BY a.room_number, a.seat LIMIT $4",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &limit]).await?;
    rows.iter().map(read).collect()
}

/// Who has a place at the site and a ticket, by serial behind `after`; at most so many.
pub(crate) async fn after(
    client: &impl GenericClient,
    entrance: &Entrance,
    after: Option<TicketSerial>,
    limit: i64,
) -> Result<Vec<(TicketSerial, AccountId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT t.serial, o.account FROM registration.seat_assignments a
             JOIN registration.rooms r ON r.id = a.room AND r.site = $3
             JOIN registration.orders o ON o.id = a.order_id AND o.state = 'confirmed'
             JOIN registration.tickets t ON (t.exam, t.sitting, t.order_id) = (a.exam, a.sitting, a.order_id)
                 AND t.revoked_at IS NULL
             WHERE a.exam = $1 AND a.sitting = $2 AND a.given_up_at IS NULL AND t.serial > $4
             ORDER BY t.serial LIMIT $5",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let after = i64::try_from(after.map_or(0, |serial| serial.0)).unwrap_or(i64::MAX);
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &after, &limit]).await?;
    rows.iter().map(|row| Ok((super::serial(row)?, AccountId(row.get("account"))))).collect()
}

/// The tickets of the exam that have one of these serials or numbers.
pub(crate) async fn shown(
    client: &impl GenericClient,
    exam: &ExamId,
    serials: &[TicketSerial],
    numbers: &[TicketNumber],
) -> Result<Vec<AtAnyDoor>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT t.serial, t.number, t.sitting, t.generation, o.account, a.room_number, r.site,
                 t.revoked_at IS NOT NULL OR o.state <> 'confirmed' AS is_void
             FROM registration.tickets t
             JOIN registration.orders o ON o.id = t.order_id
             LEFT JOIN registration.seat_assignments a ON (a.exam, a.sitting, a.order_id) = (t.exam, t.sitting, t.order_id)
                 AND a.given_up_at IS NULL
             LEFT JOIN registration.rooms r ON r.id = a.room
             WHERE t.exam = $1 AND (t.serial = ANY($2) OR t.number = ANY($3))",
        )
        .await?;
    let serials: Vec<i64> = serials.iter().filter_map(|serial| i64::try_from(serial.0).ok()).collect();
    let numbers: Vec<&str> = numbers.iter().map(TicketNumber::as_str).collect();
    let rows = client.query(&statement, &[&exam.as_str(), &serials, &numbers]).await?;
    let read = |row: &Row| {
        let (room, site): (Option<i16>, Option<uuid::Uuid>) = (row.get("room_number"), row.get("site"));
        let place = room.map(counted).transpose()?.zip(site.map(SiteId));
        Ok(AtAnyDoor {
            serial: super::serial(row)?,
            number: number(row)?,
            sitting: row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
            account: AccountId(row.get("account")),
            generation: counted(row.get("generation"))?,
            is_void: row.get("is_void"),
            place,
        })
    };
    rows.iter().map(read).collect()
}

/// Tickets of the sitting that let nobody in since `after`, by serial; at most so many.
pub(crate) async fn revoked(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    after: Timestamp,
    limit: i64,
) -> Result<Vec<TicketSerial>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT serial FROM registration.tickets
             WHERE exam = $1 AND sitting = $2 AND revoked_at > $3 ORDER BY serial LIMIT $4",
        )
        .await?;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &after, &limit]).await?;
    rows.iter().map(super::serial).collect()
}

fn read(row: &Row) -> Result<Expected, StoreError> {
    let small = |name: &str| u16::try_from(row.get::<_, i16>(name)).map_err(|_| StoreError::Corrupt("a place"));
    let ticket = match (row.get::<_, Option<i64>>("serial"), number(row)?) {
        (Some(_), Some(number)) => Some(AtDoor {
            serial: super::serial(row)?,
            generation: Generation(counted(row.get("generation"))?),
            number,
            code: row.get("code"),
        }),
        _ => None,
    };
    Ok(Expected {
        order: row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
        account: AccountId(row.get("account")),
        room: small("room_number")?,
        seat: small("seat")?,
        label: row.get("label"),
        ticket,
    })
}

fn number(row: &Row) -> Result<Option<TicketNumber>, StoreError> {
    let number: Option<&str> = row.get("number");
    number.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a ticket's number"))
}
