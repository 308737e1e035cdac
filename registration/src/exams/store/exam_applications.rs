//! The table `exam_applications`: drafts whose application has begun and has not ended.

use deadpool_postgres::GenericClient;
use reservation::ids::SittingId;

use crate::model::exam::draft::DraftId;
use crate::store::StoreError;

/// An application that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Application {
    /// The version of the draft that is applied.
    pub(crate) version: i64,
    /// Which version of the exam pages showed when it began; `None`: there was none.
    pub(crate) exam_version: Option<i64>,
    /// The sittings that the engine was to change.
    pub(crate) sittings: Vec<SittingId>,
}

/// Notes that an application begins, in the place of one before.
pub(crate) async fn put(client: &impl GenericClient, draft: DraftId, begun: &Application) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.exam_applications (draft, version, exam_version, sittings)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (draft) DO UPDATE SET version = excluded.version, exam_version = excluded.exam_version,
                 sittings = excluded.sittings",
        )
        .await?;
    let sittings: Vec<&str> = begun.sittings.iter().map(|sitting| sitting.as_str()).collect();
    client.execute(&statement, &[&draft.0, &begun.version, &begun.exam_version, &sittings]).await?;
    Ok(())
}

/// The application of a draft that has begun and has not ended.
pub(crate) async fn get(client: &impl GenericClient, draft: DraftId) -> Result<Option<Application>, StoreError> {
    let statement = client
        .prepare_cached("SELECT version, exam_version, sittings FROM registration.exam_applications WHERE draft = $1")
        .await?;
    let Some(row) = client.query_opt(&statement, &[&draft.0]).await? else { return Ok(None) };
    let read = |id: &str| id.parse().map_err(|_| StoreError::Corrupt("a sitting's id"));
    let sittings: Vec<&str> = row.get("sittings");
    let sittings = sittings.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Some(Application { version: row.get("version"), exam_version: row.get("exam_version"), sittings }))
}

/// The application has ended.
pub(crate) async fn remove(client: &impl GenericClient, draft: DraftId) -> Result<(), StoreError> {
    client.execute("DELETE FROM registration.exam_applications WHERE draft = $1", &[&draft.0]).await?;
    Ok(())
}
