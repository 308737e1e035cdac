//! The table `notices`: what candidates are told, until it is sent.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;

use crate::model::ids::AccountId;
use crate::outbox::messages::NoticeKind;
use crate::store::StoreError;

/// One notice, taken to be sent now.
#[derive(Debug)]
pub(crate) struct StoredNotice {
    pub(crate) id: i64,
    pub(crate) account: AccountId,
    pub(crate) exam: Option<ExamId>,
    /// Nothing when another version of this program wrote a kind that is unknown here.
    pub(crate) kind: Option<NoticeKind>,
    /// How often it was tried, this time included.
    pub(crate) tries: i16,
}

/// Adds one, in the transaction of what it tells of.
pub(crate) async fn add(
    client: &impl GenericClient,
    account: AccountId,
    exam: Option<&ExamId>,
    kind: NoticeKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.notices (account, exam, kind, made_at, next_try_at) VALUES ($1, $2, $3, $4, $4)",
        )
        .await?;
    client.execute(&statement, &[&account.0, &exam.map(ExamId::as_str), &kind.as_str(), &now]).await?;
    Ok(())
}

/// Takes up to `limit` that are due. Whoever does not delete one after it sees it again: after a minute, then after four
/// times as long each time.
pub(crate) async fn claim(
    client: &impl GenericClient,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredNotice>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.notices n
             SET tries = n.tries + 1, next_try_at = $1 + interval '1 minute' * power(4, least(n.tries, 6))
             FROM (SELECT id FROM registration.notices WHERE next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2
                   FOR UPDATE SKIP LOCKED) due
             WHERE n.id = due.id
             RETURNING n.id, n.account, n.exam, n.kind, n.tries",
        )
        .await?;
    let rows = client.query(&statement, &[&now, &limit]).await?;
    let read = |row: &tokio_postgres::Row| {
        let exam: Option<&str> = row.get(2);
        Ok(StoredNotice {
            id: row.get(0),
            account: AccountId(row.get(1)),
            exam: exam.map(|id| id.parse().map_err(|_| StoreError::Corrupt("the exam of a notice"))).transpose()?,
            kind: NoticeKind::of(row.get(3)),
            tries: row.get(4),
        })
    };
    rows.iter().map(read).collect()
}

/// Forgets all: there is no way to send any.
pub(crate) async fn forget(client: &impl GenericClient) -> Result<(), StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.notices").await?;
    client.execute(&statement, &[]).await?;
    Ok(())
}

/// It was sent, or never will be.
pub(crate) async fn delete(client: &impl GenericClient, id: i64) -> Result<(), StoreError> {
    let statement = client.prepare_cached("DELETE FROM registration.notices WHERE id = $1").await?;
    client.execute(&statement, &[&id]).await?;
    Ok(())
}
