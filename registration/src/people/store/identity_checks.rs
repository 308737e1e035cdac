//! The table `identity_checks`: checks on a vendor's page, from begin to outcome.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::store::StoreError;

/// A check as it is stored: whom it is about is ciphertext.
pub(crate) struct StoredCheck {
    pub(crate) id: String,
    pub(crate) name: Vec<u8>,
    pub(crate) document: Vec<u8>,
    pub(crate) token: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) failure: Option<String>,
}

/// Adds a check that the vendor does not know yet.
pub(crate) async fn insert(
    client: &impl GenericClient,
    account: Uuid,
    exam: Option<&ExamId>,
    check: &StoredCheck,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.identity_checks (id, account, name, document, created_at, exam)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .await?;
    let StoredCheck { id, name, document, created_at, .. } = check;
    let exam = exam.map(ExamId::as_str);
    client.execute(&statement, &[id, &account, name, document, created_at, &exam]).await?;
    Ok(())
}

/// Notes what the vendor answered.
pub(crate) async fn begun(client: &impl GenericClient, id: &str, token: &str, url: &str) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.identity_checks SET token = $2, url = $3 WHERE id = $1").await?;
    client.execute(&statement, &[&id, &token, &url]).await?;
    Ok(())
}

/// The account's newest check: that of an exam, or of who somebody is.
pub(crate) async fn newest(
    client: &impl GenericClient,
    account: Uuid,
    exam: Option<&ExamId>,
) -> Result<Option<StoredCheck>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, name, document, token, created_at, finished_at, failure
             FROM registration.identity_checks
             WHERE account = $1 AND exam IS NOT DISTINCT FROM $2 ORDER BY created_at DESC LIMIT 1",
        )
        .await?;
    let row = client.query_opt(&statement, &[&account, &exam.map(ExamId::as_str)]).await?;
    Ok(row.map(|row| StoredCheck {
        id: row.get("id"),
        name: row.get("name"),
        document: row.get("document"),
        token: row.get("token"),
        created_at: row.get("created_at"),
        finished_at: row.get("finished_at"),
        failure: row.get("failure"),
    }))
}

/// May the vendor be asked now? Not when somebody asked after `since`.
pub(crate) async fn ask(
    client: &impl GenericClient,
    id: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_checks SET asked_at = $2
             WHERE id = $1 AND finished_at IS NULL AND (asked_at IS NULL OR asked_at < $3)",
        )
        .await?;
    Ok(client.execute(&statement, &[&id, &now, &since]).await? == 1)
}

/// Ends a check, well or with a failure.
pub(crate) async fn finish(
    client: &impl GenericClient,
    id: &str,
    now: Timestamp,
    failure: Option<&str>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_checks SET finished_at = $2, failure = $3
             WHERE id = $1 AND finished_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&id, &now, &failure]).await?;
    Ok(())
}

/// Ends all of the account's checks that are under way, because the consent was taken back.
pub(crate) async fn cancel(client: &impl GenericClient, account: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identity_checks SET finished_at = $2, failure = 'cancelled'
             WHERE account = $1 AND finished_at IS NULL",
        )
        .await?;
    client.execute(&statement, &[&account, &now]).await?;
    Ok(())
}

/// Forgets up to `limit` checks from before `until`, the oldest first; answers how many it were.
pub(crate) async fn delete_old(client: &impl GenericClient, until: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.identity_checks WHERE id IN
                 (SELECT id FROM registration.identity_checks WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&until, &limit]).await?)
}
