//! The table `exam_definitions`: the texts that exams were last brought by.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::exams::definition::DefinitionTexts;
use crate::store::StoreError;

/// Keeps the texts of an exam's definition in the place of those before; `None`: there are none, and none are kept.
pub(crate) async fn put(
    client: &impl GenericClient,
    exam: &ExamId,
    texts: Option<&DefinitionTexts>,
) -> Result<(), StoreError> {
    let Some(DefinitionTexts { exam: toml, sittings, organisations }) = texts else {
        client.execute("DELETE FROM registration.exam_definitions WHERE exam = $1", &[&exam.as_str()]).await?;
        return Ok(());
    };
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.exam_definitions (exam, exam_toml, sittings_csv, organisations_csv)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (exam) DO UPDATE SET exam_toml = excluded.exam_toml, sittings_csv = excluded.sittings_csv,
                 organisations_csv = excluded.organisations_csv",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), toml, sittings, organisations]).await?;
    Ok(())
}

/// The texts that an exam was last brought by; `None` where none were kept. What stands may be another thing by now.
pub(crate) async fn get(client: &impl GenericClient, exam: &ExamId) -> Result<Option<DefinitionTexts>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam_toml, sittings_csv, organisations_csv FROM registration.exam_definitions WHERE exam = $1",
        )
        .await?;
    let found = client.query_opt(&statement, &[&exam.as_str()]).await?;
    Ok(found.map(|row| DefinitionTexts {
        exam: row.get("exam_toml"),
        sittings: row.get("sittings_csv"),
        organisations: row.get("organisations_csv"),
    }))
}
