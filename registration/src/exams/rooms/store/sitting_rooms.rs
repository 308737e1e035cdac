//! The table `sitting_rooms`: which rooms a sitting uses, and in which order.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use uuid::Uuid;

use super::{rooms, sites};
use crate::model::ids::StaffId;
use crate::model::room::checkin::Entrance;
use crate::model::room::{Room, RoomId, Site};
use crate::store::StoreError;

/// The rooms `u` at whose doors sittings `e` are held: as published, or where nothing is, as chosen. One step in an index for each
/// room that was published, however many sit there.
macro_rules! at_doors {
    () => {
        "registration.exam_sittings e CROSS JOIN LATERAL (
             WITH RECURSIVE p AS (
                 (SELECT a.room, a.room_number FROM registration.seat_assignments a
                  WHERE a.exam = e.exam AND a.sitting = e.id ORDER BY a.room LIMIT 1)
                 UNION ALL
                 SELECT n.room, n.room_number FROM p CROSS JOIN LATERAL (
                     SELECT a.room, a.room_number FROM registration.seat_assignments a
                     WHERE a.exam = e.exam AND a.sitting = e.id AND a.room > p.room ORDER BY a.room LIMIT 1) n)
             SELECT p.room_number AS number, p.room FROM p
             UNION ALL
             SELECT c.number, c.room FROM registration.sitting_rooms c
             WHERE c.exam = e.exam AND c.sitting = e.id AND NOT EXISTS (SELECT FROM p)) u
         JOIN registration.rooms r ON r.id = u.room JOIN registration.sites s ON s.id = r.site"
    };
}

/// A room of a sitting, with its number on the door.
pub(crate) struct StoredSittingRoom {
    pub(crate) number: u16,
    pub(crate) room: Room,
    pub(crate) site: Site,
}

/// Another sitting that uses one of the rooms.
pub(crate) struct OtherUse {
    pub(crate) room: RoomId,
    pub(crate) exam: ExamId,
    pub(crate) sitting: SittingId,
}

/// The rooms of a sitting, by number.
pub(crate) async fn of_sitting(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Vec<StoredSittingRoom>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT u.number, ",
            rooms::columns!(),
            ", ",
            sites::columns!(),
            " FROM registration.sitting_rooms u JOIN registration.rooms r ON r.id = u.room
              JOIN registration.sites s ON s.id = r.site WHERE u.exam = $1 AND u.sitting = $2 ORDER BY u.number"
        ))
        .await?;
    client.query(&statement, &[&exam.as_str(), &sitting.as_str()]).await?.iter().map(read).collect()
}

/// The rooms at whose doors people come in for a sitting, by number: those in which they have places, while others are chosen
/// for another draw. Before anything is published, those that are chosen.
pub(crate) async fn at_doors(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Vec<StoredSittingRoom>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT u.number, ",
            rooms::columns!(),
            ", ",
            sites::columns!(),
            " FROM ",
            at_doors!(),
            " WHERE e.exam = $1 AND e.id = $2 ORDER BY u.number, u.room"
        ))
        .await?;
    client.query(&statement, &[&exam.as_str(), &sitting.as_str()]).await?.iter().map(read).collect()
}

/// The sitting uses these rooms and no others, numbered from 1 in this order.
pub(crate) async fn replace(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
    rooms: &[RoomId],
) -> Result<(), StoreError> {
    let (exam, sitting) = (exam.as_str(), sitting.as_str());
    let delete = "DELETE FROM registration.sitting_rooms WHERE exam = $1 AND sitting = $2";
    client.execute(delete, &[&exam, &sitting]).await?;
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.sitting_rooms (exam, sitting, number, room)
             SELECT $1::text, $2::text, u.number::smallint, u.room FROM unnest($3::uuid[]) WITH ORDINALITY AS u(room, number)",
        )
        .await?;
    let rooms: Vec<Uuid> = rooms.iter().map(|room| room.0).collect();
    client.execute(&statement, &[&exam, &sitting, &rooms]).await?;
    Ok(())
}

/// Of these exams, and at these sites, alone; `None`: of all.
type Places = (Option<Vec<String>>, Option<Vec<Uuid>>);

/// The sittings at each site that begin between two times, the first one first, at most so many, by the rooms at whose doors
/// people come in. Only those that an invigilator was given, and only of these exams and at these sites, where that is said.
pub(crate) async fn entrances(
    client: &impl GenericClient,
    (after, before): (Timestamp, Timestamp),
    (of, (exams, sites)): (Option<StaffId>, &Places),
    limit: i64,
) -> Result<Vec<(Entrance, Site)>, StoreError> {
    let statement = client
        .prepare_cached(concat!(
            "SELECT DISTINCT e.starts_at, e.exam, e.id AS sitting, ",
            sites::columns!(),
            " FROM ",
            at_doors!(),
            " WHERE e.starts_at > $1 AND e.starts_at < $2 AND ($3::uuid IS NULL OR EXISTS (
                  SELECT FROM registration.invigilators i
                  WHERE (i.exam, i.sitting, i.site, i.staff) = (e.exam, e.id, s.id, $3)))
                  AND ($5::text[] IS NULL OR e.exam = ANY($5)) AND ($6::uuid[] IS NULL OR s.id = ANY($6))
              ORDER BY e.starts_at, e.exam, e.id, s.name_zh LIMIT $4"
        ))
        .await?;
    let of = of.map(|staff| staff.0);
    let rows = client.query(&statement, &[&after, &before, &of, &limit, exams, sites]).await?;
    let read = |row: &tokio_postgres::Row| {
        let site = sites::read(row);
        let exam = row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?;
        let sitting = row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?;
        Ok((Entrance { exam, sitting, site: site.id }, site))
    };
    rows.iter().map(read).collect()
}

/// Other sittings that use one of these rooms and begin less than so long before or after, at most so many.
pub(crate) async fn others_at(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    rooms: &[RoomId],
    (after, before): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<OtherUse>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT u.room, u.exam, u.sitting FROM registration.sitting_rooms u
             JOIN registration.exam_sittings e ON e.exam = u.exam AND e.id = u.sitting
             WHERE u.room = ANY($1) AND (u.exam, u.sitting) <> ($2, $3) AND e.starts_at > $4 AND e.starts_at < $5
             ORDER BY u.exam, u.sitting, u.number LIMIT $6",
        )
        .await?;
    let rooms: Vec<Uuid> = rooms.iter().map(|room| room.0).collect();
    let rows = client.query(&statement, &[&rooms, &exam.as_str(), &sitting.as_str(), &after, &before, &limit]).await?;
    let read = |row: &tokio_postgres::Row| {
        Ok(OtherUse {
            room: RoomId(row.get("room")),
            exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
            sitting: row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &tokio_postgres::Row) -> Result<StoredSittingRoom, StoreError> {
    let number = u16::try_from(row.get::<_, i16>("number")).map_err(|_| StoreError::Corrupt("a room's number"))?;
    Ok(StoredSittingRoom { number, room: rooms::read(row)?, site: sites::read(row) })
}
