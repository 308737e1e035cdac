//! The table `accounts`.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::store::StoreError;

/// What every query of whole accounts begins with.
const SELECT: &str = "
    SELECT a.id, a.name, a.document, a.username, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at,
        a.password_hash, a.session_epoch, a.created_at, a.display
    FROM registration.accounts a";

/// Where what accounts have in exams stands, as `is_candidate_of` knows it, too: each has an index by exam and account.
const IN_EXAMS: [&str; 4] = ["applications", "orders", "bindings", "score_reviews"];

/// An account as it is stored: ciphertext and a hash.
#[derive(Clone)]
pub(crate) struct StoredAccount {
    pub(crate) id: Uuid,
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) document: Option<Vec<u8>>,
    pub(crate) username: Option<Vec<u8>>,
    pub(crate) email: Option<Vec<u8>>,
    pub(crate) email_verified_at: Option<Timestamp>,
    pub(crate) mobile: Option<Vec<u8>>,
    pub(crate) mobile_verified_at: Option<Timestamp>,
    pub(crate) password_hash: String,
    pub(crate) session_epoch: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) display: Option<String>,
}

/// Is there any account?
pub(crate) async fn any(client: &impl GenericClient) -> Result<bool, StoreError> {
    Ok(client.query_one("SELECT EXISTS (SELECT FROM registration.accounts)", &[]).await?.get(0))
}

/// Adds an account; its logins are rows of their own.
pub(crate) async fn insert(
    client: &impl GenericClient,
    account: &StoredAccount,
    claim_index: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.accounts (id, name, document, claim_index, username, email, email_verified_at,
                 mobile, mobile_verified_at, password_hash, session_epoch, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .await?;
    let declared = claim_index.as_ref().map(|index| &index[..]);
    let a = account;
    client
        .execute(
            &statement,
            &[
                &a.id,
                &a.name,
                &a.document,
                &declared,
                &a.username,
                &a.email,
                &a.email_verified_at,
                &a.mobile,
                &a.mobile_verified_at,
                &a.password_hash,
                &a.session_epoch,
                &a.created_at,
            ],
        )
        .await?;
    Ok(())
}

/// The account with this id.
pub(crate) async fn get(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredAccount>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE a.id = $1")).await?;
    Ok(client.query_opt(&statement, &[&id]).await?.map(|row| read(&row)))
}

/// In which sign-in an account is asked for, and by when that must have been used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InSession {
    /// Its id; a cookie of long ago has none.
    pub(crate) id: Option<Uuid>,
    /// Is there nothing without its row?
    pub(crate) is_kept: bool,
    pub(crate) now: Timestamp,
    /// One that was used last before this is over, unless a seat waits for its candidate, or the candidate for staff.
    pub(crate) idle_since: Timestamp,
}

/// The account with this id, unless the sign-in in which it is asked for is over; and when that was used last, and when it
/// ends at the latest, where it has a row.
pub(crate) async fn get_in(
    client: &impl GenericClient,
    id: Uuid,
    session: InSession,
) -> Result<Option<(StoredAccount, Option<(Timestamp, Timestamp)>)>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT whole.*, s.seen_at, s.until
             FROM ({SELECT} WHERE a.id = $1) whole
             LEFT JOIN registration.account_sessions s ON s.id = $2 AND s.account = whole.id
             WHERE NOT EXISTS (SELECT FROM registration.ended_sessions WHERE session = $2)
                 AND (NOT $3 OR (s.ended_at IS NULL AND s.epoch = whole.session_epoch AND s.until > $4 AND (s.seen_at > $5
                     OR EXISTS (SELECT FROM registration.orders o
                         WHERE o.account = $1 AND o.is_live AND o.state IN ('unpaid', 'refused', 'confirming'))
                     OR EXISTS (SELECT FROM registration.cases c WHERE c.account = $1 AND c.closed_at IS NULL))))"
        ))
        .await?;
    let InSession { id: session, is_kept, now, idle_since } = session;
    let row = client.query_opt(&statement, &[&id, &session, &is_kept, &now, &idle_since]).await?;
    let times =
        |row: &Row| Some((row.get::<_, Option<Timestamp>>("seen_at")?, row.get::<_, Option<Timestamp>>("until")?));
    Ok(row.map(|row| (read(&row), times(&row))))
}

/// The account with this id, which nobody else changes until the transaction ends. Its key stays, so whoever adds a row
/// that refers to it does not wait: the transaction that decides something of the candidate has other locks, for which
/// this one may be waiting, and writes its message at its end.
pub(crate) async fn lock(client: &impl GenericClient, id: Uuid) -> Result<Option<StoredAccount>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE a.id = $1 FOR NO KEY UPDATE")).await?;
    Ok(client.query_opt(&statement, &[&id]).await?.map(|row| read(&row)))
}

/// The accounts with these ids, in any order.
pub(crate) async fn get_all(client: &impl GenericClient, ids: &[Uuid]) -> Result<Vec<StoredAccount>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE a.id = ANY($1)")).await?;
    Ok(client.query(&statement, &[&ids]).await?.iter().map(read).collect())
}

/// The next accounts with something in an exam, by their ids, after `after`.
pub(crate) async fn all_of_exam(
    client: &impl GenericClient,
    exam: &str,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<StoredAccount>, StoreError> {
    let next = |table: &str| {
        format!(
            "(SELECT DISTINCT account FROM registration.{table} WHERE exam = $1 AND account > $2
              ORDER BY account LIMIT $3)"
        )
    };
    let next = IN_EXAMS.map(next).join(" UNION ");
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} JOIN ({next} ORDER BY account LIMIT $3) few ON few.account = a.id ORDER BY a.id"
        ))
        .await?;
    let after = after.unwrap_or(Uuid::nil());
    Ok(client.query(&statement, &[&exam, &after, &limit]).await?.iter().map(read).collect())
}

