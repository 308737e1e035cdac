//! Table `exams`: how long a seat is held, and when holds are given out.

use jiff::SignedDuration;
use tokio_postgres::{GenericClient, Row};

use super::LedgerError;
use crate::ids::ExamId;
use crate::sitting::{Acknowledge, Exam};
use crate::waiting_room::WaitingRoomSettings;

/// Creates or changes an exam. True when it is new.
pub async fn put(client: &impl GenericClient, exam: &Exam) -> Result<bool, LedgerError> {
    let acknowledge = match exam.acknowledge {
        Acknowledge::Redis => "redis",
        Acknowledge::Ledger => "ledger",
    };
    let seconds = |span: SignedDuration| i32::try_from(span.as_secs()).unwrap_or(i32::MAX);
    let row = client
        .query_one(
            "INSERT INTO reservation.exams (id, title, hold_seconds, grace_seconds, opens_at, closes_at, acknowledge)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (id) DO UPDATE SET title = excluded.title, hold_seconds = excluded.hold_seconds,
                 grace_seconds = excluded.grace_seconds, opens_at = excluded.opens_at,
                 closes_at = excluded.closes_at, acknowledge = excluded.acknowledge
             RETURNING xmax = 0 AS is_new",
            &[
                &exam.id.as_str(),
                &exam.title,
                &seconds(exam.hold),
                &seconds(exam.grace),
                &exam.opens_at,
                &exam.closes_at,
                &acknowledge,
            ],
        )
        .await?;
    Ok(row.get("is_new"))
}

/// Has the exam opened by now? Its row stays locked until the transaction ends.
pub async fn had_opened(client: &impl GenericClient, exam: &ExamId) -> Result<bool, LedgerError> {
    let row = client
        .query_opt(
            "SELECT opens_at IS NULL OR opens_at <= now() AS has_opened FROM reservation.exams WHERE id = $1 FOR UPDATE",
            &[&exam.as_str()],
        )
        .await?;
    Ok(row.is_some_and(|row| row.get("has_opened")))
}

fn exam(row: &Row) -> Result<Exam, LedgerError> {
    let id: String = row.get("id");
    Ok(Exam {
        id: id.parse::<ExamId>().map_err(|error| LedgerError::Unavailable(error.to_string()))?,
        title: row.get("title"),
        hold: SignedDuration::from_secs(row.get::<_, i32>("hold_seconds").into()),
        grace: SignedDuration::from_secs(row.get::<_, i32>("grace_seconds").into()),
        opens_at: row.get("opens_at"),
        closes_at: row.get("closes_at"),
        acknowledge: match row.get("acknowledge") {
            "ledger" => Acknowledge::Ledger,
            _ => Acknowledge::Redis,
        },
        // Of a table of its own.
        waiting_room: WaitingRoomSettings::default(),
    })
}

/// Reads all exams, by id.
pub async fn all(client: &impl GenericClient) -> Result<Vec<Exam>, LedgerError> {
    client.query("SELECT * FROM reservation.exams ORDER BY id", &[]).await?.iter().map(exam).collect()
}
