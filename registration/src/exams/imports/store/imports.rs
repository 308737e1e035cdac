//! The table `imports`: files that staff brought, and what became of them.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use strum::VariantArray as _;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::model::import::{Import, ImportCounts, ImportId, ImportKind, ImportState};
use crate::store::StoreError;

/// What every query of imports selects.
const COLUMNS: &str = "i.id, i.kind, i.exam, i.staff, s.name AS staff_name, i.file_name, i.bytes, i.state, i.progress,
    i.lines, i.added, i.changed, i.absent, i.bound, i.removed, i.faults, i.is_stale, i.written,
    i.removed_at IS NULL AS has_file, i.made_at, i.applied_at, a.name AS applied_by";
const FROM: &str = "registration.imports i JOIN registration.staff s ON s.id = i.staff
    LEFT JOIN registration.staff a ON a.id = i.applied_by";

/// An import that a process works on.
pub(crate) struct Due {
    pub(crate) import: Import,
    pub(crate) parts: u32,
    /// By this the process says that it still works on it.
    pub(crate) lease: Uuid,
    /// Whoever had it applied.
    pub(crate) applied_by: Option<StaffId>,
    /// So many lines were to be removed, and no more.
    pub(crate) removes: Option<u64>,
}

/// Adds an import whose file is coming.
pub(crate) async fn insert(
    client: &impl GenericClient,
    id: ImportId,
    (kind, exam): (ImportKind, Option<&ExamId>),
    (staff, file_name): (StaffId, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.imports (id, kind, exam, staff, file_name, state, made_at)
             VALUES ($1, $2, $3, $4, $5, 'uploading', $6)",
        )
        .await?;
    let row: [&(dyn ToSql + Sync); 6] = [&id.0, &kind.as_ref(), &exam.map(ExamId::as_str), &staff.0, &file_name, &at];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// All of the file has come. False when the import was dropped meanwhile.
pub(crate) async fn uploaded(
    client: &impl GenericClient,
    id: ImportId,
    (bytes, parts): (u64, u32),
    digest: &[u8],
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET state = 'reading', bytes = $2, parts = $3, digest = $4
             WHERE id = $1 AND state = 'uploading'",
        )
        .await?;
    let (bytes, parts) = (signed(bytes)?, i32::try_from(parts).map_err(|_| StoreError::Corrupt("too many parts"))?);
    Ok(client.execute(&statement, &[&id.0, &bytes, &parts, &digest]).await? == 1)
}

/// The newest imports.
pub(crate) async fn newest(
    client: &impl GenericClient,
    exams: Option<&[String]>,
    limit: i64,
) -> Result<Vec<Import>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE $2::text[] IS NULL OR i.exam = ANY($2)
             ORDER BY i.made_at DESC, i.id DESC LIMIT $1"
        ))
        .await?;
    // One of a later version is not shown.
    let known = |row: &Row| row.get::<_, &str>("kind").parse::<ImportKind>().is_ok();
    client.query(&statement, &[&limit, &exams]).await?.iter().filter(|row| known(row)).map(read).collect()
}

/// One import, with what was found in its file as it is sealed.
pub(crate) async fn get(
    client: &impl GenericClient,
    id: ImportId,
) -> Result<Option<(Import, u32, Option<Vec<u8>>)>, StoreError> {
    let statement =
        client.prepare_cached(&format!("SELECT {COLUMNS}, i.parts, i.report FROM {FROM} WHERE i.id = $1")).await?;
    let found = client.query_opt(&statement, &[&id.0]).await?;
    found.map(|row| Ok((read(&row)?, parts(&row)?, row.get("report")))).transpose()
}

/// How many imports wait or are worked on.
pub(crate) async fn count_waiting(client: &impl GenericClient) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached("SELECT count(*) FROM registration.imports WHERE state IN ('uploading', 'reading', 'applying')")
        .await?;
    Ok(client.query_one(&statement, &[]).await?.get(0))
}

