//! The table `tickets`: as issued, seen, printed, stale and void.

pub(crate) mod doors;

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::order::OrderId;
use crate::model::room::ticket::{Generation, TicketNumber, TicketSerial, Void};
use crate::store::StoreError;

/// Which ticket: exam, sitting, order.
pub(crate) type Which<'a> = (&'a ExamId, &'a SittingId, OrderId);

/// A ticket as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredTicket {
    pub(crate) serial: TicketSerial,
    /// Absent once another has the place that it is made of.
    pub(crate) number: Option<TicketNumber>,
    pub(crate) generation: u16,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) code: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) printed_generation: Option<u16>,
    pub(crate) is_shown: bool,
    pub(crate) is_stale: bool,
    pub(crate) is_revoked: bool,
}

impl StoredTicket {
    /// Does it say this?
    pub(crate) fn says(&self, fingerprint: &[u8; 32]) -> bool {
        self.fingerprint == *fingerprint && self.is_whole()
    }

    /// Does it have all that a ticket has, and is it good?
    pub(crate) fn is_whole(&self) -> bool {
        self.number.is_some() && !self.is_revoked
    }

    /// Does it say this, and is nothing to be written?
    pub(crate) fn is_current(&self, fingerprint: &[u8; 32]) -> bool {
        self.says(fingerprint) && !self.is_stale
    }
}

/// A generation as it is issued.
pub(crate) struct Issued<'a> {
    pub(crate) serial: TicketSerial,
    pub(crate) number: &'a str,
    pub(crate) generation: u16,
    pub(crate) fingerprint: &'a [u8; 32],
    pub(crate) code: &'a str,
    pub(crate) at: Timestamp,
}

/// One ticket; `None` where none was issued.
pub(crate) async fn get(client: &impl GenericClient, which: Which<'_>) -> Result<Option<StoredTicket>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT serial, number, generation, fingerprint, code, issued_at, printed_generation,
                 shown_at IS NOT NULL AS is_shown, stale_at IS NOT NULL AS is_stale,
                 revoked_at IS NOT NULL AS is_revoked
             FROM registration.tickets WHERE exam = $1 AND sitting = $2 AND order_id = $3",
        )
        .await?;
    let (exam, sitting, order) = which;
    let row = client.query_opt(&statement, &[&exam.as_str(), &sitting.as_str(), &order.to_string()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<StoredTicket, StoreError> {
    let fingerprint: Vec<u8> = row.get("fingerprint");
    let (printed, number): (Option<i16>, Option<&str>) = (row.get("printed_generation"), row.get("number"));
    Ok(StoredTicket {
        serial: serial(row)?,
        number: number.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a ticket's number"))?,
        generation: counted(row.get("generation"))?,
        fingerprint: fingerprint.try_into().map_err(|_| StoreError::Corrupt("a ticket's fingerprint"))?,
        code: row.get("code"),
        issued_at: row.get("issued_at"),
        printed_generation: printed.map(counted).transpose()?,
        is_shown: row.get("is_shown"),
        is_stale: row.get("is_stale"),
        is_revoked: row.get("is_revoked"),
    })
}

/// A serial that nothing has.
pub(crate) async fn next_serial(client: &impl GenericClient) -> Result<TicketSerial, StoreError> {
    let statement = client
        .prepare_cached("SELECT nextval(pg_get_serial_sequence('registration.tickets', 'serial')) AS serial")
        .await?;
    serial(&client.query_one(&statement, &[]).await?)
}

/// Writes a generation, over the one before, stale until all that it says has been read again; whoever has lost the order and
/// has it again has a ticket again.
pub(crate) async fn put(
    transaction: &impl GenericClient,
    (exam, sitting, order): Which<'_>,
    issued: &Issued<'_>,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.tickets
                 (exam, sitting, order_id, serial, number, generation, fingerprint, code, issued_at, stale_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
             ON CONFLICT (exam, sitting, order_id) DO UPDATE SET number = excluded.number,
                 generation = excluded.generation, fingerprint = excluded.fingerprint, code = excluded.code,
                 issued_at = excluded.issued_at, stale_at = excluded.stale_at, revoked_at = NULL",
        )
        .await?;
    let Issued { serial, number, generation, fingerprint, code, at } = issued;
    let serial = i64::try_from(serial.0).map_err(|_| StoreError::Corrupt("a ticket's serial"))?;
    let generation = i16::try_from(*generation).map_err(|_| StoreError::Corrupt("a ticket issued too often"))?;
    let order = order.to_string();
    let row: [&(dyn ToSql + Sync); 9] =
        [&exam.as_str(), &sitting.as_str(), &order, &serial, number, &generation, &&fingerprint[..], code, at];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// It says what it should after all; stale until all that it says has been read again.
pub(crate) async fn mark(
    transaction: &impl GenericClient,
    (exam, sitting, order): Which<'_>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.tickets SET stale_at = $4 WHERE exam = $1 AND sitting = $2 AND order_id = $3",
        )
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &order.to_string(), &at]).await?;
    Ok(())
}

