//! The table `face_checks`: the face check of each account in each exam.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::store::StoreError;

/// A face check as it is stored.
pub(crate) struct StoredFace {
    pub(crate) state: String,
    pub(crate) picture: Option<Uuid>,
    pub(crate) submitted_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) reason: Option<String>,
    /// What is looked at: `face`, `liveness`, `holding`, or nothing of it but the person, [`IN_PERSON`].
    pub(crate) way: String,
    /// What a machine noticed about what waits.
    pub(crate) hints: Vec<String>,
}

/// The way of a check for which staff had the person before them.
pub(crate) const IN_PERSON: &str = "in_person";

const COLUMNS: &str = "state, picture, submitted_at, decided_at, reason, way, hints";

/// The check of an account in an exam.
pub(crate) async fn get(
    client: &impl GenericClient,
    account: Uuid,
    exam: &ExamId,
) -> Result<Option<StoredFace>, StoreError> {
    let statement = client
        .prepare_cached(&format!("SELECT {COLUMNS} FROM registration.face_checks WHERE account = $1 AND exam = $2"))
        .await?;
    Ok(client.query_opt(&statement, &[&account, &exam.as_str()]).await?.map(|row| read(&row)))
}

/// The same, locked until the transaction ends.
pub(crate) async fn lock(
    client: &impl GenericClient,
    account: Uuid,
    exam: &ExamId,
) -> Result<Option<StoredFace>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.face_checks WHERE account = $1 AND exam = $2 FOR UPDATE"
        ))
        .await?;
    Ok(client.query_opt(&statement, &[&account, &exam.as_str()]).await?.map(|row| read(&row)))
}

/// The faces agree: passed, whatever was before.
pub(crate) async fn pass(
    client: &impl GenericClient,
    account: Uuid,
    exam: &ExamId,
    way: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.face_checks (account, exam, state, submitted_at, decided_at, way)
             VALUES ($1, $2, 'passed', $3, $3, $4)
             ON CONFLICT (account, exam) DO UPDATE
             SET state = 'passed', decided_at = $3, decided_by = NULL, reason = NULL, picture = NULL, way = $4,
                 hints = '{}'",
        )
        .await?;
    client.execute(&statement, &[&account, &exam.as_str(), &now, &way]).await?;
    Ok(())
}

/// Hands in a picture for staff; handed in again, the place in the queue is kept.
pub(crate) async fn hand_in(
    client: &impl GenericClient,
    account: Uuid,
    exam: &ExamId,
    (picture, way, hints): (Uuid, &str, &[String]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.face_checks AS f (account, exam, state, picture, submitted_at, way, hints)
             VALUES ($1, $2, 'waiting', $3, $4, $5, $6)
             ON CONFLICT (account, exam) DO UPDATE
             SET state = 'waiting', picture = $3, way = $5, hints = $6, decided_at = NULL, decided_by = NULL, reason = NULL,
                 submitted_at = CASE f.state WHEN 'waiting' THEN f.submitted_at ELSE $4 END",
        )
        .await?;
    client.execute(&statement, &[&account, &exam.as_str(), &picture, &now, &way, &hints]).await?;
    Ok(())
}

/// Staff decide: a reason refuses. False when it does not wait any more, or waits with another picture.
pub(crate) async fn decide(
    client: &impl GenericClient,
    face: (Uuid, &ExamId, Uuid),
    staff: StaffId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.face_checks
             SET state = CASE WHEN $5::text IS NULL THEN 'passed' ELSE 'refused' END, reason = $5, picture = NULL,
                 decided_at = $6, decided_by = $4
             WHERE account = $1 AND exam = $2 AND picture = $3 AND state = 'waiting'",
        )
        .await?;
    let (account, exam, picture) = face;
    Ok(client.execute(&statement, &[&account, &exam.as_str(), &picture, &staff.0, &reason, &now]).await? == 1)
}

/// Staff had the person before them: passed, whatever was before.
pub(crate) async fn pass_in_person(
    client: &impl GenericClient,
    (account, exam): (Uuid, &ExamId),
    staff: StaffId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.face_checks (account, exam, state, submitted_at, decided_at, decided_by, way)
             VALUES ($1, $2, 'passed', $4, $4, $3, $5)
             ON CONFLICT (account, exam) DO UPDATE
             SET state = 'passed', decided_at = $4, decided_by = $3, reason = NULL, picture = NULL, way = $5,
                 hints = '{}'",
        )
        .await?;
    client.execute(&statement, &[&account, &exam.as_str(), &staff.0, &now, &IN_PERSON]).await?;
    Ok(())
}

/// Takes back what [`pass_in_person`] wrote: refused, with why. False when it has not passed so.
pub(crate) async fn take_in_person_back(
    client: &impl GenericClient,
    (account, exam): (Uuid, &ExamId),
    (staff, reason): (StaffId, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.face_checks SET state = 'refused', reason = $4, decided_at = $5, decided_by = $3
             WHERE account = $1 AND exam = $2 AND state = 'passed' AND way = $6",
        )
        .await?;
    let changed = client.execute(&statement, &[&account, &exam.as_str(), &staff.0, &reason, &now, &IN_PERSON]).await?;
    Ok(changed == 1)
}

/// The same in every exam. Those in which it had passed so.
pub(crate) async fn take_all_in_person_back(
    client: &impl GenericClient,
    account: Uuid,
    (staff, reason): (StaffId, &str),
    now: Timestamp,
) -> Result<Vec<ExamId>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.face_checks SET state = 'refused', reason = $3, decided_at = $4, decided_by = $2
             WHERE account = $1 AND state = 'passed' AND way = $5 RETURNING exam",
        )
        .await?;
    let rows = client.query(&statement, &[&account, &staff.0, &reason, &now, &IN_PERSON]).await?;
    let exam =
        |row: &Row| row.get::<_, &str>("exam").parse::<ExamId>().map_err(|_| StoreError::Corrupt("an exam's id"));
    rows.iter().map(exam).collect()
}

/// The consent was taken back: what waits of a face waits no more. The pictures, to be dropped; what passed stays passed.
pub(crate) async fn take_back(client: &impl GenericClient, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.face_checks
             WHERE account = $1 AND way = 'face' AND state = 'waiting' RETURNING picture",
        )
        .await?;
    let rows = client.query(&statement, &[&account]).await?;
    Ok(rows.iter().filter_map(|row| row.get("picture")).collect())
}

/// The account is not who it was: every check is to be done again. The pictures that waited, to be dropped.
pub(crate) async fn forget(client: &impl GenericClient, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let statement =
        client.prepare_cached("DELETE FROM registration.face_checks WHERE account = $1 RETURNING picture").await?;
    let rows = client.query(&statement, &[&account]).await?;
    Ok(rows.iter().filter_map(|row| row.get("picture")).collect())
}

fn read(row: &Row) -> StoredFace {
    StoredFace {
        state: row.get("state"),
        picture: row.get("picture"),
        submitted_at: row.get("submitted_at"),
        decided_at: row.get("decided_at"),
        reason: row.get("reason"),
        way: row.get("way"),
        hints: row.get("hints"),
    }
}