/// Another import of the same file to the same exam that was applied or is right, the newest.
pub(crate) async fn of_digest(
    client: &impl GenericClient,
    import: ImportId,
) -> Result<Option<(ImportId, Timestamp)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT o.id, o.applied_at FROM registration.imports o JOIN registration.imports i ON i.id = $1
             WHERE o.digest = i.digest AND o.kind = i.kind AND o.exam IS NOT DISTINCT FROM i.exam AND o.id <> i.id AND o.state = 'applied'
             ORDER BY o.applied_at DESC LIMIT 1",
        )
        .await?;
    let found = client.query_opt(&statement, &[&import.0]).await?;
    Ok(found.map(|row| (ImportId(row.get("id")), row.get("applied_at"))))
}

/// Takes the import that has waited longest, for `$2`; one whose process has died is taken, too, but not for ever, unless the engine
/// may have its part of it: that is gone on with until it is whole.
pub(crate) async fn claim(
    client: &impl GenericClient,
    (now, until): (Timestamp, Timestamp),
    tries_max: i16,
) -> Result<Option<Due>, StoreError> {
    let lease = Uuid::new_v4();
    let statement = client
        .prepare_cached(&format!(
            "WITH taken AS (
                 UPDATE registration.imports SET lease = $3, lease_until = $2, tries = least(tries + 1, 1000), progress = 0
                 WHERE id = (SELECT id FROM registration.imports WHERE state IN ('reading', 'applying')
                     AND (lease_until IS NULL OR lease_until < $1) AND kind = ANY($5)
                     AND (tries < $4 OR (state = 'applying' AND begun_version IS NOT NULL))
                     ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                 RETURNING *)
             SELECT {COLUMNS}, i.parts, i.applied_by AS applier, i.removes FROM taken i
             JOIN registration.staff s ON s.id = i.staff LEFT JOIN registration.staff a ON a.id = i.applied_by"
        ))
        .await?;
    // One of a later version is left to its processes.
    let known: Vec<&str> = ImportKind::VARIANTS.iter().map(AsRef::as_ref).collect();
    let found = client.query_opt(&statement, &[&now, &until, &lease, &tries_max, &known]).await?;
    let due = |row: Row| {
        let removes = row.get::<_, Option<i64>>("removes").map(unsigned).transpose()?;
        let applied_by = row.get::<_, Option<Uuid>>("applier").map(StaffId);
        Ok(Due { import: read(&row)?, parts: parts(&row)?, lease, applied_by, removes })
    };
    found.map(due).transpose()
}

/// Gives those up that were begun so often, and says how many; none of which the engine may have its part, so that of what is given up
/// nothing is written.
pub(crate) async fn fail(client: &impl GenericClient, now: Timestamp, tries_max: i16) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET state = 'failed', lease = NULL
             WHERE tries >= $2 AND lease_until < $1
                 AND (state = 'reading' OR (state = 'applying' AND begun_version IS NULL))",
        )
        .await?;
    Ok(client.execute(&statement, &[&now, &tries_max]).await?)
}

/// Says that the process still works on it, and how far it is. False when it is another one's by now.
pub(crate) async fn renew(
    client: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    (until, progress): (Timestamp, u64),
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET lease_until = $3, progress = $4
             WHERE id = $1 AND lease = $2 AND state IN ('reading', 'applying')",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &lease, &until, &signed(progress)?]).await? == 1)
}

/// The file was looked through from `at` on: it may be applied, or it is refused, as late as when it was to be applied. False when
/// it is another process's by now.
pub(crate) async fn was_read(
    client: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    counts: &ImportCounts,
    report: &[u8],
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET state = CASE WHEN $7::bigint = 0 THEN 'read' ELSE 'refused' END, lines = $3,
                 added = $4, changed = $5, absent = $6, faults = $7, bound = $8, report = $9, read_at = $10,
                 lease = NULL, lease_until = NULL, tries = 0, progress = $3, removes = NULL, applied_by = NULL
             WHERE id = $1 AND lease = $2 AND state IN ('reading', 'applying')",
        )
        .await?;
    let ImportCounts { lines, added, changed, absent, bound, faults, removed: _ } = *counts;
    let (lines, added, changed) = (signed(lines)?, signed(added)?, signed(changed)?);
    let (absent, faults, bound) = (signed(absent)?, signed(faults)?, signed(bound)?);
    let row: [&(dyn ToSql + Sync); 10] =
        [&id.0, &lease, &lines, &added, &changed, &absent, &faults, &bound, &report, &at];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Somebody wants it applied. False when it is not to be had any more.