/// What was written of the order at that time says what it should; a mark that came later stays.
pub(crate) async fn settle(client: &impl GenericClient, order: OrderId, at: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.tickets SET stale_at = NULL WHERE order_id = $1 AND stale_at = $2")
        .await?;
    client.execute(&statement, &[&order.to_string(), &at]).await?;
    Ok(())
}

/// Has a ticket of the exam this number?
pub(crate) async fn has_number(client: &impl GenericClient, exam: &ExamId, number: &str) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.tickets WHERE exam = $1 AND number = $2) AS has_number",
        )
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &number]).await?.get("has_number"))
}

/// Takes a number that is made of a place from whoever had the place before. False: somebody has it whose place is
/// still the one that makes it.
pub(crate) async fn take_number(
    transaction: &impl GenericClient,
    (exam, sitting, order): Which<'_>,
    number: &str,
) -> Result<bool, StoreError> {
    let order = order.to_string();
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.tickets SET number = NULL, stale_at = coalesce(stale_at, now())
             WHERE exam = $1 AND number = $4 AND (sitting, order_id) <> ($2, $3)
                 AND (stale_at IS NOT NULL OR revoked_at IS NOT NULL)",
        )
        .await?;
    transaction.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &order, &number]).await?;
    let statement = transaction
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT FROM registration.tickets
                 WHERE exam = $1 AND number = $4 AND (sitting, order_id) <> ($2, $3)) AS is_free",
        )
        .await?;
    Ok(transaction.query_one(&statement, &[&exam.as_str(), &sitting.as_str(), &order, &number]).await?.get("is_free"))
}

/// The candidate sees the order's tickets.
pub(crate) async fn note_shown(client: &impl GenericClient, order: OrderId, now: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.tickets SET shown_at = $2 WHERE order_id = $1 AND shown_at IS NULL")
        .await?;
    client.execute(&statement, &[&order.to_string(), &now]).await?;
    Ok(())
}

/// A generation is taken away as a file.
pub(crate) async fn note_printed(
    client: &impl GenericClient,
    (exam, sitting, order): Which<'_>,
    generation: Generation,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.tickets SET shown_at = coalesce(shown_at, $5), printed_last_at = $5,
                 printed_first_at = coalesce(printed_first_at, $5), printed_generation = $4
             WHERE exam = $1 AND sitting = $2 AND order_id = $3 AND generation >= $4",
        )
        .await?;
    let generation = i16::try_from(generation.0).map_err(|_| StoreError::Corrupt("a ticket issued too often"))?;
    let row: [&(dyn ToSql + Sync); 5] = [&exam.as_str(), &sitting.as_str(), &order.to_string(), &generation, &now];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// Orders of the exam, by their numbers from `after` on, that have a place and no ticket for it.
pub(crate) async fn without(
    client: &impl GenericClient,
    exam: &ExamId,
    after: &str,
    limit: i64,
) -> Result<Vec<OrderId>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT DISTINCT a.order_id FROM registration.seat_assignments a
             JOIN registration.orders o ON o.id = a.order_id AND o.state = 'confirmed'
             LEFT JOIN registration.tickets t ON (t.exam, t.sitting, t.order_id) = (a.exam, a.sitting, a.order_id)
             WHERE a.exam = $1 AND a.given_up_at IS NULL AND a.order_id > $2
                 AND (t.serial IS NULL OR t.revoked_at IS NOT NULL)
             ORDER BY a.order_id LIMIT $3",
        )
        .await?;
    orders(&client.query(&statement, &[&exam.as_str(), &after, &limit]).await?)
}

