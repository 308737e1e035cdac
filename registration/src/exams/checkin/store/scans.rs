//! The table `scans`: what was scanned at doors. Rows are only ever added.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::model::room::checkin::{Act, DeviceId, Entrance, ScanId, Verdict};
use crate::model::room::ticket::TicketSerial;
use crate::store::StoreError;

/// A scan as it is written.
pub(crate) struct NewScan<'a> {
    pub(crate) id: ScanId,
    pub(crate) serial: Option<TicketSerial>,
    pub(crate) shown: Option<&'a str>,
    pub(crate) room: Option<u16>,
    pub(crate) at: Timestamp,
    pub(crate) device_at: Timestamp,
    pub(crate) sent_at: Timestamp,
    pub(crate) device_verdict: Verdict,
    pub(crate) verdict: Verdict,
    pub(crate) act: Act,
}

/// Where a scan of that id is from, and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownScan {
    entrance: (String, String, Uuid),
    pub(crate) device: DeviceId,
    pub(crate) serial: Option<TicketSerial>,
    pub(crate) act: Act,
}

impl KnownScan {
    /// Was it scanned there?
    pub(crate) fn is_of(&self, entrance: &Entrance) -> bool {
        let (exam, sitting, site) = &self.entrance;
        (exam.as_str(), sitting.as_str(), *site) == (entrance.exam.as_str(), entrance.sitting.as_str(), entrance.site.0)
    }
}

/// Who let somebody in with a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Inside {
    devices: HashSet<DeviceId>,
    /// How often that was with no word that it was done before.
    firsts: i64,
}

impl Inside {
    /// Did this device?
    pub(crate) fn is_by(&self, device: DeviceId) -> bool {
        self.devices.contains(&device)
    }

    /// Did more than one device, or one that did not know that it had? Then two people may have come.
    pub(crate) fn is_conflict(&self) -> bool {
        self.devices.len() > 1 || self.firsts > 1
    }

    /// One more entry, of which the device said this.
    pub(crate) fn add(&mut self, device: DeviceId, said: Verdict) {
        self.devices.insert(device);
        self.firsts += i64::from(said != Verdict::Again);
    }
}

/// How often somebody was let in with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entries {
    pub(crate) first_at: Timestamp,
    /// With a doubt, at least once.
    pub(crate) is_doubtful: bool,
    /// More than once, as [`Inside::is_conflict`] says it.
    pub(crate) is_conflict: bool,
}

/// Somebody was let in with a ticket with which somebody else may have come, too: one of those entries.
#[derive(Debug, Clone)]
pub(crate) struct StoredConflict {
    pub(crate) serial: TicketSerial,
    pub(crate) device: DeviceId,
    pub(crate) staff: String,
    pub(crate) room: Option<u16>,
    pub(crate) at: Timestamp,
}

/// Waits for others who bring scans of this sitting, until the transaction ends: two that bring the same ticket at once see
/// each other.
pub(crate) async fn lock(
    transaction: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").await?;
    transaction.execute(&statement, &[&format!("scans {exam} {sitting}")]).await?;
    Ok(())
}

/// Those of these ids that are kept already.
pub(crate) async fn known(
    client: &impl GenericClient,
    ids: &[ScanId],
) -> Result<HashMap<ScanId, KnownScan>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, exam, sitting, site, device, serial, act FROM registration.scans WHERE id = ANY($1)",
        )
        .await?;
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let read = |row: &Row| {
        let known = KnownScan {
            entrance: (row.get("exam"), row.get("sitting"), row.get("site")),
            device: DeviceId(row.get("device")),
            serial: serial(row)?,
            act: row.get::<_, &str>("act").parse().map_err(|_| StoreError::Corrupt("what was done at a door"))?,
        };
        Ok((ScanId(row.get("id")), known))
    };
    client.query(&statement, &[&ids]).await?.iter().map(read).collect()
}

/// How many are kept of the site.
pub(crate) async fn count(client: &impl GenericClient, entrance: &Entrance) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS scans FROM registration.scans WHERE exam = $1 AND sitting = $2 AND site = $3",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    Ok(client.query_one(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0]).await?.get("scans"))
}

