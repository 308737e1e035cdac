//! The table `exam_groups`.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::model::exam::Group;
use crate::model::text::Text;
use crate::store::StoreError;

/// Replaces the groups of an exam.
pub(crate) async fn replace(
    transaction: &impl GenericClient,
    exam: &ExamId,
    groups: &[Group],
) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM registration.exam_groups WHERE exam = $1", &[&exam.as_str()]).await?;
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.exam_groups (exam, id, position, title_zh, title_en) VALUES ($1, $2, $3, $4, $5)",
        )
        .await?;
    for (position, group) in (0_i32..).zip(groups) {
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&exam.as_str(), &group.id.as_str(), &position, &group.title.zh, &group.title.en];
        transaction.execute(&statement, &row).await?;
    }
    Ok(())
}

/// All groups with their exams' ids, in each exam's order.
pub(crate) async fn all(client: &impl GenericClient) -> Result<Vec<(String, Group)>, StoreError> {
    let statement = client
        .prepare_cached("SELECT exam, id, title_zh, title_en FROM registration.exam_groups ORDER BY exam, position")
        .await?;
    let rows = client.query(&statement, &[]).await?;
    rows.iter()
        .map(|row| {
            let id = row.get::<_, &str>("id").parse().map_err(|_| StoreError::Corrupt("a group's id"))?;
            Ok((row.get("exam"), Group { id, title: Text { zh: row.get("title_zh"), en: row.get("title_en") } }))
        })
        .collect()
}
