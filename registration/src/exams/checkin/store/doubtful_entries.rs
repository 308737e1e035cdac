//! The table `doubtful_entries`: who was let in with a doubt about who it is, and what two members of staff say of it.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::model::room::SiteId;
use crate::model::room::checkin::{DoubtId, Entrance, Opinion, ScanId};
use crate::model::room::ticket::TicketSerial;
use crate::store::{StoreError, violates};

/// What every query of entries begins with.
const SELECT: &str = "SELECT d.id, d.scan, d.serial, d.tries, d.at, d.removed_at, s.name AS staff_name,
    d.first_by, f.name AS first_name, d.first_says, d.first_note, d.first_at,
    d.second_by, g.name AS second_name, d.second_says, d.second_note, d.second_at
    FROM registration.doubtful_entries d JOIN registration.staff s ON s.id = d.staff
    LEFT JOIN registration.staff f ON f.id = d.first_by LEFT JOIN registration.staff g ON g.id = d.second_by";

/// An entry as it is written.
pub(crate) struct NewDoubt {
    pub(crate) id: DoubtId,
    pub(crate) scan: ScanId,
    pub(crate) serial: TicketSerial,
    pub(crate) staff: StaffId,
    pub(crate) tries: u8,
    pub(crate) at: Timestamp,
    pub(crate) received_at: Timestamp,
}

/// What somebody signed.
#[derive(Debug, Clone)]
pub(crate) struct StoredSignature {
    pub(crate) by: StaffId,
    pub(crate) name: String,
    pub(crate) says: Opinion,
    pub(crate) note: String,
    pub(crate) at: Timestamp,
}

/// An entry as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredDoubt {
    pub(crate) id: DoubtId,
    pub(crate) scan: ScanId,
    pub(crate) serial: TicketSerial,
    pub(crate) staff_name: String,
    pub(crate) tries: u8,
    pub(crate) at: Timestamp,
    pub(crate) removed_at: Option<Timestamp>,
    pub(crate) first: Option<StoredSignature>,
    pub(crate) second: Option<StoredSignature>,
}

/// Writes an entry. False when its scan has one already, or its id is another's.
pub(crate) async fn insert(
    client: &impl GenericClient,
    entrance: &Entrance,
    new: &NewDoubt,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.doubtful_entries
                 (id, scan, exam, sitting, site, serial, staff, tries, at, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let NewDoubt { id, scan, serial, staff, tries, at, received_at } = new;
    let serial = i64::try_from(serial.0).map_err(|_| StoreError::Corrupt("a ticket's serial"))?;
    let tries = i16::from(*tries);
    let row: [&(dyn ToSql + Sync); 10] =
        [&id.0, &scan.0, &exam.as_str(), &sitting.as_str(), &site.0, &serial, &staff.0, &tries, at, received_at];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Is exactly this entry kept: of this id, with this scan, at this entrance?
pub(crate) async fn is_kept(
    client: &impl GenericClient,
    entrance: &Entrance,
    (id, scan): (DoubtId, ScanId),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.doubtful_entries
                 WHERE id = $1 AND scan = $2 AND exam = $3 AND sitting = $4 AND site = $5) AS is_kept",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let row: [&(dyn ToSql + Sync); 5] = [&id.0, &scan.0, &exam.as_str(), &sitting.as_str(), &site.0];
    Ok(client.query_one(&statement, &row).await?.get("is_kept"))
}

/// The entries of the site, those that wait for a signature first; at most so many.
pub(crate) async fn at(
    client: &impl GenericClient,
    entrance: &Entrance,
    limit: i64,
) -> Result<Vec<StoredDoubt>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE d.exam = $1 AND d.sitting = $2 AND d.site = $3
             ORDER BY d.second_at IS NOT NULL, d.at, d.id LIMIT $4"
        ))
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &limit]).await?;
    rows.iter().map(read).collect()
}

/// One entry of the site, which nobody else signs until the transaction ends.
pub(crate) async fn lock(
    transaction: &impl GenericClient,
    entrance: &Entrance,
    id: DoubtId,
) -> Result<Option<StoredDoubt>, StoreError> {
    let statement = transaction
        .prepare_cached(&format!(
            "{SELECT} WHERE d.exam = $1 AND d.sitting = $2 AND d.site = $3 AND d.id = $4 FOR UPDATE OF d"
        ))
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let row = transaction.query_opt(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0, &id.0]).await?;
    row.as_ref().map(read).transpose()
}