/// Writes scans of a device, many at once; none of their ids is kept yet.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    entrance: &Entrance,
    (device, staff, received_at): (DeviceId, StaffId, Timestamp),
    scans: &[NewScan<'_>],
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.scans (exam, sitting, site, device, staff, received_at,
                 id, serial, shown, room, at, device_at, sent_at, device_verdict, verdict, act)
             SELECT $1::text, $2::text, $3::uuid, $4::uuid, $5::uuid, $6::timestamptz, u.* FROM unnest(
                 $7::uuid[], $8::int8[], $9::text[], $10::int2[], $11::timestamptz[], $12::timestamptz[],
                 $13::timestamptz[], $14::text[], $15::text[], $16::text[]) u",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let ids: Vec<Uuid> = scans.iter().map(|scan| scan.id.0).collect();
    let serials: Vec<Option<i64>> = scans.iter().map(|scan| scan.serial.map(stored)).collect();
    let shown: Vec<Option<&str>> = scans.iter().map(|scan| scan.shown).collect();
    let small = |number: u16| i16::try_from(number).map_err(|_| StoreError::Corrupt("a room's number"));
    let rooms: Vec<Option<i16>> =
        scans.iter().map(|scan| scan.room.map(small).transpose()).collect::<Result<_, _>>()?;
    let times = |of: fn(&NewScan<'_>) -> Timestamp| scans.iter().map(of).collect::<Vec<_>>();
    let (at, device_at, sent_at) = (times(|scan| scan.at), times(|scan| scan.device_at), times(|scan| scan.sent_at));
    let theirs: Vec<&str> = scans.iter().map(|scan| scan.device_verdict.as_ref()).collect();
    let ours: Vec<&str> = scans.iter().map(|scan| scan.verdict.as_ref()).collect();
    let acts: Vec<&str> = scans.iter().map(|scan| scan.act.as_ref()).collect();
    let row: [&(dyn ToSql + Sync); 16] = [
        &exam.as_str(),
        &sitting.as_str(),
        &site.0,
        &device.0,
        &staff.0,
        &received_at,
        &ids,
        &serials,
        &shown,
        &rooms,
        &at,
        &device_at,
        &sent_at,
        &theirs,
        &ours,
        &acts,
    ];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// With which of these tickets somebody was let in, and by whom.
pub(crate) async fn inside(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    serials: &[TicketSerial],
) -> Result<HashMap<TicketSerial, Inside>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT serial, device, count(*) FILTER (WHERE device_verdict <> 'again') AS firsts FROM registration.scans
             WHERE exam = $1 AND sitting = $2 AND serial = ANY($3) AND act IN ('admitted', 'doubtful')
             GROUP BY serial, device",
        )
        .await?;
    let serials: Vec<i64> = serials.iter().copied().map(stored).collect();
    let mut found: HashMap<TicketSerial, Inside> = HashMap::new();
    for row in client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &serials]).await? {
        if let Some(serial) = serial(&row)? {
            let inside = found.entry(serial).or_default();
            inside.devices.insert(DeviceId(row.get("device")));
            inside.firsts += row.get::<_, i64>("firsts");
        }
    }
    Ok(found)
}

/// With which of these tickets somebody was let in, at whatever site, and how.
pub(crate) async fn entries(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    serials: &[TicketSerial],
) -> Result<HashMap<TicketSerial, Entries>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT serial, min(at) AS first_at, bool_or(act = 'doubtful') AS is_doubtful,
                 count(DISTINCT device) > 1 OR count(*) FILTER (WHERE device_verdict <> 'again') > 1 AS is_conflict
             FROM registration.scans WHERE exam = $1 AND sitting = $2 AND serial = ANY($3) AND act IN ('admitted', 'doubtful') GROUP BY serial",
        )
        .await?;
    let serials: Vec<i64> = serials.iter().copied().map(stored).collect();
    let mut found = HashMap::new();
    for row in client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &serials]).await? {
        let entries = Entries {
            first_at: row.get("first_at"),
            is_doubtful: row.get("is_doubtful"),
            is_conflict: row.get("is_conflict"),
        };
        found.extend(serial(&row)?.map(|serial| (serial, entries)));
    }
    Ok(found)
}

/// The tickets with which somebody was let in at the site, each once; at most so many.
pub(crate) async fn let_in(
    client: &impl GenericClient,
    entrance: &Entrance,
    limit: i64,
) -> Result<Vec<TicketSerial>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT DISTINCT serial FROM registration.scans
             WHERE exam = $1 AND sitting = $2 AND site = $3 AND serial IS NOT NULL AND act IN ('admitted', 'doubtful')
             ORDER BY serial LIMIT $4",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &limit]).await?;
    let serials: Result<Vec<Option<TicketSerial>>, StoreError> = rows.iter().map(serial).collect();
    Ok(serials?.into_iter().flatten().collect())
}

/// How many were let in at the site: each ticket once.
pub(crate) async fn count_let_in(client: &impl GenericClient, entrance: &Entrance) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(DISTINCT serial) AS people FROM registration.scans
             WHERE exam = $1 AND sitting = $2 AND site = $3 AND serial IS NOT NULL AND act IN ('admitted', 'doubtful')",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    Ok(client.query_one(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0]).await?.get("people"))
}

/// The entries with these tickets, by ticket and time; at most so many.
pub(crate) async fn entries_one_by_one(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    serials: &[TicketSerial],
    limit: i64,
) -> Result<Vec<StoredConflict>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT c.serial, c.device, c.room, c.at, s.name FROM registration.scans c
             JOIN registration.staff s ON s.id = c.staff
             WHERE c.exam = $1 AND c.sitting = $2 AND c.serial = ANY($3) AND c.act IN ('admitted', 'doubtful')
             ORDER BY c.serial, c.at, c.id LIMIT $4",
        )
        .await?;
    let serials: Vec<i64> = serials.iter().copied().map(stored).collect();
    let read = |row: &Row| {
        let room: Option<i16> = row.get("room");
        let room = room.map(u16::try_from).transpose().map_err(|_| StoreError::Corrupt("a room's number"))?;
        Ok(StoredConflict {
            serial: serial(row)?.ok_or(StoreError::Corrupt("a scan"))?,
            device: DeviceId(row.get("device")),
            staff: row.get("name"),
            room,
            at: row.get("at"),
        })
    };
    client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &serials, &limit]).await?.iter().map(read).collect()
}

fn serial(row: &Row) -> Result<Option<TicketSerial>, StoreError> {
    let serial: Option<i64> = row.get("serial");
    let read =
        |serial: i64| u64::try_from(serial).map(TicketSerial).map_err(|_| StoreError::Corrupt("a scan's ticket"));
    serial.map(read).transpose()
}

/// Serials come from the store, or were looked up there: none is larger.
fn stored(serial: TicketSerial) -> i64 {
    i64::try_from(serial.0).unwrap_or(i64::MAX)
}
