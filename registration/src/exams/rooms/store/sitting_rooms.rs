//! The table `sitting_rooms`: which rooms a sitting uses, and in which order.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};

use super::{rooms, sites};
use crate::model::room::{Room, RoomId, Site};
use crate::store::StoreError;

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
    let rows = client.query(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    let read = |row: &tokio_postgres::Row| {
        let number = u16::try_from(row.get::<_, i16>("number")).map_err(|_| StoreError::Corrupt("a room's number"))?;
        Ok(StoredSittingRoom { number, room: rooms::read(row)?, site: sites::read(row) })
    };
    rows.iter().map(read).collect()
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
    let rooms: Vec<uuid::Uuid> = rooms.iter().map(|room| room.0).collect();
    client.execute(&statement, &[&exam, &sitting, &rooms]).await?;
    Ok(())
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
    let rooms: Vec<uuid::Uuid> = rooms.iter().map(|room| room.0).collect();
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