/// How many accounts have something in an exam, at most `most`.
pub(crate) async fn count_of_exam(client: &impl GenericClient, exam: &ExamId, most: i64) -> Result<i64, StoreError> {
    let all = IN_EXAMS.map(|table| format!("SELECT account FROM registration.{table} WHERE exam = $1"));
    let statement =
        client.prepare_cached(&format!("SELECT count(*) FROM ({} LIMIT $2) few", all.join(" UNION "))).await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &most]).await?.get(0))
}

/// The accounts that declare this document: the one of the latest exam first, then the newest.
pub(crate) async fn of_declared(
    client: &impl GenericClient,
    claim_index: &[u8; 32],
    limit: i64,
) -> Result<Vec<StoredAccount>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE a.claim_index = $1
             ORDER BY (SELECT max(o.created_at) FROM registration.orders o WHERE o.account = a.id) DESC NULLS LAST,
                 a.created_at DESC LIMIT $2"
        ))
        .await?;
    Ok(client.query(&statement, &[&&claim_index[..], &limit]).await?.iter().map(read).collect())
}

/// The accounts that declare a document with one of these indexes, each with the index, at most `limit`.
pub(crate) async fn of_all_declared(
    client: &impl GenericClient,
    indexes: &[&[u8]],
    limit: i64,
) -> Result<Vec<(Vec<u8>, Uuid)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT claim_index, id FROM registration.accounts WHERE claim_index = ANY($1) ORDER BY id LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&indexes, &limit]).await?;
    Ok(rows.iter().map(|row| (row.get("claim_index"), row.get("id"))).collect())
}

/// Another password; every session of before is over. The new epoch.
pub(crate) async fn set_password(
    client: &impl GenericClient,
    id: Uuid,
    password_hash: &str,
) -> Result<Option<i32>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.accounts SET password_hash = $2, session_epoch = session_epoch + 1
             WHERE id = $1 RETURNING session_epoch",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id, &password_hash]).await?.map(|row| row.get("session_epoch")))
}

/// Ends every session. The new epoch.
pub(crate) async fn end_sessions(client: &impl GenericClient, id: Uuid) -> Result<Option<i32>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.accounts SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&id]).await?.map(|row| row.get("session_epoch")))
}

/// Another address, and since when it is known to be the account's.
pub(crate) async fn set_email(
    client: &impl GenericClient,
    id: Uuid,
    email: &[u8],
    verified_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.accounts SET email = $2, email_verified_at = $3 WHERE id = $1")
        .await?;
    client.execute(&statement, &[&id, &email, &verified_at]).await?;
    Ok(())
}

/// The address that the account has is known to be its own.
pub(crate) async fn verify_email(client: &impl GenericClient, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
    let statement =
        client.prepare_cached("UPDATE registration.accounts SET email_verified_at = $2 WHERE id = $1").await?;
    client.execute(&statement, &[&id, &at]).await?;
    Ok(())
}

/// Another mobile number, and since when it is known to be the account's.
pub(crate) async fn set_mobile(
    client: &impl GenericClient,
    id: Uuid,
    mobile: &[u8],
    verified_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.accounts SET mobile = $2, mobile_verified_at = $3 WHERE id = $1")
        .await?;
    client.execute(&statement, &[&id, &mobile, &verified_at]).await?;
    Ok(())
}

/// Another name and document.
pub(crate) async fn set_declared(
    client: &impl GenericClient,
    id: Uuid,
    name: &[u8],
    document: &[u8],
    claim_index: &[u8; 32],
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.accounts SET name = $2, document = $3, claim_index = $4 WHERE id = $1")
        .await?;
    client.execute(&statement, &[&id, &name, &document, &&claim_index[..]]).await?;
    Ok(())
}

/// Accounts of the version before, whose document is not in `account_logins` yet.
pub(crate) async fn to_carry_over(client: &impl GenericClient, limit: i64) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id, document FROM registration.accounts
             WHERE document_index IS NOT NULL AND claim_index IS NULL ORDER BY id LIMIT $1",
        )
        .await?;
    let rows = client.query(&statement, &[&limit]).await?;
    Ok(rows.iter().map(|row| (row.get("id"), row.get("document"))).collect())
}

/// Writes the new index of such an account's document.
pub(crate) async fn carry_over(
    client: &impl GenericClient,
    id: Uuid,
    claim_index: &[u8; 32],
) -> Result<(), StoreError> {
    let statement = client.prepare_cached("UPDATE registration.accounts SET claim_index = $2 WHERE id = $1").await?;
    client.execute(&statement, &[&id, &&claim_index[..]]).await?;
    Ok(())
}

/// Writes how large its owner wants pages.
pub(crate) async fn set_display(client: &impl GenericClient, id: Uuid, display: &str) -> Result<(), StoreError> {
    let statement = client.prepare_cached("UPDATE registration.accounts SET display = $2 WHERE id = $1").await?;
    client.execute(&statement, &[&id, &display]).await?;
    Ok(())
}

fn read(row: &Row) -> StoredAccount {
    StoredAccount {
        id: row.get("id"),
        name: row.get("name"),
        document: row.get("document"),
        username: row.get("username"),
        email: row.get("email"),
        email_verified_at: row.get("email_verified_at"),
        mobile: row.get("mobile"),
        mobile_verified_at: row.get("mobile_verified_at"),
        password_hash: row.get("password_hash"),
        session_epoch: row.get("session_epoch"),
        created_at: row.get("created_at"),
        display: row.get("display"),
    }
}