pub(crate) async fn want(
    client: &impl GenericClient,
    id: ImportId,
    by: StaffId,
    removes: Option<u64>,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET state = 'applying', applied_by = $2, removes = $3, is_stale = false,
                 progress = 0, lease = NULL, lease_until = NULL, tries = 0
             WHERE id = $1 AND state = 'read' AND removed_at IS NULL
                 AND ($3::bigint IS NULL OR $3 = absent - bound)",
        )
        .await?;
    let removes = removes.map(signed).transpose()?;
    Ok(client.execute(&statement, &[&id.0, &by.0, &removes]).await? == 1)
}

/// It was applied, in the transaction that did so. False when it is another process's by now, or given up.
pub(crate) async fn was_applied(
    transaction: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    counts: &ImportCounts,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.imports SET state = 'applied', lines = $3, added = $4, changed = $5, removed = $6,
                 applied_at = $7, lease = NULL, lease_until = NULL, progress = $3
             WHERE id = $1 AND lease = $2 AND state = 'applying'",
        )
        .await?;
    let ImportCounts { lines, added, changed, removed, .. } = *counts;
    let (lines, added, changed, removed) = (signed(lines)?, signed(added)?, signed(changed)?, signed(removed)?);
    Ok(transaction.execute(&statement, &[&id.0, &lease, &lines, &added, &changed, &removed, &at]).await? == 1)
}

/// What was to be applied is something else by now, or was not taken whole: it is looked through once more. `written`: so many
/// sittings the engine has taken.
pub(crate) async fn read_again(
    client: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    written: u64,
) -> Result<(), StoreError> {
    let sql = "UPDATE registration.imports SET state = 'reading', is_stale = true, lease = NULL, lease_until = NULL,
        tries = 0, progress = 0, written = written + $3 WHERE id = $1 AND lease = $2 AND state = 'applying'";
    client.execute(&client.prepare_cached(sql).await?, &[&id.0, &lease, &signed(written)?]).await?;
    Ok(())
}

/// Keeps by what the exam is known that a list of its sittings or organisations was held against.
pub(crate) async fn keep_base(
    client: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    base: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "UPDATE registration.imports SET base = $3, begun_version = NULL WHERE id = $1 AND lease = $2";
    client.execute(&client.prepare_cached(sql).await?, &[&id.0, &lease, &base]).await?;
    Ok(())
}

/// The exam that the list was held against, and which version of it pages showed when applying it came to the engine's part.
pub(crate) async fn base(
    client: &impl GenericClient,
    id: ImportId,
) -> Result<(Option<String>, Option<i64>), StoreError> {
    let sql = "SELECT base, begun_version FROM registration.imports WHERE id = $1";
    let row = client.query_one(&client.prepare_cached(sql).await?, &[&id.0]).await?;
    Ok((row.get("base"), row.get("begun_version")))
}

/// Applying it comes to the engine's part. False when it is another process's by now, or given up.
pub(crate) async fn begin_at(
    client: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    version: Option<i64>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE registration.imports SET begun_version = $3 WHERE id = $1 AND lease = $2 AND state = 'applying'";
    Ok(client.execute(&client.prepare_cached(sql).await?, &[&id.0, &lease, &version]).await? == 1)
}

/// Has another file been applied to the same lines since this one was held against them?
pub(crate) async fn is_overtaken(client: &impl GenericClient, id: ImportId) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.imports o JOIN registration.imports i ON i.id = $1
                 WHERE o.kind = i.kind AND o.exam IS NOT DISTINCT FROM i.exam AND o.id <> i.id AND o.state = 'applied'
                     AND o.applied_at > i.read_at) AS is_overtaken",
        )
        .await?;
    Ok(client.query_one(&statement, &[&id.0]).await?.get("is_overtaken"))
}