/// The numbers of good tickets of these orders.
pub(crate) async fn numbers_of(
    client: &impl GenericClient,
    exam: &ExamId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<TicketNumber>>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT order_id, number FROM registration.tickets
             WHERE exam = $1 AND order_id = ANY($2) AND number IS NOT NULL AND revoked_at IS NULL ORDER BY serial",
        )
        .await?;
    let orders: Vec<String> = orders.iter().map(ToString::to_string).collect();
    let mut found: HashMap<OrderId, Vec<TicketNumber>> = HashMap::new();
    for row in client.query(&statement, &[&exam.as_str(), &orders]).await? {
        let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        let number = row.get::<_, &str>("number").parse().map_err(|_| StoreError::Corrupt("a ticket's number"))?;
        found.entry(order).or_default().push(number);
    }
    Ok(found)
}

/// The numbers of the good tickets of these orders, of whatever exam.
pub(crate) async fn good_of(
    client: &impl GenericClient,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<TicketNumber>>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT order_id, number FROM registration.tickets
             WHERE order_id = ANY($1) AND number IS NOT NULL AND revoked_at IS NULL ORDER BY serial",
        )
        .await?;
    let orders: Vec<String> = orders.iter().map(ToString::to_string).collect();
    let mut found: HashMap<OrderId, Vec<TicketNumber>> = HashMap::new();
    for row in client.query(&statement, &[&orders]).await? {
        let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        let number = row.get::<_, &str>("number").parse().map_err(|_| StoreError::Corrupt("a ticket's number"))?;
        found.entry(order).or_default().push(number);
    }
    Ok(found)
}

/// Orders with a stale ticket, by their numbers from `after` on.
pub(crate) async fn stale(client: &impl GenericClient, after: &str, limit: i64) -> Result<Vec<OrderId>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT DISTINCT order_id FROM registration.tickets
             WHERE stale_at IS NOT NULL AND revoked_at IS NULL AND order_id > $1 ORDER BY order_id LIMIT $2",
        )
        .await?;
    orders(&client.query(&statement, &[&after, &limit]).await?)
}

/// Stale tickets of the order whose place is gone let nobody in.
pub(crate) async fn void_unplaced(
    client: &impl GenericClient,
    order: OrderId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.tickets t SET revoked_at = $2, stale_at = NULL
             WHERE t.order_id = $1 AND t.stale_at IS NOT NULL AND t.revoked_at IS NULL AND NOT EXISTS (
                 SELECT FROM registration.seat_assignments a
                 WHERE (a.exam, a.sitting, a.order_id) = (t.exam, t.sitting, t.order_id) AND a.given_up_at IS NULL)",
        )
        .await?;
    client.execute(&statement, &[&order.to_string(), &now]).await?;
    Ok(())
}

/// Tickets of the exam some or all of whose codes are void, by their serials.
pub(crate) async fn void(
    client: &impl GenericClient,
    exam: &ExamId,
    after: Option<TicketSerial>,
    limit: i64,
) -> Result<Vec<Void>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT serial, CASE WHEN revoked_at IS NULL THEN generation END AS good_from FROM registration.tickets
             WHERE exam = $1 AND serial > $2 AND (generation > 1 OR revoked_at IS NOT NULL)
             ORDER BY serial LIMIT $3",
        )
        .await?;
    let after = i64::try_from(after.map_or(0, |serial| serial.0)).unwrap_or(i64::MAX);
    let rows = client.query(&statement, &[&exam.as_str(), &after, &limit]).await?;
    let read = |row: &Row| {
        let good_from: Option<i16> = row.get("good_from");
        Ok(Void { serial: serial(row)?, good_from: good_from.map(counted).transpose()?.map(Generation) })
    };
    rows.iter().map(read).collect()
}

fn serial(row: &Row) -> Result<TicketSerial, StoreError> {
    u64::try_from(row.get::<_, i64>("serial")).map(TicketSerial).map_err(|_| StoreError::Corrupt("a ticket's serial"))
}

fn counted(stored: i16) -> Result<u16, StoreError> {
    u16::try_from(stored).map_err(|_| StoreError::Corrupt("a ticket's generation"))
}

fn orders(rows: &[Row]) -> Result<Vec<OrderId>, StoreError> {
    let number =
        |row: &Row| row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"));
    rows.iter().map(number).collect()
}
