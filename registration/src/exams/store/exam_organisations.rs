//! The table `exam_organisations`.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::model::text::{Paragraphs, Text};
use crate::store::StoreError;

/// Replaces the organisations of an exam.
pub(crate) async fn replace(
    transaction: &impl GenericClient,
    exam: &ExamId,
    organisations: &[Organisation],
) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM registration.exam_organisations WHERE exam = $1", &[&exam.as_str()]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.exam_organisations (exam, code, position, parent, level, name_zh, name_en,
                 notice_zh, notice_en, allows_elsewhere, opens_at, closes_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .await?;
    for (position, one) in (0_i32..).zip(organisations) {
        let parent = one.parent.as_ref().map(|parent| parent.as_str());
        let row: [&(dyn ToSql + Sync); 12] = [
            &exam.as_str(),
            &one.code.as_str(),
            &position,
            &parent,
            &one.level.as_str(),
            &one.name.zh,
            &one.name.en,
            &one.notice.zh,
            &one.notice.en,
            &one.allows_elsewhere,
            &one.opens_at,
            &one.closes_at,
        ];
        transaction.execute(&statement, &row).await?;
    }
    Ok(())
}

/// All organisations with their exams' ids, in each exam's order.
pub(crate) async fn all(client: &impl GenericClient) -> Result<Vec<(String, Organisation)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, code, parent, level, name_zh, name_en, notice_zh, notice_en, allows_elsewhere, opens_at,
                 closes_at
             FROM registration.exam_organisations ORDER BY exam, position",
        )
        .await?;
    client.query(&statement, &[]).await?.iter().map(|row| Ok((row.get("exam"), read(row)?))).collect()
}

fn read(row: &Row) -> Result<Organisation, StoreError> {
    let corrupt = |_| StoreError::Corrupt("an organisation's code");
    let (parent, level): (Option<&str>, &str) = (row.get("parent"), row.get("level"));
    let level = OrganisationLevel::ALL.into_iter().find(|known| known.as_str() == level);
    Ok(Organisation {
        code: row.get::<_, &str>("code").parse().map_err(corrupt)?,
        parent: parent.map(str::parse).transpose().map_err(corrupt)?,
        level: level.ok_or(StoreError::Corrupt("an organisation's level"))?,
        name: Text { zh: row.get("name_zh"), en: row.get("name_en") },
        notice: Paragraphs { zh: row.get("notice_zh"), en: row.get("notice_en") },
        allows_elsewhere: row.get("allows_elsewhere"),
        opens_at: row.get("opens_at"),
        closes_at: row.get("closes_at"),
    })
}
