//! The table `exam_drafts`: definitions that staff work on.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::exams::definition::DefinitionTexts;
use crate::model::exam::draft::{Draft, DraftId, DraftOrigin, DraftState};
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// What every query of drafts selects.
const COLUMNS: &str = "d.id, d.exam, d.base, d.origin, d.state, d.version, d.made_at, d.changed_at,
    m.name AS made_by, c.name AS changed_by";
const FROM: &str = "registration.exam_drafts d JOIN registration.staff m ON m.id = d.made_by
    JOIN registration.staff c ON c.id = d.changed_by";

/// A draft that is begun.
pub(crate) struct NewDraft<'a> {
    pub(crate) id: DraftId,
    /// The exam that it changes, and what stands of it.
    pub(crate) base: Option<(&'a ExamId, &'a str)>,
    pub(crate) origin: DraftOrigin,
    pub(crate) texts: &'a DefinitionTexts,
    pub(crate) staff: StaffId,
    pub(crate) at: Timestamp,
}

/// Adds a draft.
pub(crate) async fn insert(client: &impl GenericClient, new: &NewDraft<'_>) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.exam_drafts (id, exam, base, origin, exam_toml, sittings_csv, organisations_csv,
                 made_at, made_by, changed_at, changed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)",
        )
        .await?;
    let (exam, base) = new.base.map(|(exam, base)| (exam.as_str(), base)).unzip();
    let DefinitionTexts { exam: toml, sittings, organisations } = new.texts;
    let row: [&(dyn ToSql + Sync); 9] =
        [&new.id.0, &exam, &base, &new.origin.as_ref(), toml, sittings, organisations, &new.at, &new.staff.0];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// Drafts that somebody may still go on with, the one that was changed last first.
pub(crate) async fn open(client: &impl GenericClient, limit: i64) -> Result<Vec<Draft>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE d.state = 'open' ORDER BY d.changed_at DESC, d.id LIMIT $1");
    let statement = client.prepare_cached(&sql).await?;
    client.query(&statement, &[&limit]).await?.iter().map(read).collect()
}

/// One draft with its texts, whatever became of it. `locks`: nobody else changes it until the transaction ends.
pub(crate) async fn get(
    client: &impl GenericClient,
    id: DraftId,
    locks: bool,
) -> Result<Option<(Draft, DefinitionTexts)>, StoreError> {
    // Other tables may refer to it meanwhile.
    let lock = if locks { "FOR NO KEY UPDATE OF d" } else { "" };
    let sql = format!(
        "SELECT {COLUMNS}, d.exam_toml, d.sittings_csv, d.organisations_csv FROM {FROM} WHERE d.id = $1 {lock}"
    );
    let statement = client.prepare_cached(&sql).await?;
    let found = client.query_opt(&statement, &[&id.0]).await?;
    found
        .map(|row| {
            let texts = DefinitionTexts {
                exam: row.get("exam_toml"),
                sittings: row.get("sittings_csv"),
                organisations: row.get("organisations_csv"),
            };
            Ok((read(&row)?, texts))
        })
        .transpose()
}

/// Changes the texts of a draft that is open and still has that version. False where it has not.
pub(crate) async fn change(
    client: &impl GenericClient,
    (id, version): (DraftId, i64),
    texts: &DefinitionTexts,
    (staff, at): (StaffId, Timestamp),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.exam_drafts SET version = version + 1, exam_toml = $3, sittings_csv = $4,
                 organisations_csv = $5, changed_at = $6, changed_by = $7
             WHERE id = $1 AND version = $2 AND state = 'open'",
        )
        .await?;
    let DefinitionTexts { exam, sittings, organisations } = texts;
    let row: [&(dyn ToSql + Sync); 7] = [&id.0, &version, exam, sittings, organisations, &at, &staff.0];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Ends a draft that is open and still has that version. False where it has not.
pub(crate) async fn end(
    client: &impl GenericClient,
    (id, version): (DraftId, i64),
    state: DraftState,
    (staff, at): (StaffId, Timestamp),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.exam_drafts SET state = $3, changed_at = $4, changed_by = $5
             WHERE id = $1 AND version = $2 AND state = 'open'",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &version, &state.as_ref(), &at, &staff.0]).await? == 1)
}

fn read(row: &Row) -> Result<Draft, StoreError> {
    let exam: Option<&str> = row.get("exam");
    let (origin, state): (&str, &str) = (row.get("origin"), row.get("state"));
    Ok(Draft {
        id: DraftId(row.get("id")),
        exam: exam.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        base: row.get("base"),
        origin: origin.parse().map_err(|_| StoreError::Corrupt("where a draft comes from"))?,
        state: state.parse().map_err(|_| StoreError::Corrupt("the state of a draft"))?,
        version: row.get("version"),
        made_at: row.get("made_at"),
        made_by: row.get("made_by"),
        changed_at: row.get("changed_at"),
        changed_by: row.get("changed_by"),
    })
}
