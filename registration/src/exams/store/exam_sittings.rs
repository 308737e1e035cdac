//! The table `exam_sittings`.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::exam::ExamSitting;
use crate::model::fen::Fen;
use crate::model::text::Text;
use crate::store::StoreError;

/// Adds or changes the sittings of an exam; those that it has besides stay, behind the others, and are returned.
pub(crate) async fn upsert(
    transaction: &impl GenericClient,
    exam: &ExamId,
    sittings: &[ExamSitting],
) -> Result<Vec<SittingId>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.exam_sittings
                 (exam, id, position, title_zh, title_en, group_id, venue_zh, venue_en, starts_at, fee_fen, subject,
                  campus)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (exam, id) DO UPDATE SET position = excluded.position, title_zh = excluded.title_zh,
                 title_en = excluded.title_en, group_id = excluded.group_id, venue_zh = excluded.venue_zh,
                 venue_en = excluded.venue_en, starts_at = excluded.starts_at, fee_fen = excluded.fee_fen,
                 subject = excluded.subject, campus = excluded.campus",
        )
        .await?;
    for (position, sitting) in (0_i32..).zip(sittings) {
        let ExamSitting { id, title, group, venue, starts_at, fee, subject, campus } = sitting;
        let subject = subject.as_ref().map(|subject| subject.as_str());
        let campus = campus.as_ref().map(|campus| campus.as_str());
        let group = group.as_ref().map(|group| group.as_str());
        let row: [&(dyn ToSql + Sync); 12] = [
            &exam.as_str(),
            &id.as_str(),
            &position,
            &title.zh,
            &title.en,
            &group,
            &venue.zh,
            &venue.en,
            starts_at,
            &fee.0,
            &subject,
            &campus,
        ];
        transaction.execute(&statement, &row).await?;
    }
    keep_others(transaction, exam, sittings).await
}

/// When the sittings of an exam begin.
pub(crate) async fn starts(
    client: &impl GenericClient,
    exam: &ExamId,
) -> Result<HashMap<SittingId, Timestamp>, StoreError> {
    let statement =
        client.prepare_cached("SELECT id, starts_at FROM registration.exam_sittings WHERE exam = $1").await?;
    let read = |row: &Row| {
        let id = row.get::<_, &str>("id").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?;
        Ok((id, row.get("starts_at")))
    };
    client.query(&statement, &[&exam.as_str()]).await?.iter().map(read).collect()
}

async fn keep_others(
    transaction: &impl GenericClient,
    exam: &ExamId,
    sittings: &[ExamSitting],
) -> Result<Vec<SittingId>, StoreError> {
    let named: Vec<&str> = sittings.iter().map(|sitting| sitting.id.as_str()).collect();
    let behind = i32::try_from(named.len()).map_err(|_| StoreError::Corrupt("too many sittings"))?;
    let rows = transaction
        .query(
            "UPDATE registration.exam_sittings SET position = $3 WHERE exam = $1 AND id <> ALL($2) RETURNING id",
            &[&exam.as_str(), &named, &behind],
        )
        .await?;
    rows.iter().map(|row| sitting_id(row.get("id"))).collect()
}

/// All sittings with their exams' ids, in each exam's order.
pub(crate) async fn all(client: &impl GenericClient) -> Result<Vec<(String, ExamSitting)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, id, title_zh, title_en, group_id, venue_zh, venue_en, starts_at, fee_fen,
                 subject, campus
             FROM registration.exam_sittings ORDER BY exam, position, id",
        )
        .await?;
    client.query(&statement, &[]).await?.iter().map(|row| Ok((row.get("exam"), read(row)?))).collect()
}

fn read(row: &Row) -> Result<ExamSitting, StoreError> {
    let group: Option<&str> = row.get("group_id");
    let (subject, campus): (Option<&str>, Option<&str>) = (row.get("subject"), row.get("campus"));
    Ok(ExamSitting {
        id: sitting_id(row.get("id"))?,
        title: Text { zh: row.get("title_zh"), en: row.get("title_en") },
        group: group.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a group's id"))?,
        venue: Text { zh: row.get("venue_zh"), en: row.get("venue_en") },
        starts_at: row.get("starts_at"),
        fee: Fen(row.get("fee_fen")),
        subject: subject.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a subject's id"))?,
        campus: campus.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a campus' code"))?,
    })
}

fn sitting_id(text: &str) -> Result<SittingId, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("a sitting's id"))
}
