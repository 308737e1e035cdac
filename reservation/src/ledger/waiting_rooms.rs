//! Table `waiting_rooms`: how each exam's room is set, and the keys that all processes share.

use std::collections::HashMap;

use tokio_postgres::{GenericClient, Row};

use super::LedgerError;
use crate::ids::ExamId;
use crate::sitting::Exam;
use crate::waiting_room::{WaitingRoomKeys, WaitingRoomMode, WaitingRoomSettings};

/// A room: how it is set, and its keys.
pub type WaitingRoomRow = (WaitingRoomSettings, WaitingRoomKeys);

/// Sets the exam's room, within the transaction that puts the exam. The first time that a room is wanted, its keys are
/// drawn; again when an exam that had opened before, so that its seed is public, is to open anew.
pub async fn put(client: &impl GenericClient, exam: &Exam, had_opened: bool) -> Result<(), LedgerError> {
    let known = client
        .query_opt("SELECT * FROM reservation.waiting_rooms WHERE exam = $1 FOR UPDATE", &[&exam.id.as_str()])
        .await?;
    let known = known.as_ref().map(room).transpose()?;
    let opens_later = exam.opens_at.is_some_and(|opens| opens > jiff::Timestamp::now());
    let keys = match known {
        None if exam.waiting_room.mode == WaitingRoomMode::Off => return Ok(()),
        None => WaitingRoomKeys::draw(1),
        Some((_, keys)) if had_opened && opens_later => WaitingRoomKeys::draw(keys.round.saturating_add(1)),
        Some((_, keys)) => keys,
    };
    let rate = exam.waiting_room.admit_per_second.map(|rate| i32::try_from(rate).unwrap_or(i32::MAX));
    client
        .execute(
            "INSERT INTO reservation.waiting_rooms (exam, mode, admit_per_second, round, seed, pass_key)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (exam) DO UPDATE SET mode = excluded.mode, admit_per_second = excluded.admit_per_second,
                 round = excluded.round, seed = excluded.seed, pass_key = excluded.pass_key",
            &[
                &exam.id.as_str(),
                &exam.waiting_room.mode.as_str(),
                &rate,
                &keys.round,
                &keys.seed.as_slice(),
                &keys.pass_key.as_slice(),
            ],
        )
        .await?;
    Ok(())
}

fn room(row: &Row) -> Result<WaitingRoomRow, LedgerError> {
    let bytes = |column| {
        let bytes: &[u8] = row.get(column);
        <[u8; 32]>::try_from(bytes).map_err(|_| LedgerError::Unavailable(format!("{column} has not 32 bytes")))
    };
    let mode = match row.get("mode") {
        "on" => WaitingRoomMode::On,
        "automatic" => WaitingRoomMode::Automatic,
        _ => WaitingRoomMode::Off,
    };
    let admit_per_second = row.get::<_, Option<i32>>("admit_per_second").and_then(|rate| u32::try_from(rate).ok());
    let keys = WaitingRoomKeys { round: row.get("round"), seed: bytes("seed")?, pass_key: bytes("pass_key")? };
    Ok((WaitingRoomSettings { mode, admit_per_second }, keys))
}

/// All rooms that ever were wanted, by exam.
pub async fn all(client: &impl GenericClient) -> Result<HashMap<ExamId, WaitingRoomRow>, LedgerError> {
    let rows = client.query("SELECT * FROM reservation.waiting_rooms", &[]).await?;
    rows.iter()
        .map(|row| {
            let exam: String = row.get("exam");
            let exam = exam.parse().map_err(|_| LedgerError::Unavailable(format!("{exam} is no exam's id")))?;
            Ok((exam, room(row)?))
        })
        .collect()
}