/// Leaves it to whichever process comes first after `at`, as if it had not been begun.
pub(crate) async fn put_back(
    client: &impl GenericClient,
    (id, lease): (ImportId, Uuid),
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET lease_until = $3, tries = greatest(tries - 1, 0)
             WHERE id = $1 AND lease = $2 AND state IN ('reading', 'applying')",
        )
        .await?;
    client.execute(&statement, &[&id.0, &lease, &at]).await?;
    Ok(())
}

/// Gives an import up. False when it is applied, or is just being.
pub(crate) async fn drop_it(client: &impl GenericClient, id: ImportId) -> Result<bool, StoreError> {
    let sql = "UPDATE registration.imports SET state = 'dropped', report = NULL, lease = NULL
        WHERE id = $1 AND state IN ('uploading', 'reading', 'read', 'refused', 'failed')";
    Ok(client.execute(&client.prepare_cached(sql).await?, &[&id.0]).await? == 1)
}

/// Imports whose files are to be removed, each with how many parts it may have: those that were given up, those made before
/// `old`, and those whose files have not come since `late`.
pub(crate) async fn to_forget(
    client: &impl GenericClient,
    (old, late): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<ImportId>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id FROM registration.imports WHERE removed_at IS NULL AND state NOT IN ('reading', 'applying')
                 AND (state = 'dropped' OR made_at < $1 OR (state = 'uploading' AND made_at < $2))
             ORDER BY made_at LIMIT $3",
        )
        .await?;
    Ok(client.query(&statement, &[&old, &late, &limit]).await?.iter().map(|row| ImportId(row.get("id"))).collect())
}

/// The import is over for all that it needs its file: from now on nobody applies it.
pub(crate) async fn forget(client: &impl GenericClient, id: ImportId, at: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.imports SET removed_at = $2, report = NULL,
                 state = CASE WHEN state IN ('uploading', 'read', 'refused', 'failed') THEN 'dropped' ELSE state END
             WHERE id = $1 AND state NOT IN ('reading', 'applying')",
        )
        .await?;
    client.execute(&statement, &[&id.0, &at]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Import, StoreError> {
    let count = |name: &str| unsigned(row.get::<_, i64>(name));
    let exam = row.get::<_, Option<&str>>("exam").map(str::parse).transpose();
    Ok(Import {
        id: ImportId(row.get("id")),
        kind: row.get::<_, &str>("kind").parse().map_err(|_| StoreError::Corrupt("a kind of import"))?,
        exam: exam.map_err(|_| StoreError::Corrupt("an exam's id"))?,
        staff: StaffId(row.get("staff")),
        staff_name: row.get("staff_name"),
        file_name: row.get("file_name"),
        bytes: count("bytes")?,
        state: row.get::<_, &str>("state").parse::<ImportState>().map_err(|_| StoreError::Corrupt("a state"))?,
        progress: count("progress")?,
        counts: ImportCounts {
            lines: count("lines")?,
            added: count("added")?,
            changed: count("changed")?,
            absent: count("absent")?,
            bound: count("bound")?,
            removed: count("removed")?,
            faults: count("faults")?,
        },
        is_stale: row.get("is_stale"),
        written: count("written")?,
        has_file: row.get("has_file"),
        made_at: row.get("made_at"),
        applied_at: row.get("applied_at"),
        applied_by: row.get("applied_by"),
    })
}

fn parts(row: &Row) -> Result<u32, StoreError> {
    u32::try_from(row.get::<_, i32>("parts")).map_err(|_| StoreError::Corrupt("a negative count"))
}

fn signed(count: u64) -> Result<i64, StoreError> {
    i64::try_from(count).map_err(|_| StoreError::Corrupt("a count beyond all counts"))
}

fn unsigned(count: i64) -> Result<u64, StoreError> {
    u64::try_from(count).map_err(|_| StoreError::Corrupt("a negative count"))
}