/// Writes what somebody says: the first, or else the second signature. False when one person would sign twice, or there are
/// two already.
pub(crate) async fn sign(
    transaction: &impl GenericClient,
    id: DoubtId,
    (by, says, note, at): (StaffId, Opinion, &str, Timestamp),
) -> Result<bool, StoreError> {
    let first = transaction
        .prepare_cached(
            "UPDATE registration.doubtful_entries SET first_by = $2, first_says = $3, first_note = $4, first_at = $5
             WHERE id = $1 AND first_by IS NULL",
        )
        .await?;
    let row: [&(dyn ToSql + Sync); 5] = [&id.0, &by.0, &says.as_ref(), &note, &at];
    if transaction.execute(&first, &row).await? == 1 {
        return Ok(true);
    }
    let second = transaction
        .prepare_cached(
            "UPDATE registration.doubtful_entries SET second_by = $2, second_says = $3, second_note = $4, second_at = $5
             WHERE id = $1 AND second_by IS NULL",
        )
        .await?;
    match transaction.execute(&second, &row).await {
        Ok(signed) => Ok(signed == 1),
        Err(error) if violates(&error, "doubtful_entries_two_people") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// How many entries the site has, each counted once.
pub(crate) async fn count(client: &impl GenericClient, entrance: &Entrance) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS entries FROM registration.doubtful_entries
             WHERE exam = $1 AND sitting = $2 AND site = $3",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    Ok(client.query_one(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0]).await?.get("entries"))
}

/// How many people came in with a doubt, and how many of the site's entries wait for a signature.
pub(crate) async fn counts(client: &impl GenericClient, entrance: &Entrance) -> Result<(i64, i64), StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(DISTINCT serial) AS people, count(*) FILTER (WHERE second_at IS NULL) AS waiting
             FROM registration.doubtful_entries WHERE exam = $1 AND sitting = $2 AND site = $3",
        )
        .await?;
    let Entrance { exam, sitting, site } = entrance;
    let row = client.query_one(&statement, &[&exam.as_str(), &sitting.as_str(), &site.0]).await?;
    Ok((row.get("people"), row.get("waiting")))
}

/// Entries that came before `until` and whose photo is still kept, at most so many. By our clock: one that a device got wrong
/// must not take a photo away.
pub(crate) async fn old(
    client: &impl GenericClient,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(Entrance, DoubtId, ScanId)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, sitting, site, id, scan FROM registration.doubtful_entries
             WHERE received_at < $1 AND removed_at IS NULL ORDER BY received_at LIMIT $2",
        )
        .await?;
    let read = |row: &Row| {
        let entrance = Entrance {
            exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
            sitting: row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
            site: SiteId(row.get("site")),
        };
        Ok((entrance, DoubtId(row.get("id")), ScanId(row.get("scan"))))
    };
    client.query(&statement, &[&until, &limit]).await?.iter().map(read).collect()
}

/// The photo of the entry was removed.
pub(crate) async fn note_removed(client: &impl GenericClient, id: DoubtId, at: Timestamp) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.doubtful_entries SET removed_at = $2 WHERE id = $1").await?;
    client.execute(&statement, &[&id.0, &at]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<StoredDoubt, StoreError> {
    let serial = u64::try_from(row.get::<_, i64>("serial")).map_err(|_| StoreError::Corrupt("a ticket's serial"))?;
    let tries = u8::try_from(row.get::<_, i16>("tries")).map_err(|_| StoreError::Corrupt("tries at a door"))?;
    let first = ["first_by", "first_name", "first_says", "first_note", "first_at"];
    let second = ["second_by", "second_name", "second_says", "second_note", "second_at"];
    Ok(StoredDoubt {
        id: DoubtId(row.get("id")),
        scan: ScanId(row.get("scan")),
        serial: TicketSerial(serial),
        staff_name: row.get("staff_name"),
        tries,
        at: row.get("at"),
        removed_at: row.get("removed_at"),
        first: signature(row, first)?,
        second: signature(row, second)?,
    })
}

fn signature(row: &Row, [by, name, says, note, at]: [&str; 5]) -> Result<Option<StoredSignature>, StoreError> {
    let Some(signer) = row.get::<_, Option<Uuid>>(by) else { return Ok(None) };
    let says: &str = row.get(says);
    Ok(Some(StoredSignature {
        by: StaffId(signer),
        name: row.get(name),
        says: says.parse().map_err(|_| StoreError::Corrupt("what was said of an entry in doubt"))?,
        note: row.get(note),
        at: row.get(at),
    }))
}
